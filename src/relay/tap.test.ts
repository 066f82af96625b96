import { describe, expect, test } from "bun:test";
import { PLAIN_REPLY } from "../../test/fixtures/reply-context.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Decoder } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import { tap } from "./tap.ts";

const chunk = (delta: object, more: object = {}, beside: object = {}): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: null, ...more }], ...beside })}\n\n`;

/** What a stream says, and how many of its frames were decoded for it. */
function seen(events: readonly string[], words: "emitted" | "passed over") {
  const { decoder, marks } = DIALECTS["openai-chat"].stream;
  const inner = decoder(PLAIN_REPLY);
  let decoded = 0;
  const counted: Decoder = {
    ...inner,
    push: (frame, emit) => {
      decoded++;
      inner.push(frame, emit);
    },
  };
  const said: StreamEvent[] = [];
  const watched = tap({ decoder: counted, marks, emit: (event) => void said.push(event), words });
  watched.push(events.join(""));
  watched.flush("eof");
  watched.end("eof");
  return { said, decoded, events: watched.events };
}

const words = (count: number, beside: (index: number) => object = () => ({})): readonly string[] =>
  Array.from({ length: count }, (_, index) => chunk({ content: `w${index}` }, {}, beside(index)));
const usage = (output: number) => ({ prompt_tokens: 3, completion_tokens: output, total_tokens: output + 3 });
const DONE = "data: [DONE]\n\n";
const END = [
  chunk({}, { finish_reason: "stop" }),
  `data: {"id":"c","choices":[],"usage":${JSON.stringify(usage(9))}}\n\n`,
  DONE,
];

describe("of a stream", () => {
  test("text that only goes on is not decoded, and every word of it is emitted", () => {
    const stream = [chunk({ role: "assistant", content: "" }), ...words(200), ...END];
    const { said, decoded, events } = seen(stream, "emitted");
    expect(decoded).toBeLessThan(10);
    expect(events).toBe(stream.length);
    const text = said.map((event) =>
      event.type === "block-delta" && "text" in event.delta ? JSON.parse(event.delta.text.json) : "",
    );
    expect(text.join("")).toBe(Array.from({ length: 200 }, (_, index) => `w${index}`).join(""));
    expect(said.at(-1)).toMatchObject({ type: "finish", usage: { lines: [{ input: 3, output: 9 }] } });
  });

  test("whose words nobody keeps, the outcome is known all the same", () => {
    const { said, decoded } = seen([...words(200), ...END], "passed over");
    expect(decoded).toBeLessThan(10);
    expect(said).toHaveLength(7);
    expect(said.at(-1)).toMatchObject({ type: "finish", usage: { lines: [{ input: 3, output: 9 }] } });
  });

  test("a call, an error and a finish in the middle of text are seen", () => {
    const call = { index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const called = seen([...words(50), chunk({ tool_calls: [call] }), ...words(50), ...END], "passed over");
    expect(called.said.filter(({ type }) => type === "block-start")).toHaveLength(3);
    const failed = seen(
      [...words(50), 'data: {"error":{"message":"no","type":"server_error"}}\n\n', ...words(5)],
      "passed over",
    );
    expect(failed.said.at(-1)?.type).toBe("error");
  });

  test("every frame is decoded where every frame has its usage", () => {
    const counting = words(20, (index) => ({ usage: usage(index + 1) }));
    const { said, decoded } = seen([...counting, chunk({}, { finish_reason: "stop" }), DONE], "passed over");
    expect(decoded).toBe(22);
    expect(said.at(-1)).toMatchObject({ type: "finish", usage: { lines: [{ output: 20 }] } });
  });

  test("every frame is decoded where frames hold pieces of a seal", () => {
    const thoughts = Array.from({ length: 20 }, (_, index) =>
      chunk({ reasoning: `w${index}`, reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] }),
    );
    expect(seen([...thoughts, DONE], "passed over").decoded).toBe(21);
  });

  test("text goes on behind a ping or a comment as before", () => {
    const between = [": thinking\n\n", 'data: {"choices":[]}\n\n'];
    const stream = between.flatMap((other) => [...words(50), other]);
    expect(seen([...stream, ...words(50), ...END], "passed over").decoded).toBeLessThan(15);
  });
});
