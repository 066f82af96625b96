import { describe, expect, test } from "bun:test";
import { GatewayError } from "../../ir/error.ts";
import type { Block, Delta, FinishReason, StreamEvent } from "../../ir/events.ts";
import { usageLine, type Usage } from "../../ir/usage.ts";
import { type JsonObject, literal } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";
import { ask, run } from "../../../test/fixtures/chat.ts";
import { encodeWhole } from "./response.ts";
import { encoder } from "./encoder.ts";

const USAGE: Usage = {
  lines: [usageLine({ input: 3, cacheRead: 4, output: 5, reasoning: 2 })],
  hostedCalls: {},
  source: "reported",
};

const open = (index: number, block: Block): StreamEvent => ({ type: "block-start", index, block });
const say = (index: number, text: string): StreamEvent => ({
  type: "block-delta",
  index,
  delta: { text: literal(text) },
});
const feed = (index: number, input: string): StreamEvent => ({
  type: "block-delta",
  index,
  delta: { input: literal(input) },
});
const end = (index: number): StreamEvent => ({ type: "block-end", index });
const finish = (reason: FinishReason = "stop"): StreamEvent => ({ type: "finish", reason, usage: USAGE });
const START: StreamEvent = { type: "start", id: "u", model: "m" };
const text = (index: number, said: string): StreamEvent[] => [
  open(index, { kind: "text" }),
  say(index, said),
  end(index),
];
const thought = (index: number, ...deltas: Delta[]): StreamEvent[] => [
  open(index, { kind: "reasoning", channel: "summary" }),
  ...deltas.map((delta): StreamEvent => ({ type: "block-delta", index, delta })),
  end(index),
];
const callBlock = (
  callId: string,
  name: string,
  via: "function" | "custom" = "function",
  namespace?: string,
): Block => ({
  kind: "call",
  callId,
  tool: namespace === undefined ? { via, name } : { via, name, namespace },
});

function printed(events: readonly StreamEvent[], more: Partial<ReplyContext> = {}) {
  const machine = encoder(ask(more));
  const data = run(machine, events).map((frame) => frame.data);
  const chunks = data.filter((one) => one !== "[DONE]").map((one) => JSON.parse(one) as JsonObject);
  const deltas = chunks.flatMap(
    (chunk) => (chunk.choices as { delta: JsonObject }[] | undefined)?.map(({ delta }) => delta) ?? [],
  );
  return { data, chunks, deltas, losses: machine.losses() };
}
const joinedField = (deltas: readonly JsonObject[], key: string): string =>
  deltas.map((delta) => (typeof delta[key] === "string" ? delta[key] : "")).join("");

describe("printing a stream", () => {
  test("the first delta carries the role, the last chunks finish, usage and [DONE]", () => {
    const { data, chunks } = printed([START, ...text(0, "Hi"), finish()]);
    expect(data.at(-1)).toBe("[DONE]");
    expect(chunks[0]).toEqual({
      id: "chatcmpl-r1",
      object: "chat.completion.chunk",
      created: 1_700_000_000,
      model: "gpt-high",
      choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null }],
    });
    expect(chunks[1]?.choices).toEqual([{ index: 0, delta: {}, finish_reason: "stop" }]);
    expect(chunks[2]).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 7,
        completion_tokens: 5,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
  });

  test("no usage chunk for who did not ask", () => {
    expect(printed([START, finish()], { wants: {} }).chunks).toHaveLength(1);
  });

  test("an empty answer still says who speaks", () => {
    expect(printed([START, finish()]).deltas[0]).toEqual({ role: "assistant", content: "" });
  });

  test("parts of a summary, and thoughts one after another, stand behind a blank line", () => {
    const parts = thought(0, { text: literal("A") }, { section: true }, { text: literal("B") });
    const { deltas } = printed([START, ...parts, ...thought(1, { text: literal("C") }), ...text(2, "x"), finish()]);
    expect(joinedField(deltas, "reasoning_content")).toBe("A\n\nB\n\nC");
    expect(joinedField(deltas, "content")).toBe("x");
  });

  const thinking = thought(0, { text: literal("A") });
  const think = { style: { customCalls: "function-text", reasoning: "think" } } as const;
  for (const [before, rest] of [
    ["text", [...text(1, "Hi"), finish()]],
    ["a call", [open(1, callBlock("a", "weather")), end(1), finish("tool")]],
    ["a refusal", [open(1, { kind: "refusal" }), say(1, "No."), end(1), finish("refusal")]],
    ["the end", [finish("length")]],
    ["an error", [{ type: "error", error: new GatewayError("upstream-cut", "gone") }]],
  ] as const)
    test(`think markup closes before ${before}`, () => {
      const { deltas } = printed([START, ...thinking, ...(rest as readonly StreamEvent[])], think);
      expect(joinedField(deltas, "content")).toBe(`<think>\nA\n</think>\n\n${before === "text" ? "Hi" : ""}`);
    });

  test("a thought without words prints no empty pair; hidden thinking prints nothing", () => {
    expect(joinedField(printed([START, ...thought(0), ...text(1, "Hi"), finish()], think).deltas, "content")).toBe(
      "Hi",
    );
    const hidden = printed([START, ...thinking, ...text(1, "Hi"), finish()], {
      style: { customCalls: "json", reasoning: "none" },
    });
    expect(hidden.deltas.map((delta) => Object.keys(delta))).toEqual([["role", "content"], []]);
  });

  test("interleaved calls keep a dense index in opening order", () => {
    const { deltas } = printed([
      START,
      ...text(0, "Both"),
      open(1, callBlock("a", "weather")),
      open(2, callBlock("b", "now", "function", "clock")),
      feed(1, '{"x"'),
      feed(2, "{}"),
      feed(1, ":1}"),
      end(1),
      end(2),
      finish("tool"),
    ]);
    expect(deltas.flatMap((delta) => (delta.tool_calls as JsonObject[] | undefined) ?? [])).toEqual([
      { index: 0, id: "a", type: "function", function: { name: "weather", arguments: "" } },
      { index: 1, id: "b", type: "function", function: { name: "clock__now", arguments: "" } },
      { index: 0, function: { arguments: '{"x"' } },
      { index: 1, function: { arguments: "{}" } },
      { index: 0, function: { arguments: ":1}" } },
    ]);
  });

  test("arguments that never came are an empty object", () => {
    const { deltas } = printed([START, open(0, callBlock("a", "weather")), feed(0, ""), end(0), finish("tool")]);
    expect(deltas.flatMap((delta) => (delta.tool_calls as JsonObject[] | undefined) ?? []).at(-1)).toEqual({
      index: 0,
      function: { arguments: "{}" },
    });
  });

  const patch = [
    START,
    open(0, callBlock("a", "ApplyPatch", "custom")),
    feed(0, '*** "Begin"\n'),
    feed(0, "\ud83d"),
    feed(0, "\udce6"),
    end(0),
    finish("tool"),
  ];
  const whole = (customCalls: ReplyContext["style"]["customCalls"]) => {
    const { value } = encodeWhole(patch, ask({ style: { customCalls, reasoning: "field" } }));
    return (value.choices as { message: { tool_calls: JsonObject[] } }[])[0]?.message.tool_calls[0];
  };
  test("a freeform call leaves as its client wants it", () => {
    const raw = '*** "Begin"\n📦';
    expect(whole("custom")).toEqual({ id: "a", type: "custom", custom: { name: "ApplyPatch", input: raw } });
    expect(whole("function-text")).toEqual({
      id: "a",
      type: "function",
      function: { name: "ApplyPatch", arguments: raw },
    });
    const wrapped = (whole("json") as { function: { arguments: string } }).function.arguments;
    expect(JSON.parse(wrapped)).toEqual({ input: raw });
  });

  for (const [reason, word] of [
    ["stop", "stop"],
    ["tool", "tool_calls"],
    ["length", "length"],
    ["context-full", "length"],
    ["filter", "content_filter"],
    ["refusal", "content_filter"],
    ["pause", "stop"],
    ["stop-sequence", "stop"],
  ] as const)
    test(`${reason} is ${word}`, () => {
      expect(printed([START, finish(reason)]).chunks[0]?.choices).toMatchObject([{ finish_reason: word }]);
    });

  test("an error is one frame, and nothing that looks like an end follows", () => {
    const { data } = printed([
      START,
      ...text(0, "Hi"),
      { type: "error", error: new GatewayError("overloaded", "Busy", { param: "x" }) },
      finish(),
    ]);
    expect(data.slice(1)).toEqual([
      '{"error":{"message":"Busy","type":"server_error","param":"x","code":"overloaded"}}',
    ]);
  });

  test("what Chat cannot say is a loss, once", () => {
    const seal = { seal: { dialect: "anthropic-messages", issuer: "", family: "", value: "s" }, mode: "set" } as const;
    const hosted: Block = { kind: "hosted", dialect: "anthropic-messages", wire: "server_tool_use", raw: {} };
    const { losses } = printed([
      START,
      ...thought(0, { text: literal("A") }, seal, seal),
      open(1, hosted),
      end(1),
      finish("pause"),
    ]);
    expect(losses.map(({ feature, weight }) => [feature, weight])).toEqual([
      ["seal", "hint"],
      ["hosted-call", "hint"],
      ["pause", "meaning"],
    ]);
  });

  test("a citation of a page becomes an annotation", () => {
    const citation: StreamEvent = {
      type: "block-delta",
      index: 0,
      delta: { annotation: { kind: "url", url: "https://a.example", dialect: "anthropic-messages", raw: {} } },
    };
    expect(printed([START, open(0, { kind: "text" }), say(0, "Hi"), citation, end(0), finish()]).deltas[1]).toEqual({
      annotations: [
        {
          type: "url_citation",
          url_citation: { url: "https://a.example", title: "https://a.example", start_index: 0, end_index: 0 },
        },
      ],
    });
  });
});

describe("printing a whole answer", () => {
  test("one message with everything, and its usage always", () => {
    const { value } = encodeWhole(
      [START, ...thought(0, { text: literal("A") }), ...text(1, "Hi"), finish()],
      ask({ wants: {} }),
    );
    expect(value).toMatchObject({
      id: "chatcmpl-r1",
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hi", refusal: null, reasoning_content: "A" },
          finish_reason: "stop",
        },
      ],
      usage: { total_tokens: 12 },
    });
  });

  test("an error is thrown", () => {
    expect(() => encodeWhole([{ type: "error", error: new GatewayError("overloaded", "Busy") }], ask())).toThrow(
      "Busy",
    );
  });
});
