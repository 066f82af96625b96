import { describe, expect, test } from "bun:test";
import { collect } from "../../ir/collect.ts";
import { GatewayError } from "../../ir/error.ts";
import type { Block, Delta, FinishReason, StreamEvent } from "../../ir/events.ts";
import { readSeal, type Seal } from "../../ir/seal.ts";
import { NO_USAGE, usageLine } from "../../ir/usage.ts";
import { type JsonObject, literal, parseJson } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";
import { anthropicMessages } from "./index.ts";
import { ask } from "../../../test/fixtures/messages.ts";

const start: StreamEvent = { type: "start", id: "up", model: "up-model" };
const open = (index: number, block: Block): StreamEvent => ({ type: "block-start", index, block });
const delta = (index: number, body: Delta): StreamEvent => ({ type: "block-delta", index, delta: body });
const text = (index: number, words: string): StreamEvent => delta(index, { text: literal(words) });
const input = (index: number, json: string): StreamEvent => delta(index, { input: literal(json) });
const close = (index: number): StreamEvent => ({ type: "block-end", index });
const finish = (reason: FinishReason = "stop", rest: object = {}): StreamEvent => ({
  type: "finish",
  reason,
  usage: NO_USAGE,
  ...rest,
});
const call = (callId: string, name: string): Block => ({ kind: "call", callId, tool: { via: "function", name } });
const THOUGHT: Block = { kind: "reasoning", channel: "summary" };
const foreign: Seal = { dialect: "openai-responses", issuer: "azure", family: "gpt-5", value: "enc" };

function encode(events: readonly StreamEvent[], style: Partial<ReplyContext["style"]> = {}) {
  const machine = anthropicMessages.stream.encoder(ask([], style));
  const frames: JsonObject[] = [];
  for (const event of events)
    machine.push(event, (frame) => {
      const body = parseJson(frame.data) as JsonObject;
      expect(frame.event).toBe(body.type as string);
      frames.push(body);
    });
  machine.end("eof", () => expect.unreachable());
  return { frames, losses: machine.losses() };
}
const whole = (events: readonly StreamEvent[], style: Partial<ReplyContext["style"]> = {}) =>
  anthropicMessages.response.encode(events, ask([], style));
const contentOf = (events: readonly StreamEvent[], style: Partial<ReplyContext["style"]> = {}) =>
  whole(events, style).value.content;

test("two parallel calls that interleave leave one after another, the first as it comes", () => {
  const machine = anthropicMessages.stream.encoder(ask());
  const out: JsonObject[] = [];
  const push = (event: StreamEvent): number => {
    machine.push(event, (frame) => out.push(parseJson(frame.data) as JsonObject));
    return out.length;
  };
  push(start);
  push(open(0, call("a", "f")));
  expect(push(input(0, '{"x":'))).toBe(3);
  expect(push(open(1, call("b", "g")))).toBe(3);
  expect(push(input(1, '{"y":'))).toBe(3);
  expect(push(input(0, "1}"))).toBe(4);
  push(input(1, "2}"));
  expect(push(close(0))).toBe(8);
  push(close(1));
  push(finish("tool"));
  expect(out.map((event) => [event.type, event.index])).toEqual([
    ["message_start", undefined],
    ["content_block_start", 0],
    ["content_block_delta", 0],
    ["content_block_delta", 0],
    ["content_block_stop", 0],
    ["content_block_start", 1],
    ["content_block_delta", 1],
    ["content_block_delta", 1],
    ["content_block_stop", 1],
    ["message_delta", undefined],
    ["message_stop", undefined],
  ]);
});

test("the message names our id and the model as it was asked for", () => {
  const usage = { ...NO_USAGE, lines: [usageLine({ input: 7 })] };
  expect(encode([{ ...start, usage } as StreamEvent]).frames[0]).toMatchObject({
    message: {
      id: "msg_r1",
      type: "message",
      role: "assistant",
      model: "the-model",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 7, output_tokens: 0 },
    },
  });
});

test("usage at the end: input without the cache, writes by lifetime, other models beside", () => {
  const lines = [
    usageLine({ input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 50, reasoning: 6 }),
    usageLine({ kind: "advisor", model: "opus", input: 9, output: 9 }),
  ];
  const usage = {
    lines,
    hostedCalls: { web_search_requests: 1 },
    serviceTier: "standard",
    source: "reported" as const,
  };
  expect(encode([start, finish("stop", { usage })]).frames[1]?.usage).toMatchObject({
    input_tokens: 1,
    cache_creation_input_tokens: 7,
    cache_read_input_tokens: 2,
    cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
    output_tokens: 50,
    output_tokens_details: { thinking_tokens: 6 },
    server_tool_use: { web_search_requests: 1 },
    iterations: [{ type: "message" }, { type: "advisor_message", model: "opus", input_tokens: 9 }],
  });
});

describe("reasoning", () => {
  const thought = [start, open(0, THOUGHT), text(0, "a"), delta(0, { section: true }), text(0, "b")];

  test("a foreign seal is wrapped into the signature, and comes back as it was", () => {
    const content = contentOf([
      ...thought,
      delta(0, { seal: { ...foreign, value: "early" }, mode: "set" }),
      delta(0, { seal: foreign, mode: "set" }),
      close(0),
      finish(),
    ]) as JsonObject[];
    expect(content[0]).toMatchObject({ type: "thinking", thinking: "a\n\nb" });
    expect(readSeal(content[0]?.signature as string, "anthropic-messages")).toEqual(foreign);
  });

  test("its own signature is printed bare, its pieces joined", () => {
    const piece = (value: string): StreamEvent =>
      delta(0, { seal: { dialect: "anthropic-messages", issuer: "claude", family: "claude", value }, mode: "append" });
    expect(contentOf([...thought, piece("x"), piece("y"), close(0), finish()])).toEqual([
      { type: "thinking", thinking: "a\n\nb", signature: "xy" },
    ]);
  });

  test("unsigned thinking has an empty signature and no signature_delta", () => {
    const { frames } = encode([...thought, close(0), finish()]);
    expect(frames[1]).toEqual({
      type: "content_block_start",
      index: 0,
      content_block: { type: "thinking", thinking: "", signature: "" },
    });
    expect(JSON.stringify(frames)).not.toContain("signature_delta");
  });

  test("redacted thinking waits for its data; of another vendor it becomes a signed blank", () => {
    const redacted = (seal: Seal): StreamEvent[] => [
      start,
      open(0, { ...THOUGHT, redacted: true } as Block),
      delta(0, { seal, mode: "set" }),
      close(0),
      finish(),
    ];
    expect(
      contentOf(redacted({ dialect: "anthropic-messages", issuer: "claude", family: "claude", value: "d" })),
    ).toEqual([{ type: "redacted_thinking", data: "d" }]);
    expect(contentOf(redacted(foreign))).toMatchObject([{ type: "thinking", thinking: "" }]);
  });

  test("omitted: no text, but the seal; without a seal no block at all, and no gap in the indices", () => {
    const style = { reasoning: "none" } as const;
    const sealed = delta(0, { seal: foreign, mode: "set" });
    expect(contentOf([...thought, sealed, close(0), finish()], style)).toMatchObject([
      { type: "thinking", thinking: "" },
    ]);
    const { frames } = encode(
      [...thought, close(0), open(1, { kind: "text" }), text(1, "t"), close(1), finish()],
      style,
    );
    expect(frames.filter((frame) => frame.index !== undefined).map((frame) => frame.index)).toEqual([0, 0, 0]);
  });

  test("as markup it is text of its own", () => {
    expect(
      contentOf([...thought, close(0), open(1, { kind: "text" }), text(1, "t"), close(1), finish()], {
        reasoning: "think",
      }),
    ).toEqual([
      { type: "text", text: "<think>\na\n\nb\n</think>\n\n" },
      { type: "text", text: "t" },
    ]);
  });
});

test("a freeform call leaves as one string in an object, escaped through both layers", () => {
  const patch = '*** Begin "Patch"\n+\\ 📦';
  const events = [
    start,
    open(0, { kind: "call", callId: "c", tool: { via: "custom", name: "apply_patch" } }),
    input(0, patch.slice(0, 20)),
    input(0, patch.slice(20)),
    close(0),
    finish("tool"),
  ];
  expect(contentOf(events)).toEqual([{ type: "tool_use", id: "c", name: "apply_patch", input: { input: patch } }]);
});

test("a surrogate pair cut between two deltas is never replaced", () => {
  const halves = ['"\\ud83d"', '"\\udce6"'].map((json) => delta(0, { text: { json } }));
  const machine = anthropicMessages.stream.encoder(ask());
  let wire = "";
  for (const event of [start, open(0, { kind: "text" }), ...halves, close(0), finish()])
    machine.push(event, (frame) => (wire += frame.data));
  expect(wire).toContain('"\\ud83d"');
  expect(wire).toContain('"\\udce6"');
});

test("arguments that are no object are not lost in a whole answer", () => {
  const { value, losses } = whole([start, open(0, call("c", "f")), input(0, '{"a":'), close(0), finish("tool")]);
  expect(value.content).toEqual([{ type: "tool_use", id: "c", name: "f", input: { input: '{"a":' } }]);
  expect(losses.map((loss) => loss.feature)).toEqual(["call-input"]);
});

describe("what belongs to others", () => {
  const hosted = (dialect: "anthropic-messages" | "openai-responses"): Block => ({
    kind: "hosted",
    dialect,
    wire: "web_search_call",
    raw: { type: "web_search_call", id: "w" },
  });

  test("hosted calls of other vendors are one loss each and keep nobody waiting", () => {
    const { frames, losses } = encode([
      start,
      open(0, hosted("openai-responses")),
      open(1, { kind: "text" }),
      text(1, "t"),
      delta(0, { raw: {} }),
      close(1),
      close(0),
      finish(),
    ]);
    expect(frames.map((frame) => frame.type)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(losses.map((loss) => loss.feature)).toEqual(["hosted-call"]);
  });

  test("its own hosted calls, citations and notices pass as they are", () => {
    const { frames, losses } = encode([
      start,
      open(0, hosted("anthropic-messages")),
      delta(0, { raw: { type: "input_json_delta", partial_json: "{}" } }),
      close(0),
      open(1, { kind: "text" }),
      delta(1, { annotation: { kind: "url", dialect: "anthropic-messages", raw: { type: "char_location" } } }),
      close(1),
      { type: "notice", dialect: "anthropic-messages", raw: { type: "vendor_news" } },
      finish(),
    ]);
    expect(losses).toEqual([]);
    expect(frames.map((frame) => frame.content_block ?? frame.delta ?? frame.type).slice(1, 7)).toEqual([
      { type: "web_search_call", id: "w" },
      { type: "input_json_delta", partial_json: "{}" },
      "content_block_stop",
      { type: "text", text: "" },
      { type: "citations_delta", citation: { type: "char_location" } },
      "content_block_stop",
    ]);
  });

  test("foreign citations, notices and seals outside of thinking are losses, once", () => {
    const annotation = { kind: "url", url: "u", dialect: "openai-responses", raw: {} } as const;
    const { losses } = encode([
      start,
      open(0, { kind: "text" }),
      delta(0, { annotation }),
      delta(0, { annotation }),
      delta(0, { seal: foreign, mode: "set" }),
      close(0),
      { type: "notice", dialect: "openai-chat", raw: {} },
      { type: "notice", dialect: "openai-chat", raw: {} },
      finish(),
    ]);
    expect(losses.map((loss) => loss.feature)).toEqual(["citations", "seal", "vendor-notice"]);
  });
});

describe("ends", () => {
  test.each([
    ["stop", "end_turn"],
    ["tool", "tool_use"],
    ["length", "max_tokens"],
    ["filter", "refusal"],
    ["refusal", "refusal"],
    ["pause", "pause_turn"],
    ["stop-sequence", "stop_sequence"],
    ["context-full", "model_context_window_exceeded"],
  ] as const)("%s is %s", (reason, wire) => expect(whole([start, finish(reason)]).value.stop_reason).toBe(wire));

  test("details and what the next request needs return to their places", () => {
    const details = { type: "refusal", explanation: "No.", stop_sequence: "END" };
    const { value } = whole([
      start,
      finish("refusal", { details, carry: { container: { id: "c" }, context_management: { applied_edits: [] } } }),
    ]);
    expect(value).toMatchObject({
      stop_sequence: "END",
      stop_details: { type: "refusal", explanation: "No." },
      container: { id: "c" },
      context_management: { applied_edits: [] },
    });
  });

  test("a refusal is text, unless the details say it already", () => {
    expect(contentOf([start, open(0, { kind: "refusal" }), text(0, "No."), close(0), finish("refusal")])).toEqual([
      { type: "text", text: "No." },
    ]);
    expect(
      contentOf([start, open(0, { kind: "refusal", inDetails: true }), text(0, "No."), close(0), finish("refusal")]),
    ).toEqual([]);
  });

  test("an error is the last frame, and no end follows", () => {
    const error = new GatewayError("upstream-cut", "cut");
    const { frames } = encode([
      start,
      open(0, { kind: "text" }),
      text(0, "a"),
      { type: "error", error },
      close(0),
      finish(),
    ]);
    expect(frames.slice(-1)).toEqual([{ type: "error", error: { type: "api_error", message: "cut" } }]);
    expect(() => whole([start, { type: "error", error }])).toThrow(error);
  });
});

test("whole answers: what is decoded is encoded again, large numbers included", () => {
  const body = parseJson(
    '{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}',
  ) as JsonObject;
  expect(anthropicMessages.response.encode(anthropicMessages.response.decode(body, ask()), ask()).value).toMatchObject({
    content: body.content,
    stop_reason: "end_turn",
    usage: body.usage,
  });
});

test("a whole answer that is an error, or no message, is an error", () => {
  const kindOf = (body: JsonObject) => collect(anthropicMessages.response.decode(body, ask())).error?.kind;
  expect(kindOf({ type: "error", error: { type: "overloaded_error", message: "x" } })).toBe("overloaded");
  expect(kindOf({ choices: [] })).toBe("upstream-failed");
});
