/** What every client must be able to do over every backend. What reached the upstream on the second request is what counts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Asked, Behaviour, Part, Play, SeenRequest } from "../../src/simulator/index.ts";
import type { Client, How } from "./clients.ts";
import { type Turn, turnsOf } from "./conversation.ts";
import { type Backend, type Ran, type Stage, stage } from "./stage.ts";
import type { Judge } from "../judge/schema.ts";

export interface Scenario {
  /** A column of docs/COMPATIBILITY.md. */
  readonly title: string;
  /** Why this cannot be on this backend: a fact of its protocol, not of ours. */
  readonly impossible?: (backend: Backend) => string | undefined;
  /** Throws where it is not so. */
  readonly prove: (client: Client, backend: Backend, judge?: Judge) => Promise<void>;
}

const HELLO = "Hello from the upstream.";
const WRITTEN = 'first line\nsecond “line” with "quotes" and a \\ backslash';
const THOUGHT = "The person wants a file, so I write it.";
const DONE = "It is written.";
const AGAIN = "I remember all of it.";

const words = (said: string): readonly string[] => said.match(/\s*\S+/g) ?? [];
const text = (said: string): Part => ({ kind: "text", pieces: words(said) });
const answer = (...parts: readonly Part[]): Behaviour => ({ kind: "answer", answer: { parts, stop: "done" } });

export const SCENARIOS: readonly Scenario[] = [
  { title: "says hi", prove: saysHi },
  { title: "writes a file with a tool", prove: writesFile },
  { title: "thinking returns before its call", impossible: noPlaceForThinking, prove: thinkingReturns },
  { title: "reads an image", prove: readsImage },
  { title: "resumes a session", prove: resumes },
  ...[429, 500, 529].map((status) => ({ title: `survives ${status}`, prove: survives(failing(status)) })),
  { title: "survives a cut stream", prove: survives(() => ({ ...answer(text(HELLO)), fault: "cut" }) as Behaviour) },
];

/** Calls the tool once, thinking first, and answers its result. */
const writer =
  (client: Client, file: string): Play =>
  (asked) => {
    if (asked.userText.includes("again")) return answer(text(AGAIN));
    if (asked.bringsResult) return answer(text(DONE));
    return calling(asked, client.writing(asked, file, WRITTEN));
  };

const calling = (asked: Asked, call: Part | undefined): Behaviour =>
  call === undefined
    ? answer(text(`I was offered ${asked.tools.map((tool) => tool.name).join(", ") || "no tools"}.`))
    : answer(...thoughts(asked), call);

const thoughts = (asked: Asked): readonly Part[] =>
  asked.thinking === "off" ? [] : [{ kind: "thinking", sections: [words(THOUGHT)] }];

async function saysHi(client: Client, backend: Backend, judge?: Judge): Promise<void> {
  const world = await stage(backend, () => answer(text(HELLO)), judge);
  await within(world, async () => {
    const ran = await client.ask(world, "say hi");
    mustSay(ran, HELLO, world);
    must(world.seen().length >= 1, "nothing reached the upstream");
  });
}

async function writesFile(client: Client, backend: Backend, judge?: Judge): Promise<void> {
  await afterWriting(client, backend, judge, async (world) => {
    const file = join(world.work, "hello.txt");
    must(existsSync(file), `no file was written: ${told(world)}`);
    must(readFileSync(file, "utf8").trimEnd() === WRITTEN, `the file holds ${readFileSync(file, "utf8")}`);
    mustHold(turnsOf(last(world)), ["call", "result"], world);
  });
}

function noPlaceForThinking({ name }: Backend): string | undefined {
  return name === "Chat Completions" ? "OpenAI's Chat Completions has no field for it" : undefined;
}

async function thinkingReturns(client: Client, backend: Backend, judge?: Judge): Promise<void> {
  await afterWriting(client, backend, judge, async (world) => {
    const turns = turnsOf(last(world));
    mustHold(turns, ["thought", "call", "result"], world);
    const thought = turns.find((turn) => turn.kind === "thought");
    // The strict upstream has checked the seal over the text; where there is none, the text itself must be whole.
    if (backend.name === "Kimi") must(thought?.text === THOUGHT, `the thinking came back as ${thought?.text}`);
    else must(thought?.sealed === true, "the thinking came back without its seal");
  });
}

async function readsImage(client: Client, backend: Backend, judge?: Judge): Promise<void> {
  const play: Play = (asked) =>
    asked.bringsResult ? answer(text(DONE)) : calling(asked, client.reading(asked, join(world.work, "dot.png")));
  const world = await stage(backend, (asked) => play(asked), judge);
  await within(world, async () => {
    world.write("work/dot.png", Buffer.from(PNG, "base64"));
    mustSay(await client.ask(world, "look at dot.png"), DONE, world);
    const sent = last(world).text;
    must(
      /data:image\/\w+;base64,|"media_type":"image\/\w+"/.test(sent),
      `no image reached the upstream: ${told(world)}`,
    );
  });
}

async function resumes(client: Client, backend: Backend, judge?: Judge): Promise<void> {
  await afterWriting(client, backend, judge, async (world) => {
    const before = world.seen().length;
    mustSay(await client.ask(world, "and again", { resume: true }), AGAIN, world);
    must(world.seen().length > before, "the second session asked nothing");
    const turns = turnsOf(last(world));
    const kinds = noPlaceForThinking(backend)
      ? (["call", "result"] as const)
      : (["thought", "call", "result"] as const);
    mustHold(turns, kinds, world);
    must(
      turns.some((turn) => turn.kind === "said" && turn.text.includes("again")),
      `the new question is missing: ${told(world)}`,
    );
  });
}

/** The gateway tries three times by itself; only the fourth try, the client's own second, succeeds. */
function failing(status: number): (count: number) => Behaviour | undefined {
  return (count) => (count <= 3 ? { kind: "refuse", status } : undefined);
}

function survives(fail: (count: number) => Behaviour | undefined): Scenario["prove"] {
  return async (client, backend, judge) => {
    let count = 0;
    const play: Play = () => {
      count++;
      const failure = fail(count);
      const isOver = failure === undefined || (failure.kind === "answer" && count > 1);
      return isOver ? answer(text(DONE)) : failure;
    };
    const world = await stage(backend, play, judge);
    await within(world, async () => mustSay(await client.ask(world, "say hi", { retries: true }), DONE, world));
  };
}

async function afterWriting(
  client: Client,
  backend: Backend,
  judge: Judge | undefined,
  prove: (world: Stage) => Promise<void>,
  how: How = {},
): Promise<void> {
  const world: Stage = await stage(backend, (asked) => writer(client, join(world.work, "hello.txt"))(asked), judge);
  await within(world, async () => {
    mustSay(await client.ask(world, "write the file", how), DONE, world);
    await prove(world);
  });
}

async function within(world: Stage, prove: () => Promise<void>): Promise<void> {
  try {
    await prove();
  } finally {
    await world.stop();
  }
}

function must(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}

function mustSay(ran: Ran, wanted: string, world: Stage): void {
  must(
    ran.code === 0 && ran.out.includes(wanted),
    `exit ${ran.code}, said: ${ran.out.slice(-1_500)}\n${ran.err.slice(-1_500)}\n${told(world)}`,
  );
}

/** These kinds stand in this order, each call answered by a result of its id. */
function mustHold(turns: readonly Turn[], kinds: readonly Turn["kind"][], world: Stage): void {
  let from = 0;
  for (const kind of kinds) {
    const at = turns.findIndex((turn, index) => index >= from && turn.kind === kind);
    must(at >= 0, `no ${kind} in its place: ${told(world)}`);
    from = at + 1;
  }
  for (const turn of turns)
    if (turn.kind === "call")
      must(
        turns.some((other) => other.kind === "result" && other.id === turn.id),
        `call ${turn.id} has no result`,
      );
}

const last = (world: Stage): SeenRequest => {
  const request = world.seen().at(-1);
  must(request !== undefined, "nothing reached the upstream");
  return request;
};

/** What the upstream saw, short. */
const told = (world: Stage): string =>
  world
    .seen()
    .map(
      (request) =>
        `${request.path} ${turnsOf(request)
          .map((turn) => `${turn.kind}:${"text" in turn ? turn.text.slice(0, 80) : turn.name}`)
          .join(" | ")}`,
    )
    .join("\n")
    .slice(-3_000);

/** Sixteen by sixteen dots of red: some clients refuse a smaller one. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP4z8BAEmIY1TCqYfhqAACQ+f8B8u7oVwAAAABJRU5ErkJggg==";
