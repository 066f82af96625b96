import { describe, expect, test } from "bun:test";
import { collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import type { Tool } from "../../ir/request.ts";
import { toldTotals } from "../../ir/usage.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { EndCause } from "../../wire/machine.ts";
import { anthropicMessages } from "./index.ts";
import { ask } from "../../../test/fixtures/messages.ts";

const started = (message: JsonObject = {}): JsonObject => ({
  type: "message_start",
  message: { id: "msg_1", model: "claude", content: [], usage: { input_tokens: 10, output_tokens: 1 }, ...message },
});
const opened = (index: number, content_block: JsonObject): JsonObject => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, body: JsonObject): JsonObject => ({ type: "content_block_delta", index, delta: body });
const text = (index: number, words: string): JsonObject => delta(index, { type: "text_delta", text: words });
const json = (index: number, partial_json: string): JsonObject =>
  delta(index, { type: "input_json_delta", partial_json });
const stopped = (index: number): JsonObject => ({ type: "content_block_stop", index });
const ended = (stop_reason: string, rest: JsonObject = {}, usage: JsonObject = { output_tokens: 5 }): JsonObject[] => [
  { type: "message_delta", delta: { stop_reason, ...rest }, usage },
  { type: "message_stop" },
];

function decode(
  frames: readonly (JsonObject | string)[],
  tools: readonly Tool[] = [],
  cause: EndCause = "eof",
): StreamEvent[] {
  const machine = anthropicMessages.stream.decoder(ask(tools));
  const rules = grammar();
  const events: StreamEvent[] = [];
  const emit = (event: StreamEvent): void => {
    rules.check(event);
    events.push(event);
  };
  for (const frame of frames) machine.push({ data: typeof frame === "string" ? frame : JSON.stringify(frame) }, emit);
  machine.end(cause, emit);
  rules.end();
  return events;
}
const answer = (...args: Parameters<typeof decode>) => collect(decode(...args));

describe("starts", () => {
  test("the same start again is a repetition", () => {
    const { blocks, finish } = answer([
      started(),
      opened(0, { type: "text", text: "" }),
      text(0, "a"),
      started(),
      text(0, "b"),
      stopped(0),
      ...ended("end_turn"),
    ]);
    expect(blocks.map((block) => block.text)).toEqual(["ab"]);
    expect(finish?.reason).toBe("stop");
  });

  test("another start before any block is the answer that counts", () => {
    const { blocks, error } = answer([
      started(),
      started({ id: "msg_2" }),
      opened(0, { type: "text", text: "a" }),
      stopped(0),
      ...ended("end_turn"),
    ]);
    expect(error).toBeUndefined();
    expect(blocks.map((block) => block.text)).toEqual(["a"]);
  });

  test("another start after a block is an error: a half-written call must not look complete", () => {
    const { error, finish } = answer([
      started(),
      opened(0, { type: "tool_use", id: "t", name: "f", input: {} }),
      json(0, '{"a":'),
      started({ id: "msg_2" }),
      ...ended("end_turn"),
    ]);
    expect(error?.kind).toBe("upstream-cut");
    expect(finish).toBeUndefined();
  });

  test("a start may hold the whole answer", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "tool_use", id: "t", name: "f", input: { b: 1 }, caller: { type: "direct" } },
    ];
    const { blocks, finish } = answer([started({ content, stop_reason: "tool_use" }), { type: "message_stop" }]);
    expect(blocks.map((block) => [block.text, block.input])).toEqual([
      ["a", ""],
      ["", '{"b":1}'],
    ]);
    expect(blocks[1]?.block).toEqual({
      kind: "call",
      callId: "t",
      tool: { via: "function", name: "f" },
      caller: { type: "direct" },
    });
    expect(finish?.reason).toBe("tool");
  });

  test("without a message_start the answer begins with its first block", () => {
    expect(decode([opened(0, { type: "text", text: "a" }), stopped(0), ...ended("end_turn")])[0]?.type).toBe("start");
  });
});

describe("blocks", () => {
  test("a block's start may carry all of its text, thinking and signature", () => {
    const { blocks } = answer([
      started(),
      opened(0, { type: "thinking", thinking: "why", signature: "sig" }),
      stopped(0),
      opened(1, {
        type: "text",
        text: "what",
        citations: [{ type: "char_location", cited_text: "q", document_index: 0, document_title: "T" }],
      }),
      stopped(1),
      ...ended("end_turn"),
    ]);
    expect(blocks[0]).toMatchObject({
      text: "why",
      seal: { dialect: "anthropic-messages", issuer: "claude", family: "claude", value: "sig" },
    });
    expect(blocks[1]).toMatchObject({ text: "what", annotations: [{ kind: "file", title: "T", quote: "q" }] });
  });

  test("signatures are appended, thinking may be empty, redacted thinking is only its data", () => {
    const { blocks } = answer([
      started(),
      opened(0, { type: "thinking", thinking: "", signature: "" }),
      delta(0, { type: "signature_delta", signature: "ab" }),
      delta(0, { type: "signature_delta", signature: "cd" }),
      stopped(0),
      opened(1, { type: "redacted_thinking", data: "xyz" }),
      stopped(1),
      ...ended("end_turn"),
    ]);
    expect(blocks.map((block) => [block.text, block.seal?.value])).toEqual([
      ["", "abcd"],
      ["", "xyz"],
    ]);
    expect(blocks[1]?.block).toMatchObject({ redacted: true });
  });

  test("deltas go to their own block, never to the latest", () => {
    const { blocks } = answer([
      started(),
      opened(0, { type: "tool_use", id: "a", name: "f", input: {} }),
      opened(5, { type: "tool_use", id: "b", name: "g", input: {} }),
      json(0, '{"x"'),
      json(5, '{"y"'),
      json(0, ":1}"),
      json(5, ":2}"),
      stopped(5),
      stopped(0),
      ...ended("tool_use"),
    ]);
    expect(blocks.map((block) => block.input)).toEqual(['{"x":1}', '{"y":2}']);
  });

  test("streamed arguments keep their bytes and win over those of the start", () => {
    const written = '{ "n" : 12345678901234567890,"t":1.0 }';
    const { blocks } = answer([
      started(),
      opened(0, { type: "tool_use", id: "a", name: "f", input: { n: 1 } }),
      json(0, ""),
      json(0, written.slice(0, 9)),
      json(0, written.slice(9)),
      stopped(0),
      ...ended("tool_use"),
    ]);
    expect(blocks[0]?.input).toBe(written);
  });

  test("a call without arguments has an empty object, and a whole one keeps its large numbers", () => {
    const whole =
      '{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"g","input":{"n":9007199254740993}}}';
    const { blocks } = answer([
      started(),
      opened(0, { type: "tool_use", id: "a", name: "f", input: {} }),
      json(0, ""),
      stopped(0),
      whole,
      stopped(1),
      ...ended("tool_use"),
    ]);
    expect(blocks.map((block) => block.input)).toEqual(["{}", '{"n":9007199254740993}']);
  });

  test("a freeform tool's text comes out of its wrapper, wherever it is cut", () => {
    const patch = '*** Begin "Patch"\n+\ud83d\udce6 \\ é';
    const wrapped = JSON.stringify({ input: patch });
    for (let at = 1; at < wrapped.length; at++) {
      const { blocks } = answer(
        [
          started(),
          opened(0, { type: "tool_use", id: "a", name: "apply_patch", input: {} }),
          json(0, wrapped.slice(0, at)),
          json(0, wrapped.slice(at)),
          stopped(0),
          ...ended("tool_use"),
        ],
        [{ kind: "custom", name: "apply_patch" }],
      );
      expect(blocks[0]).toMatchObject({ input: patch, block: { tool: { via: "custom", name: "apply_patch" } } });
    }
  });

  test("a flat name becomes the caller's own tool again, an undeclared one stays a call", () => {
    const tools: Tool[] = [{ kind: "namespace", name: "collab", tools: [{ kind: "function", name: "list" }] }];
    const { blocks } = answer(
      [
        started(),
        opened(0, { type: "tool_use", id: "a", name: "collab__list", input: {} }),
        stopped(0),
        opened(1, { type: "tool_use", id: "b", name: "other", input: {} }),
        stopped(1),
        ...ended("tool_use"),
      ],
      tools,
    );
    expect(blocks.map((block) => block.block)).toMatchObject([
      { kind: "call", tool: { via: "function", name: "list", namespace: "collab" } },
      { kind: "call", tool: { via: "function", name: "other" } },
    ]);
  });

  test("a surrogate pair cut between two deltas is whole again", () => {
    const frames = [
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud83d"}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\udce6"}}',
    ];
    expect(
      answer([started(), opened(0, { type: "text", text: "" }), ...frames, stopped(0), ...ended("end_turn")]).blocks[0]
        ?.text,
    ).toBe("📦");
  });

  test("tools of the vendor and unknown blocks are carried, and end in their whole form", () => {
    const { blocks } = answer([
      started(),
      opened(0, { type: "server_tool_use", id: "s", name: "web_search", input: {} }),
      json(0, '{"query":'),
      json(0, '"x"}'),
      stopped(0),
      opened(1, { type: "compaction", content: null }),
      delta(1, { type: "compaction_delta", content: "sum", encrypted_content: "e" }),
      stopped(1),
      ...ended("end_turn"),
    ]);
    expect(blocks.map((block) => [block.block.kind, block.final])).toEqual([
      ["hosted", { type: "server_tool_use", id: "s", name: "web_search", input: { query: "x" } }],
      ["opaque", { type: "compaction", content: "sum", encrypted_content: "e" }],
    ]);
  });

  test("a text that nobody began begins with its first delta; arguments that nobody began are an error", () => {
    expect(answer([started(), text(0, "a"), text(0, "b"), stopped(0), ...ended("end_turn")]).blocks[0]?.text).toBe(
      "ab",
    );
    expect(answer([started(), json(3, "{}"), ...ended("end_turn")]).error?.kind).toBe("upstream-failed");
  });
});

describe("ends", () => {
  const said = [started(), opened(0, { type: "text", text: "a" })];

  test("blocks left open close with the answer", () => {
    expect(decode([...said, ...ended("max_tokens")]).map((event) => event.type)).toEqual([
      "start",
      "block-start",
      "block-delta",
      "block-end",
      "finish",
    ]);
  });

  test("a stream that stops short is an error, and so is an empty one", () => {
    expect(answer(said).error?.kind).toBe("upstream-cut");
    expect(answer([]).error?.kind).toBe("upstream-cut");
    expect(answer([...said, ended("end_turn")[0] as JsonObject], [], "cut").error?.kind).toBe("upstream-cut");
  });

  test("only message_stop may be missing", () => {
    expect(answer([...said, stopped(0), ended("end_turn")[0] as JsonObject], [], "cut").finish?.reason).toBe("stop");
    expect(answer([...said, ended("end_turn")[0] as JsonObject, "[DONE]"]).finish?.reason).toBe("stop");
  });

  test.each([
    ["end_turn", "stop"],
    ["tool_use", "tool"],
    ["max_tokens", "length"],
    ["refusal", "refusal"],
    ["pause_turn", "pause"],
    ["stop_sequence", "stop-sequence"],
    ["model_context_window_exceeded", "context-full"],
    ["compaction", "pause"],
    ["something_new", "stop"],
  ])("%s is %s", (wire, reason) =>
    expect(answer([...said, stopped(0), ...ended(wire)]).finish?.reason).toBe(reason as never),
  );

  test("the matched sequence, a container and context edits travel on", () => {
    const [last, stop] = ended("stop_sequence", { stop_sequence: "END", container: { id: "c" } }) as [
      JsonObject,
      JsonObject,
    ];
    const { finish } = answer([...said, stopped(0), { ...last, context_management: { applied_edits: [] } }, stop]);
    expect(finish).toMatchObject({
      details: { stop_sequence: "END" },
      carry: { container: { id: "c" }, context_management: { applied_edits: [] } },
    });
  });

  test("a refusal that says why only beside the answer is also said in it", () => {
    const stop_details = { type: "refusal", category: "cyber", explanation: "No." };
    expect(answer([started(), ...ended("refusal", { stop_details })]).blocks).toMatchObject([
      { block: { kind: "refusal", inDetails: true }, text: "No." },
    ]);
    expect(
      answer([...said, stopped(0), ...ended("refusal", { stop_details })]).blocks.map((block) => block.block.kind),
    ).toEqual(["text"]);
  });

  test.each([
    [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded", "Overloaded"],
    [{ type: "error", error: { type: "rate_limit_error", message: "slow" } }, "rate-limited", "slow"],
    [{ error: { message: "proxy says no" } }, "upstream-failed", "proxy says no"],
    ["<html>", "upstream-failed", "the upstream sent a frame that is no JSON object"],
  ])("an error inside a 200 ends it: %j", (frame, kind, message) => {
    const { error } = answer([...said, frame, text(0, "ignored"), ...ended("end_turn")]);
    expect([error?.kind, error?.message]).toEqual([kind as never, message]);
  });

  test("pings, comments of proxies and what follows the end are ignored; unknown events are notices", () => {
    const events = decode([
      { type: "ping" },
      ...said,
      { type: "vendor_news", a: 1 },
      "",
      stopped(0),
      ...ended("end_turn"),
      text(0, "late"),
      started({ id: "x" }),
    ]);
    expect(events.map((event) => event.type)).toEqual([
      "start",
      "block-start",
      "block-delta",
      "notice",
      "block-end",
      "finish",
    ]);
  });
});

describe("usage", () => {
  const usageOf = (first: JsonObject, last: JsonObject) =>
    answer([started({ usage: first }), ...ended("end_turn", {}, last)]).usage;

  test("the last value of each key wins, nulls do not count", () => {
    const usage = usageOf(
      {
        input_tokens: 60385,
        output_tokens: 1,
        cache_read_input_tokens: 7,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        service_tier: "standard",
      },
      {
        input_tokens: 612,
        output_tokens: 9,
        cache_read_input_tokens: null,
        output_tokens_details: { thinking_tokens: 4 },
        server_tool_use: { web_search_requests: 2 },
      },
    );
    expect(usage).toEqual({
      lines: [
        {
          kind: "message",
          input: 612,
          cacheRead: 7,
          cacheWrite5m: 10,
          cacheWrite1h: 20,
          cacheWrite12h: 0,
          output: 9,
          reasoning: 4,
        },
      ],
      hostedCalls: { web_search_requests: 2 },
      serviceTier: "default",
      source: "reported",
    });
  });

  test("a later sum of cache writes keeps the hour it knows", () => {
    const usage = usageOf(
      { input_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 20 } },
      { output_tokens: 1, cache_creation_input_tokens: 50 },
    );
    expect(usage?.lines[0]).toMatchObject({ cacheWrite5m: 30, cacheWrite1h: 20 });
  });

  test("compaction and the advisor stand beside the top level, which omits them", () => {
    const usage = usageOf(
      { input_tokens: 1 },
      {
        input_tokens: 612,
        output_tokens: 50,
        iterations: [
          { type: "compaction", input_tokens: 60385, output_tokens: 522 },
          { type: "message", input_tokens: 612, output_tokens: 50 },
          { type: "advisor_message", model: "opus", input_tokens: 2728, output_tokens: 3880 },
        ],
      },
    );
    expect(usage?.lines.map((line) => [line.kind, line.model, line.input, line.output])).toEqual([
      ["message", undefined, 612, 50],
      ["compaction", undefined, 60385, 522],
      ["advisor", "opus", 2728, 3880],
    ]);
    expect(toldTotals(usage as never)).toMatchObject({ input: 612, output: 50 });
  });

  test("a model that took over has a line of its own, within the top level or instead of it", () => {
    const iterations = [
      { type: "message", input_tokens: 10, output_tokens: 1 },
      { type: "fallback_message", model: "other", input_tokens: 11, output_tokens: 20 },
    ];
    const lines = (input_tokens: number, output_tokens: number) =>
      usageOf({ input_tokens: 1 }, { input_tokens, output_tokens, iterations })?.lines.map((line) => [
        line.kind,
        line.model,
        line.input,
        line.output,
      ]);
    expect(lines(21, 21)).toEqual([
      ["message", undefined, 10, 1],
      ["message", "other", 11, 20],
    ]);
    expect(lines(11, 20)).toEqual([
      ["message", "other", 11, 20],
      ["fallback", undefined, 10, 1],
    ]);
  });

  test("nothing reported is not zero", () => {
    expect(
      answer([
        { type: "message_start", message: {} },
        { type: "message_delta", delta: { stop_reason: "end_turn" } },
        { type: "message_stop" },
      ]).usage,
    ).toEqual({ lines: [], hostedCalls: {}, source: "none" });
  });
});

test("no JSON on the wire crashes the decoder", () => {
  const values = [null, 1, "x", [], {}, { type: 1 }, { type: null }];
  const types = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
    "ping",
    "__proto__",
    "constructor",
  ];
  for (const type of types)
    for (const value of values) {
      const frame = {
        type,
        message: value,
        index: value,
        content_block: value,
        delta: value,
        usage: value,
        error: value,
      } as JsonObject;
      decode([frame, frame]);
      decode([
        started(),
        opened(0, { type: "tool_use", id: value, name: value, input: value } as JsonObject),
        frame,
        ...ended("end_turn"),
      ]);
      decode([JSON.stringify(value)]);
    }
});
