/** What is not parsed is told as if it were: streams whose events nearly only carry their text on, in each dialect. */
import { describe, expect, test } from "bun:test";
import { PLAIN_REPLY } from "../../test/fixtures/reply-context.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Decoder } from "../dialects/dialect.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { StreamEvent } from "../ir/events.ts";
import { type JsonObject, literal } from "../wire/json.ts";
import { tap } from "./tap.ts";
import { textRuns } from "./text-runs.ts";

interface Told {
  readonly said: readonly StreamEvent[];
  readonly frames: number;
  readonly decoded: number;
}

function told(id: DialectId, pieces: readonly string[], goOn: "goes on" | "reads all"): Told {
  const { decoder, marks } = DIALECTS[id].stream;
  const inner = decoder(PLAIN_REPLY);
  let decoded = 0;
  const counted: Decoder = {
    ...inner,
    push: (frame, emit) => (decoded++, inner.push(frame, emit)),
    ...(goOn === "reads all" && { goOn: () => undefined }),
  };
  const said: StreamEvent[] = [];
  const watched = tap({ decoder: counted, marks, emit: (event) => void said.push(event), words: "emitted" });
  for (const piece of pieces) watched.push(piece);
  watched.flush("eof");
  watched.end("eof");
  return { said, frames: watched.events, decoded };
}

/** How many frames were decoded. */
function expectSame(id: DialectId, pieces: readonly string[]): number {
  const [all, some] = [told(id, pieces, "reads all"), told(id, pieces, "goes on")];
  expect({ said: some.said, frames: some.frames }).toEqual({ said: all.said, frames: all.frames });
  return some.decoded;
}

const print = (event: JsonObject): string =>
  `${typeof event.type === "string" ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
/** Ends a Chat stream, which says then what it used and why it ended. */
const DONE = "data: [DONE]\n\n";
const chunk = (delta: JsonObject, more: JsonObject = {}, beside: JsonObject = {}): JsonObject => ({
  id: "c",
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
  ...beside,
});
const message = (text: string, more: JsonObject = {}, index = 0): JsonObject => ({
  type: "content_block_delta",
  index,
  delta: { type: "text_delta", text, ...more },
});
const response = (delta: string, more: JsonObject = {}): JsonObject => ({
  type: "response.output_text.delta",
  item_id: "msg_1",
  output_index: 0,
  content_index: 0,
  delta,
  ...more,
});

/** Fields that a decoder reads in an event with text, each with two values of a kind. */
const READ: Readonly<Record<DialectId, Readonly<Record<string, (text: string, at: number) => JsonObject>>>> = {
  "openai-chat": {
    finish_reason: (content, at) => chunk({ content }, { finish_reason: at ? "length" : "stop" }),
    "the choice's number": (content, at) => chunk({ content }, { index: at }),
    service_tier: (content, at) => chunk({ content }, {}, { service_tier: at ? "flex" : "priority" }),
    usage: (content, at) => chunk({ content }, {}, { usage: { prompt_tokens: 3, completion_tokens: at } }),
    "usage of the choice": (content, at) => chunk({ content }, { usage: { prompt_tokens: 3, completion_tokens: at } }),
    x_groq: (content, at) => chunk({ content }, {}, { x_groq: { usage: { prompt_tokens: 3, completion_tokens: at } } }),
    citations: (content, at) => chunk({ content }, {}, { citations: [`https://${at}.example`] }),
    error: (content, at) => chunk({ content }, {}, { error: at ? "no" : "" }),
    object: (content, at) => chunk({ content }, {}, { object: at ? "error" : "chunk" }),
    "another text": (content, at) => chunk({ content, refusal: at ? "no" : "" }),
    thinking: (content, at) => chunk({ content, reasoning: at ? "hm" : "" }),
    "a call's arguments": (content, at) =>
      chunk({ content, tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: String(at) } }] }),
    "a part's kind": (text, at) => chunk({ content: [{ type: at ? "thinking" : "text", text }] }),
  },
  "openai-responses": {
    type: (text, at) => response(text, { type: `response.${at ? "output_text" : "refusal"}.delta` }),
    item_id: (text, at) => response(text, { item_id: `msg_${at}`, output_index: undefined }),
    output_index: (text, at) => response(text, { output_index: at, item_id: undefined }),
    content_index: (text, at) => response(text, { content_index: at }),
    summary_index: (text, at) => response(text, { type: "response.reasoning_summary_text.delta", summary_index: at }),
  },
  "anthropic-messages": {
    type: (text, at) => ({ ...message(text), type: at ? "content_block_delta" : "ping" }),
    index: (text, at) => message(text, {}, at),
    signature: (thinking, at) => ({
      ...message(""),
      delta: { type: "thinking_delta", thinking, signature: at ? "sig" : "" },
    }),
    "the kind of delta": (text, at) => message(text, { type: at ? "text_delta" : "thinking_delta" }, at),
  },
};

describe.each(Object.keys(READ) as DialectId[])("in %s", (id) => {
  test.each(Object.entries(READ[id]))("%s is read wherever it changes", (_name, event) => {
    const changing = Array.from({ length: 25 }, (_, at) => print(event(`w${at}`, at % 2)));
    const rarely = Array.from({ length: 24 }, (_, at) => print(event(`w${at}`, at === 15 || at > 20 ? 1 : 0)));
    // One of the first two ends otherwise than it was when its text began to go on.
    for (const events of [changing, changing.slice(1), rarely]) {
      expectSame(id, [...events, DONE]);
      expectSame(id, [events.join("") + DONE]);
    }
  });
});

const words = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => print(chunk({ content: `w${at}` })));

test("events of two blocks are not alike, whatever else may change in them", () => {
  const runs = textRuns(
    { answer: /delta/, inert: new Set(["index"]) },
    { push: () => {}, end: () => {}, goOn: () => () => {} },
  );
  const read = (text: string, index: number): void =>
    runs.read(print(message(text, {}, index)), { type: "block-delta", index, delta: { text: literal(text) } });
  const goesOn = (index: number): boolean => runs.end(print(message("x", {}, index)), 0) >= 0;
  read("a", 0);
  read("b", 1);
  expect(goesOn(1)).toBe(false);
  read("c", 1);
  expect(goesOn(1)).toBe(true);
  read("d", 2);
  expect(goesOn(1)).toBe(false);
});

describe("of a stream", () => {
  test("a text that goes on in another block goes there", () => {
    const call = print(chunk({ tool_calls: [{ index: 0, id: "call_1", function: { name: "f", arguments: "{}" } }] }));
    const thought = print(chunk({ reasoning: "hm" }));
    expect(expectSame("openai-chat", [...words(9), call, ...words(9), thought, ...words(9)])).toBeLessThan(20);
  });

  test("a text that is said beside another one is not taken for all that is said", () => {
    const said = (at: number): JsonObject =>
      chunk({
        content: [
          { type: "text", text: "always" },
          { type: "text", text: `w${at}` },
        ],
      });
    expect(
      expectSame(
        "openai-chat",
        Array.from({ length: 9 }, (_, at) => print(said(at))),
      ),
    ).toBe(9);
    const refused = (at: number): JsonObject =>
      chunk({ content: `w${at}`, annotations: [{ type: "url_citation", url_citation: { url: "u" } }] });
    expect(
      expectSame(
        "openai-chat",
        Array.from({ length: 9 }, (_, at) => print(refused(at))),
      ),
    ).toBe(9);
  });

  test("what was not parsed counts where the whole is said again", () => {
    const deltas = Array.from({ length: 9 }, (_, at) => print(response(`w${at} `)));
    const whole = { ...response(""), type: "response.output_text.done", text: "w0 w1 w2 w3 w4 w5 w6 w7 w8 and more" };
    expect(expectSame("openai-responses", [...deltas, print(whole)])).toBeLessThan(9);
  });

  test("an event that began in an earlier piece is read to its end, whatever its rest looks like", () => {
    for (const begun of [
      "event: error\n",
      "data: {\n",
      'data: {"error":"no"}\n',
      "data: [DONE]\n",
      "event: error\r",
      "data: {\r",
    ])
      expectSame("openai-chat", [...words(9), begun, ...words(9)]);
  });

  test("two frames whose border no client needs are two", () => {
    const stop = print(chunk({}, { finish_reason: "stop" })).slice(0, -1);
    for (const border of ["\n", "\r\n", "\r"])
      expectSame("openai-chat", [
        words(9).join(""),
        words(3)
          .map((word) => stop + border + word)
          .join(""),
        words(9).join(""),
      ]);
  });
});
