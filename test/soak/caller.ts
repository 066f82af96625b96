/** A person with a program: one conversation of two turns, and whether each answer was true to the byte. */
import { type Random } from "../fuzz/random.ts";
import { type CallerKey, FORBIDDEN } from "./gateway.ts";
import { idOf, type Kind, signed, strangersIn } from "./ids.ts";
import { storyOf, type Turn } from "./story.ts";
import { SECOND_TURN } from "./vendor.ts";
import { type Asking, eventsOf, type Fields, type Heard, type WireName } from "./wire.ts";
import { WIRE_NAMES, WIRES } from "./wires.ts";

/** One call as its caller saw it. */
export interface Called {
  readonly id: string;
  readonly turn: Turn;
  readonly key: string;
  readonly client: WireName;
  readonly model: string;
  readonly stream: boolean;
  /** Absent: the caller left before the head of the answer. */
  readonly requestId?: string;
  readonly status: number;
  readonly end: "right" | "failed" | "left" | "refused" | "wrong";
  /** What was wrong with it. */
  readonly why: string;
}

export interface World {
  readonly url: string;
  readonly keys: readonly CallerKey[];
  readonly dice: Random;
  readonly calls: Called[];
}

const WORDS: Readonly<Record<Kind, string>> = {
  distinct: "",
  "twin that calls": "Fix the bug.",
  "twin that talks": "Are you there?",
};

/** Two turns, unless the first is not answered. */
export async function converse(world: World, count: number): Promise<void> {
  const { dice, keys } = world;
  const kind: Kind = dice.pick(["distinct", "distinct", "twin that calls", "twin that talks"]);
  const id = idOf(kind, count);
  const plan: Plan = {
    id,
    key: dice.pick(keys),
    client: dice.pick(WIRE_NAMES),
    thinking: dice.pick(["kept", "dropped"]),
    asking: {
      model: dice.int(100) === 0 ? FORBIDDEN : dice.pick(WIRE_NAMES),
      stream: dice.int(3) > 0,
      words: WORDS[kind] || `Tell me of ${id}.`,
      note: signed(id),
      before: [],
    },
  };
  const heard = await oneTurn(world, plan, 1, plan.asking);
  if (heard === undefined) return;
  const before = { heard, thinking: plan.thinking, reply: `${SECOND_TURN} ${kind === "distinct" ? id : ""}` } as const;
  await oneTurn(world, plan, 2, { ...plan.asking, before: [before] });
}

interface Plan {
  readonly id: string;
  readonly key: CallerKey;
  readonly client: WireName;
  readonly thinking: "kept" | "dropped";
  readonly asking: Asking;
}

/** How a caller behaves that does not simply read. */
const MANNERS = { reads: 88, "reads slowly": 7, leaves: 5 } as const;

async function oneTurn(world: World, plan: Plan, turn: Turn, asking: Asking): Promise<Heard | undefined> {
  const { dice, calls } = world;
  const { id, key, client } = plan;
  const wire = WIRES[client];
  const at = dice.int(100);
  const manner =
    at < MANNERS.reads ? "reads" : at < MANNERS.reads + MANNERS["reads slowly"] ? "reads slowly" : "leaves";
  const leaving = new AbortController();
  if (manner === "leaves") setTimeout(() => leaving.abort(), dice.int(400));
  const known = { id, turn, key: key.name, client, model: asking.model, stream: asking.stream };
  let requestId: string | undefined;
  let status = 0;
  const end = (how: Called["end"], why = ""): void =>
    void calls.push({ ...known, ...(requestId && { requestId }), status, end: how, why });
  try {
    const response = await fetch(world.url + wire.path, {
      method: "POST",
      headers: { "content-type": "application/json", ...wire.keyHeader(key.key) },
      body: JSON.stringify(wire.ask(asking)),
      signal: leaving.signal,
    });
    requestId = response.headers.get("x-codeswitch-request-id") ?? undefined;
    status = response.status;
    const { raw, broke } = await readAll(response, manner === "reads slowly");
    if (leaving.signal.aborted) return void end("left");
    const strangers = strangersIn(raw, id);
    if (strangers.length > 0) return void end("wrong", `holds ${strangers.join(", ")}`);
    if (status !== 200) return void end("refused", raw.slice(0, 300));
    const heard = asking.stream ? wire.readStream(eventsOf(raw)) : wire.readWhole(JSON.parse(raw || "{}") as Fields);
    const fault = faultIn(heard, plan, turn, broke);
    if (fault !== undefined) return void end("wrong", `${fault}\n${raw.slice(-1500)}`);
    end(heard.ended ? "right" : "failed", heard.error ?? "");
    return heard.ended ? heard : undefined;
  } catch (error) {
    end(leaving.signal.aborted ? "left" : "wrong", String(error));
    return undefined;
  }
}

async function readAll(response: Response, slowly: boolean): Promise<{ raw: string; broke: boolean }> {
  const utf8 = new TextDecoder();
  let raw = "";
  try {
    for await (const bytes of response.body ?? []) {
      raw += utf8.decode(bytes, { stream: true });
      if (slowly) await Bun.sleep(30);
    }
    return { raw, broke: false };
  } catch {
    return { raw, broke: true };
  }
}

/** undefined: it is what the vendor said, or a true beginning of it and then an error. */
function faultIn(heard: Heard, { id, client, asking }: Plan, turn: Turn, broke: boolean): string | undefined {
  const story = storyOf(id, turn);
  const text = story.text.join("");
  const thinking = story.thinking.join("");
  if (!heard.ended) {
    if (heard.error === undefined && !broke) return "ended without an end and without an error";
    if (!text.startsWith(heard.text)) return `is no beginning: ${heard.text.slice(-200)}`;
    return thinking.startsWith(heard.thinking) ? undefined : `thought otherwise: ${heard.thinking}`;
  }
  if (broke || heard.error !== undefined) return `ended well and failed as well: ${heard.error}`;
  if (heard.text !== text) return `said ${JSON.stringify(heard.text)} and not ${JSON.stringify(text)}`;
  if (heard.thinking !== thinking)
    return `thought ${JSON.stringify(heard.thinking)} and not ${JSON.stringify(thinking)}`;
  if (JSON.stringify(heard.calls) !== JSON.stringify(story.calls)) return `called ${JSON.stringify(heard.calls)}`;
  if (JSON.stringify(heard.usage) !== JSON.stringify(story.usage))
    return `counted ${JSON.stringify(heard.usage)} and not ${JSON.stringify(story.usage)}, as a ${client} client of ${asking.model}`;
  return undefined;
}
