/** Which item an event is about, where a vendor's numbers and ids do not say it: no call is lost, none is doubled. */
import { describe, expect, test } from "bun:test";
import { collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import type { JsonObject } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { askWith, event } from "../../../test/fixtures/responses.ts";

const ASK = askWith([{ kind: "function", name: "f" }]);

/** What each block says, in the order in which they began: `call_a f {}`, `Hi`. */
function heard(events: readonly StreamEvent[]): readonly string[] {
  const rules = grammar();
  events.forEach(rules.check);
  rules.end();
  return collect(events).blocks.map(({ block, text, input, sections }) =>
    block.kind === "call" ? `${block.callId} ${block.tool.name} ${input}` : text || sections.join(""),
  );
}

function streamed(...frames: readonly JsonObject[]): readonly string[] {
  const events: StreamEvent[] = [];
  const emit = (out: StreamEvent): void => void events.push(out);
  const machine = openaiResponses.stream.decoder(ASK);
  for (const frame of [event("response.created", { response: {} }), ...frames])
    machine.push({ data: JSON.stringify(frame) }, emit);
  machine.end("eof", emit);
  return heard(events);
}
const whole = (...output: readonly JsonObject[]): readonly string[] =>
  heard(openaiResponses.response.decode({ status: "completed", output }, ASK));

const call = (call_id: string | undefined, args: string, more: JsonObject = {}): JsonObject => ({
  type: "function_call",
  ...(call_id !== undefined && { call_id }),
  name: "f",
  arguments: args,
  ...more,
});
const message = (id: string | undefined, text: string): JsonObject => ({
  type: "message",
  ...(id !== undefined && { id }),
  content: [{ type: "output_text", text }],
});
const at = (index: number | undefined): JsonObject => (index === undefined ? {} : { output_index: index });
const added = (index: number | undefined, item: JsonObject): JsonObject =>
  event("response.output_item.added", { ...at(index), item });
const done = (index: number | undefined, item: JsonObject): JsonObject =>
  event("response.output_item.done", { ...at(index), item });
const input = (index: number | undefined, delta: string, item_id?: string): JsonObject =>
  event("response.function_call_arguments.delta", { ...at(index), ...(item_id !== undefined && { item_id }), delta });
const said = (index: number | undefined, delta: string, item_id?: string): JsonObject =>
  event("response.output_text.delta", { ...at(index), ...(item_id !== undefined && { item_id }), delta });
const completed = (...output: readonly JsonObject[]): JsonObject =>
  event("response.completed", { response: { status: "completed", output } });

describe.each([
  ["every item is 0", 0],
  ["no item has a number", undefined],
])("%s", (_name, index) => {
  const BOTH = ["a f {1}", "b f {2}"];

  test("calls that begin and end one after the other", () => {
    const one = [added(index, call("a", "")), input(index, "{1}"), done(index, call("a", "{1}"))];
    const two = [added(index, call("b", "")), input(index, "{2}"), done(index, call("b", "{2}"))];
    expect(streamed(...one, ...two, completed())).toEqual(BOTH);
  });
  test("calls that have only their done events, with and without ids of items", () => {
    expect(streamed(done(index, call("a", "{1}")), done(index, call("b", "{2}")), completed())).toEqual(BOTH);
    const [one, two] = [call("a", "{1}", { id: "fc_1" }), call("b", "{2}", { id: "fc_2" })];
    expect(streamed(done(index, one), done(index, two), completed(one, two))).toEqual(BOTH);
  });
  test("calls of which one begins before the other ends", () => {
    const [one, two] = [call("a", "", { id: "fc_1" }), call("b", "", { id: "fc_2" })];
    expect(
      streamed(
        ...[added(index, one), input(index, "{", "fc_1"), added(index, two), input(index, "{2", "fc_2")],
        ...[input(index, "1}", "fc_1"), input(index, "}", "fc_2")],
        ...[done(index, { ...one, arguments: "{1}" }), done(index, { ...two, arguments: "{2}" }), completed()],
      ),
    ).toEqual(BOTH);
  });
  test("a text, a call and a text", () => {
    expect(
      streamed(
        ...[said(index, "Hi"), done(index, message("m1", "Hi")), done(index, call("a", "{1}"))],
        ...[said(index, "Bye"), done(index, message("m2", "Bye")), completed()],
      ),
    ).toEqual(["Hi", "a f {1}", "Bye"]);
  });
  test("a text without an end before a call is not said again when it ends behind the call", () => {
    expect(
      streamed(said(index, "Hi"), done(index, call("a", "{1}")), done(index, message("m1", "Hi")), completed()),
    ).toEqual(["Hi", "a f {1}"]);
  });
  test("an item that is announced and ended twice is one", () => {
    const [begun, ended] = [call("a", "", { id: "fc_1" }), call("a", "{1}", { id: "fc_1" })];
    expect(
      streamed(
        ...[added(index, begun), added(index, begun), input(index, "{1}", "fc_1")],
        ...[done(index, ended), done(index, ended), completed(ended, ended)],
      ),
    ).toEqual(["a f {1}"]);
  });
  test("calls without any id are told apart by their words, and each has an id of its own", () => {
    const calls = [done(index, call(undefined, "{1}")), done(index, call(undefined, "{1}"))];
    expect(streamed(...calls, done(index, call(undefined, "{2}")), completed())).toEqual([
      "call_r1_0 f {1}",
      "call_r1_1 f {2}",
    ]);
  });
});

describe("one item under two indices", () => {
  const [begun, ended] = [call("a", "", { id: "fc_1" }), call("a", "{1}", { id: "fc_1" })];
  const ONE = ["a f {1}"];

  test("is one call, wherever its deltas and its ends come", () => {
    const both = [added(0, begun), added(1, begun)];
    const deltas = [input(0, "{1}", "fc_1"), input(1, "{1}", "fc_1")];
    expect(streamed(...both, ...deltas, done(0, ended), done(1, ended), completed(ended))).toEqual(ONE);
    expect(streamed(...both, ...deltas, done(1, ended), done(0, ended), completed(ended, ended))).toEqual(ONE);
    expect(streamed(...both, ...deltas, completed())).toEqual(ONE);
    expect(streamed(...both, done(1, ended), completed())).toEqual(ONE);
    expect(streamed(added(0, begun), done(0, ended), added(1, begun), done(1, ended), completed())).toEqual(ONE);
    expect(streamed(done(0, ended), done(1, ended), completed())).toEqual(ONE);
    expect(streamed(done(0, ended), completed(message("m", "Hi"), ended, ended))).toEqual([...ONE, "Hi"]);
  });
  test("is one call, also where the item's id changes or is absent", () => {
    for (const id of [{ id: "fc_2" }, {}] as const) {
      const [other, end] = [call("a", "", id), call("a", "{1}", id)];
      expect(streamed(added(0, begun), added(1, other), done(0, ended), done(1, end), completed(end))).toEqual(ONE);
    }
  });
  test("is one call in a whole answer", () => {
    expect(whole(ended, ended)).toEqual(ONE);
    expect(whole(message("m", "Hi"), ended, message("n", "Ho"), ended)).toEqual(["Hi", ...ONE, "Ho"]);
  });
  test("says what it says under either of them, also where it never ends", () => {
    const both = [added(0, begun), added(1, begun)];
    for (const at of [0, 1])
      for (const id of ["fc_1", undefined])
        expect(streamed(...both, input(at, "{", id), input(at, "1}", id), completed())).toEqual(ONE);
    const texts = [added(0, message("m", "")), added(1, message("m", "")), added(2, call("b", "{2}"))];
    expect(streamed(...texts, said(1, "Hi", "m"), said(1, "!", "m"), completed())).toEqual(["b f {2}", "Hi!"]);
    expect(streamed(...both, input(1, "{1}", "fc_1"), input(0, "{1}", "fc_1"), completed())).toEqual(ONE);
    expect(streamed(...both, input(1, "{1}", "fc_1"), done(0, ended), completed(ended))).toEqual(ONE);
  });
  test("is one text and one thought", () => {
    const thought = { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "Hm." }] };
    expect(whole(thought, thought, message("m", "Hi"), message("m", "Hi"))).toEqual(["Hm.", "Hi"]);
    const twice = [added(0, message("m", "")), added(1, message("m", "")), said(0, "Hi", "m"), said(1, "Hi", "m")];
    expect(streamed(...twice, done(0, message("m", "Hi")), done(1, message("m", "Hi")), completed())).toEqual(["Hi"]);
  });
});

describe("two items under one name", () => {
  test("are two calls, with an id each", () => {
    const [one, two] = [call("a", "{1}", { id: "fc_1" }), call("a", "{2}", { id: "fc_1" })];
    const BOTH = ["a f {1}", "call_r1_1 f {2}"];
    expect(whole(one, two)).toEqual(BOTH);
    expect(streamed(done(0, one), done(1, two), completed(one, two))).toEqual(BOTH);
    const begun = call("a", "", { id: "fc_1" });
    expect(
      streamed(
        added(0, begun),
        added(1, begun),
        input(0, "{1}"),
        input(1, "{2}"),
        done(0, one),
        done(1, two),
        completed(),
      ),
    ).toEqual(BOTH);
    expect(streamed(done(0, one), completed(one, two))).toEqual(BOTH);
    const secondFirst = [
      added(0, begun),
      added(1, begun),
      input(1, "{2}"),
      input(0, "{1}"),
      done(0, one),
      done(1, two),
    ];
    expect(streamed(...secondFirst, completed())).toEqual(["a f {2}", "call_r1_1 f {1}"]);
  });
  test("are two texts", () => {
    expect(whole(message("m", "Hi"), call("a", "{1}"), message("m", "Bye"))).toEqual(["Hi", "a f {1}", "Bye"]);
    expect(
      streamed(
        ...[added(0, message("m", "")), said(0, "Hi", "m"), done(0, message("m", "Hi"))],
        ...[added(1, message("m", "")), said(1, "Bye", "m"), done(1, message("m", "Bye")), completed()],
      ),
    ).toEqual(["Hi", "Bye"]);
  });
  test("with one id of an item and two of calls, are two calls", () => {
    const [one, two] = [call("a", "{1}", { id: "x" }), call("b", "{2}", { id: "x" })];
    expect(whole(one, two)).toEqual(["a f {1}", "b f {2}"]);
    expect(streamed(added(0, one), added(1, two), done(0, one), done(1, two), completed(one, two))).toEqual([
      "a f {1}",
      "b f {2}",
    ]);
  });
});

test("a call that only the last event has is not taken for another one at its place", () => {
  const [one, two] = [call("a", "{1}", { id: "fc_1" }), call("b", "{2}", { id: "fc_2" })];
  expect(streamed(done(1, one), completed(one, two))).toEqual(["a f {1}", "b f {2}"]);
});

test("an item that the last event has at another place than it was streamed is not repeated", () => {
  const one = call("a", "{1}");
  expect(streamed(said(0, "Hi"), done(5, one), completed(one, message("m", "Hi")))).toEqual(["Hi", "a f {1}"]);
});

test("an end without a type is the end of what began at its place", () => {
  const { type: _, ...untyped } = call("a", "{1}");
  expect(streamed(added(0, call("a", "")), done(0, untyped), completed())).toEqual(["a f {1}"]);
});
