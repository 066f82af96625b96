import { expect, test } from "bun:test";
import { literal } from "../wire/json.ts";
import { collect } from "./collect.ts";
import type { StreamEvent } from "./events.ts";
import { grammar } from "./grammar.ts";
import { sequence } from "./sequence.ts";
import { NO_USAGE } from "./usage.ts";

const start = (index: number): StreamEvent => ({ type: "block-start", index, block: { kind: "text" } });
const say = (index: number, text: string): StreamEvent => ({
  type: "block-delta",
  index,
  delta: { text: literal(text) },
});
const end = (index: number): StreamEvent => ({ type: "block-end", index });
const begin: StreamEvent = { type: "start" };
const finish: StreamEvent = { type: "finish", reason: "stop", usage: NO_USAGE };

function run(events: readonly StreamEvent[], bytesMax?: number): StreamEvent[] {
  const machine = sequence(bytesMax);
  const out: StreamEvent[] = [];
  for (const event of events) machine.push(event, (next) => out.push(next));
  return out;
}

test("blocks that overlap leave one after another, in opening order, with nothing lost", () => {
  const events = [
    begin,
    start(0),
    say(0, "a"),
    start(1),
    say(1, "b"),
    start(2),
    say(2, "c"),
    end(2),
    say(0, "A"),
    say(1, "B"),
    end(1),
    end(0),
    finish,
  ];
  const out = run(events);
  expect(out.map((event) => ("index" in event ? `${event.type.slice(6)}${event.index}` : event.type))).toEqual([
    "start",
    "start0",
    "delta0",
    "delta0",
    "end0",
    "start1",
    "delta1",
    "delta1",
    "end1",
    "start2",
    "delta2",
    "end2",
    "finish",
  ]);
  expect(collect(out).blocks.map((block) => block.text)).toEqual(["aA", "bB", "c"]);
});

test("the live block flows at once, and the next becomes live as soon as it closes", () => {
  const machine = sequence();
  const out: string[] = [];
  const push = (event: StreamEvent): number => {
    machine.push(event, (next) => out.push(next.type));
    return out.length;
  };
  expect(push(start(0))).toBe(1);
  expect(push(start(1))).toBe(1);
  expect(push(say(1, "b"))).toBe(1);
  expect(push(say(0, "a"))).toBe(2);
  expect(push(end(0))).toBe(5);
  expect(push(say(1, "c"))).toBe(6);
});

test("for any interleaving, the output is in a row and folds to the same answer", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const events = interleaved(seed);
    const out = run(events);
    const rules = grammar();
    let open = 0;
    for (const event of out) {
      rules.check(event);
      if (event.type === "block-start") expect(++open).toBe(1);
      if (event.type === "block-end") open--;
    }
    rules.end();
    expect(collect(out)).toEqual(collect(events));
  }
});

test("more than the bound waiting ends in an error, and nothing follows", () => {
  const out = run(
    [begin, start(0), start(1), say(1, "x".repeat(500)), say(1, "x".repeat(600)), end(1), end(0), finish],
    1_000,
  );
  expect(out.map((event) => event.type)).toEqual(["start", "block-start", "error"]);
});

test("what has left the queue no longer counts against the bound", () => {
  const pairs = Array.from({ length: 50 }, (_, n) => [
    start(2 * n),
    start(2 * n + 1),
    say(2 * n + 1, "x".repeat(500)),
    end(2 * n),
    end(2 * n + 1),
  ]);
  expect(run([begin, ...pairs.flat(), finish], 1_000).at(-1)?.type).toBe("finish");
});

test("an error passes over everything that waits", () => {
  const error: StreamEvent = { type: "error", error: new Error() as never };
  expect(run([begin, start(0), start(1), say(1, "b"), error, end(0)]).map((event) => event.type)).toEqual([
    "start",
    "block-start",
    "error",
  ]);
});

function interleaved(seed: number): StreamEvent[] {
  let state = seed;
  const random = (below: number): number => ((state = (state * 1103515245 + 12345) & 0x7fffffff) >> 8) % below;
  const events: StreamEvent[] = [begin];
  const open: number[] = [];
  for (let next = 0; next < 6 || open.length > 0;) {
    const dice = random(4);
    if (next < 6 && (dice === 0 || open.length === 0)) {
      open.push(next);
      events.push(start(next++));
    } else {
      const at = random(open.length);
      const index = open[at] as number;
      if (dice === 1) events.push(end(open.splice(at, 1)[0] as number));
      else events.push(say(index, `${seed}.${events.length} `));
    }
  }
  return [...events, finish];
}
