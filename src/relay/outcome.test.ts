import { describe, expect, test } from "bun:test";
import { DIALECTS } from "../dialects/index.ts";
import type { Ask } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import { toolMap } from "../ir/tools.ts";
import type { Frame, Machine } from "../wire/machine.ts";
import { outcomeOnly } from "./outcome.ts";

const ASK: Ask = {
  tools: toolMap([], []),
  wants: {},
  replyId: "req_1",
  createdAtSeconds: 0,
  nowSeconds: () => 0,
  modelName: "m",
  style: { customCalls: "custom", reasoning: "field" },
  from: { issuer: "i", family: "f" },
};

const chunk = (delta: object, more: object = {}): Frame => ({
  data: JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: null, ...more }] }),
});

function outcome(frames: readonly Frame[]): { events: readonly StreamEvent[]; read: number } {
  const decoder = DIALECTS["openai-chat"].stream.decoder(ASK);
  let read = 0;
  const counted: Machine<Frame, StreamEvent> = {
    push: (frame, emit) => {
      read++;
      decoder.push(frame, emit);
    },
    end: (cause, emit) => decoder.end(cause, emit),
  };
  const events: StreamEvent[] = [];
  const machine = outcomeOnly(counted);
  for (const frame of frames) machine.push(frame, (event) => void events.push(event));
  machine.end("eof", (event) => void events.push(event));
  return { events, read };
}

const words = (count: number): readonly Frame[] =>
  Array.from({ length: count }, (_, index) => chunk({ content: `w${index}` }));
const USAGE = { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 };
const END = [
  chunk({}, { finish_reason: "stop" }),
  { data: JSON.stringify({ id: "c", choices: [], usage: USAGE }) },
  { data: "[DONE]" },
];

describe("the outcome of a stream", () => {
  test("is known without reading text that only goes on", () => {
    const { events, read } = outcome([chunk({ role: "assistant", content: "" }), ...words(200), ...END]);
    expect(read).toBeLessThan(10);
    expect(events.at(-1)).toMatchObject({
      type: "finish",
      reason: "stop",
      usage: { lines: [{ input: 3, output: 9 }] },
    });
  });

  test("sees a call, an error and a finish in the middle of text", () => {
    const call = { index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const called = outcome([...words(50), chunk({ tool_calls: [call] }), ...words(50), ...END]);
    expect(called.events.filter(({ type }) => type === "block-start")).toHaveLength(3);
    const failed = outcome([...words(50), { data: '{"error":{"message":"no","type":"server_error"}}' }, ...words(5)]);
    expect(failed.events.at(-1)?.type).toBe("error");
  });

  test("reads every frame where every frame has its usage", () => {
    const counting = words(20).map(({ data }, index) => ({
      data: data.replace(
        /\}$/,
        `,"usage":{"prompt_tokens":3,"completion_tokens":${index + 1},"total_tokens":${index + 4}}}`,
      ),
    }));
    const { events, read } = outcome([...counting, chunk({}, { finish_reason: "stop" }), { data: "[DONE]" }]);
    expect(read).toBe(22);
    expect(events.at(-1)).toMatchObject({ type: "finish", usage: { lines: [{ output: 20 }] } });
  });
});
