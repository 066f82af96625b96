/** Two conversations of one key that begin alike: what one vendor's model thought in one never goes out in the other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provider, type Running, start, target } from "../e2e/gateway.ts";
import { post } from "../e2e/wires.ts";
import { type Upstream, upstream } from "../e2e/upstream.ts";
import { idOf, strangersIn } from "../soak/ids.ts";
import type { Story } from "../soak/story.ts";
import { type Asking, type Before, eventsOf, type Fields, type Heard, type WireName } from "../soak/wire.ts";
import { WIRE_NAMES, WIRES } from "../soak/wires.ts";
import type { Failure } from "./failure.ts";
import { random, type Random } from "./random.ts";

const MODELS = { chat: "kimi-k2-thinking", responses: "gpt-5", messages: "claude-sonnet-4-5" } as const;
const KINDS = { chat: "kimi", responses: "openai", messages: "anthropic" } as const;
const TURNS = 5;

export async function fuzzTwins(pairs: number, seed: number): Promise<readonly Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-twins-"));
  // One call at a time: the vendor tells the story that the test has laid out for it.
  let story: Story | undefined;
  const vendor = upstream(({ path, body }) => {
    const wire = WIRES[WIRE_NAMES.find((name) => path.startsWith(WIRES[name].path)) ?? "chat"];
    if (story === undefined) return new Response("nobody should ask", { status: 400 });
    if (body["stream"] !== true) return Response.json(wire.whole(story));
    return new Response(wire.frames(story).join(""), { headers: { "content-type": "text/event-stream" } });
  });
  const gateway = await start({
    dataDir: folder,
    providers: WIRE_NAMES.map((wire) => provider(wire, wire, vendor.url, { kind: KINDS[wire] })),
    models: WIRE_NAMES.map((wire) => ({ name: wire, targets: [target(wire, wire, MODELS[wire])] })),
  });
  const tell = (next: Story): void => void (story = next);
  const failures: Failure[] = [];
  for (let at = 0; at < pairs; at++) {
    const dice = random(seed + at);
    const what = await onePair({ gateway, vendor, tell }, seed + at, dice);
    if (what !== undefined) failures.push({ seed: seed + at, what, input: vendor.asked.at(-1)?.text ?? "" });
  }
  await gateway.stop();
  await vendor.stop();
  rmSync(folder, { recursive: true });
  return failures;
}

interface Stage {
  readonly gateway: Running;
  readonly vendor: Upstream;
  tell(story: Story): void;
}

/** One of the two: who it is, and what has been said to it. */
interface Twin {
  readonly id: string;
  readonly thinking: Before["thinking"];
  before: readonly Before[];
}

async function onePair(stage: Stage, number: number, dice: Random): Promise<string | undefined> {
  const [client, model] = [dice.pick(WIRE_NAMES), dice.pick(WIRE_NAMES)];
  const shared = sharedTurns(number, dice);
  const twin = (which: number): Twin => ({
    id: idOf("distinct", number * 2 + which),
    thinking: dice.pick(["kept", "dropped"]),
    before: [],
  });
  const pair = [twin(0), twin(1)] as const;
  while (pair.some(({ before }) => before.length < TURNS)) {
    const next = dice.pick(pair.filter(({ before }) => before.length < TURNS));
    const wrong = await oneTurn(stage, next, { client, model, shared, words: `Pair ${number}: fix the bug.` }, dice);
    if (wrong !== undefined) return `${client} → ${model}, turn ${next.before.length + 1}: ${wrong}`;
  }
  return undefined;
}

interface Play {
  readonly client: WireName;
  readonly model: WireName;
  readonly shared: readonly Answer[];
  readonly words: string;
}

/** What a model visibly answers, which twins may have in common, and what is said to it then. */
interface Answer {
  readonly text: string;
  readonly callIds: readonly string[];
  readonly reply: string;
}

const sharedTurns = (number: number, dice: Random): readonly Answer[] =>
  Array.from({ length: dice.int(TURNS) }, (_, turn) => answerOf(`${number}`, turn, dice));

/** Hosts count their calls, over the answer or over the conversation, or make ids up. */
function answerOf(name: string, turn: number, dice: Random): Answer {
  const callId = dice.pick([
    (at: number) => `call_${at}`,
    (at: number) => `call_${turn + at}`,
    (at: number) => `functions.ls:${at}`,
    (at: number) => `toolu_${name}_${turn}_${at}_${dice.int(1e9)}`,
  ]);
  const callIds = Array.from({ length: dice.int(3) }, (_, at) => callId(at));
  return {
    text: callIds.length === 0 || dice.int(2) === 0 ? "OK" : "",
    callIds,
    reply: dice.pick(["done", "", "a.ts"]),
  };
}

async function oneTurn(stage: Stage, twin: Twin, play: Play, dice: Random): Promise<string | undefined> {
  const turn = twin.before.length;
  const answer = play.shared[turn] ?? answerOf(twin.id, turn, dice);
  stage.tell(storyOf(twin.id, turn, answer, dice));
  const asked = stage.vendor.asked.length;
  const stream = dice.int(2) === 0;
  const heard = await ask(stage.gateway.url, play, {
    stream,
    words: play.words,
    note: "",
    model: play.model,
    before: twin.before,
  });
  const body = stage.vendor.asked[asked]?.text ?? "";
  const strangers = strangersIn(body, twin.id);
  if (strangers.length > 0) return `the vendor read ${strangers.join(", ")} in a turn of ${twin.id}`;
  if (typeof heard === "string") return heard;
  // Beyond what they share, each goes its own way.
  const reply = `${answer.reply} ${turn < play.shared.length ? "" : twin.id}`;
  twin.before = [...twin.before, { heard, thinking: twin.thinking, reply }];
  return undefined;
}

/** Half the time the model does not think, as models do that decide for themselves. */
function storyOf(id: string, turn: number, { text, callIds }: Answer, dice: Random): Story {
  return {
    thinking: dice.int(2) === 0 ? [] : [`thought of ${id} `, `in turn ${turn}`],
    seal: `seal/${id}+${turn}==`,
    text: text === "" ? [] : [text],
    calls: callIds.map((callId) => ({ id: callId, name: "ls", input: "{}" })),
    usage: { prompt: 2, cached: 1, output: 1 },
  };
}

async function ask(url: string, { client }: Play, asking: Asking): Promise<Heard | string> {
  const wire = WIRES[client];
  const response = await post(url, wire.path, wire.ask(asking));
  const raw = await response.text();
  if (response.status !== 200) return `${response.status}: ${raw.slice(0, 300)}`;
  const heard = asking.stream ? wire.readStream(eventsOf(raw)) : wire.readWhole(JSON.parse(raw) as Fields);
  return heard.ended ? heard : `no good end: ${raw.slice(-300)}`;
}
