import { describe, expect, test } from "bun:test";
import type { ReplyContext } from "../dialect.ts";
import { collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import type { Tool } from "../../ir/request.ts";
import { textOf } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/json.ts";
import { printFrame, sseReader } from "../../wire/sse.ts";
import { openaiResponses } from "./index.ts";
import { askWith, event } from "../../../test/fixtures/responses.ts";

const READ: Tool = { kind: "function", name: "read_file" };
const PATCH: Tool = { kind: "custom", name: "apply_patch" };

function read(
  frames: readonly (JsonObject | string)[],
  ask: ReplyContext = askWith(),
  cause: "eof" | "cut" = "eof",
): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const rules = grammar();
  const emit = (out: StreamEvent): void => {
    rules.check(out);
    events.push(out);
  };
  const machine = openaiResponses.stream.decoder(ask);
  for (const frame of frames) machine.push({ data: typeof frame === "string" ? frame : JSON.stringify(frame) }, emit);
  machine.end(cause, emit);
  rules.end();
  return events;
}

const answer = (frames: readonly (JsonObject | string)[], ask?: ReplyContext) => collect(read(frames, ask));
const created = event("response.created", { response: { id: "resp_1", model: "gpt-5" } });
const completed = (response: JsonObject = {}): JsonObject =>
  event("response.completed", { response: { status: "completed", output: [], ...response } });
const added = (output_index: number, item: JsonObject): JsonObject =>
  event("response.output_item.added", { output_index, item });
const done = (output_index: number, item: JsonObject): JsonObject =>
  event("response.output_item.done", { output_index, item });
const text = (output_index: number, delta: string, more: JsonObject = {}): JsonObject =>
  event("response.output_text.delta", { output_index, content_index: 0, delta, ...more });

describe("blocks", () => {
  test("ids that change with every event do not matter: the index does (Copilot)", () => {
    const found = answer(
      [
        created,
        added(0, { type: "message", id: "a", content: [] }),
        text(0, "one ", { item_id: "b" }),
        added(1, { type: "function_call", id: "c", call_id: "call_1", name: "read_file", arguments: "" }),
        event("response.function_call_arguments.delta", { output_index: 1, item_id: "d", delta: '{"a"' }),
        text(0, "two", { item_id: "e" }),
        event("response.function_call_arguments.delta", { output_index: 1, item_id: "f", delta: ":1}" }),
        done(0, { type: "message", id: "g", content: [{ type: "output_text", text: "one two" }] }),
        done(1, { type: "function_call", id: "h", call_id: "call_1", name: "read_file", arguments: '{"a":1}' }),
        completed({
          output: [
            { type: "message", id: "i", content: [{ type: "output_text", text: "one two" }] },
            { type: "function_call", id: "j", call_id: "call_1", name: "read_file", arguments: '{"a":1}' },
          ],
        }),
      ],
      askWith([READ]),
    );
    expect(found.blocks.map(({ text, input }) => text + input)).toEqual(["one two", '{"a":1}']);
    expect(found.finish?.reason).toBe("tool");
  });

  test("indices with gaps, and no added events at all, open their blocks", () => {
    const found = answer([created, text(0, "a"), text(7, "b"), completed()]);
    expect(found.blocks.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  test("a done event sends what the deltas left out, and nothing where the texts differ", () => {
    const found = answer([
      created,
      text(0, "Hel"),
      event("response.output_text.done", { output_index: 0, content_index: 0, text: "Hello" }),
      text(1, "own"),
      event("response.output_text.done", { output_index: 1, content_index: 0, text: "other words" }),
      completed(),
    ]);
    expect(found.blocks.map(({ text }) => text)).toEqual(["Hello", "own"]);
  });

  test("items that only the last event holds are read from there, streamed ones are not repeated", () => {
    const message = (id: string, said: string): JsonObject => ({
      type: "message",
      id,
      content: [{ type: "output_text", text: said }],
    });
    const call = { type: "function_call", id: "fc", call_id: "c", name: "read_file", arguments: "{}" };
    const found = answer([
      created,
      added(0, message("m", "")),
      text(0, "Hi"),
      done(0, message("m", "Hi")),
      completed({ output: [message("m", "Hi"), call] }),
    ]);
    expect(found.blocks.map(({ block, text, input }) => [block.kind, text + input])).toEqual([
      ["text", "Hi"],
      ["call", "{}"],
    ]);
  });

  test("an item without its done event ends with what the last event says of it", () => {
    const found = answer([
      created,
      added(0, { type: "function_call", id: "fc", call_id: "c", name: "read_file", arguments: "" }),
      completed({
        output: [{ type: "function_call", id: "fc", call_id: "c", name: "read_file", arguments: '{"x":1}' }],
      }),
    ]);
    expect(found.blocks[0]?.input).toBe('{"x":1}');
  });

  test("several parts of one message are several blocks, and the phase is kept", () => {
    const found = answer([
      created,
      added(0, { type: "message", phase: "commentary", content: [] }),
      text(0, "one"),
      event("response.refusal.delta", { output_index: 0, content_index: 1, delta: "no" }),
      completed(),
    ]);
    expect(found.blocks.map(({ block, text }) => ({ ...block, text }))).toEqual([
      { kind: "text", phase: "commentary", text: "one" },
      { kind: "refusal", text: "no" },
    ]);
    expect(found.finish?.reason).toBe("stop");
  });

  test("citations come once, streamed or only in the whole part", () => {
    const citation = (url: string): JsonObject => ({
      type: "url_citation",
      url,
      title: "t",
      start_index: 0,
      end_index: 2,
    });
    const found = answer([
      created,
      text(0, "ab"),
      event("response.output_text.annotation.added", {
        output_index: 0,
        content_index: 0,
        annotation: citation("https://a.example"),
      }),
      done(0, {
        type: "message",
        content: [
          {
            type: "output_text",
            text: "ab",
            annotations: [citation("https://a.example"), citation("https://b.example")],
          },
        ],
      }),
      completed(),
    ]);
    expect(found.blocks[0]?.annotations.map(({ url, end }) => [url, end])).toEqual([
      ["https://a.example", 2],
      ["https://b.example", 2],
    ]);
  });

  test("half of a surrogate pair in each of two deltas is one character in the end", () => {
    const found = answer([
      created,
      '{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\\ud83d"}',
      '{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\\udce6"}',
      completed(),
    ]);
    expect(found.blocks[0]?.text).toBe("📦");
  });
});

describe("reasoning", () => {
  test("summary parts are sections; the seal of output_item.done is the right one, stamped with who made it", () => {
    const found = answer([
      created,
      added(0, { type: "reasoning", id: "rs", summary: [], encrypted_content: "early" }),
      event("response.reasoning_summary_text.delta", { output_index: 0, summary_index: 0, delta: "One." }),
      event("response.reasoning_summary_text.delta", { output_index: 0, summary_index: 1, delta: "Two" }),
      done(0, {
        type: "reasoning",
        id: "rs",
        summary: [{ text: "One." }, { text: "Two." }],
        encrypted_content: "final",
      }),
      completed({ output: [{ type: "reasoning", id: "rs", summary: [], encrypted_content: "other" }] }),
    ]);
    expect(found.blocks[0]?.sections).toEqual(["One.", "Two."]);
    expect(found.blocks[0]?.seal).toEqual({
      dialect: "openai-responses",
      issuer: "azure:test",
      family: "gpt-5",
      value: "final",
    });
  });

  test("the thinking itself is its own channel (LM Studio, gpt-oss)", () => {
    const found = answer([
      created,
      event("response.reasoning_text.delta", { output_index: 0, content_index: 0, delta: "Hm." }),
      completed(),
    ]);
    expect(found.blocks[0]).toMatchObject({ block: { kind: "reasoning", channel: "raw" }, text: "Hm." });
  });

  test("a seal without a word still makes a block; neither makes none", () => {
    const found = answer([
      created,
      done(0, { type: "reasoning", summary: [], encrypted_content: "x" }),
      done(1, { type: "reasoning", summary: [] }),
      completed(),
    ]);
    expect(found.blocks.map(({ seal }) => seal?.value)).toEqual(["x"]);
  });
});

describe("calls", () => {
  test("arguments in the added item that come again as deltas are not doubled", () => {
    const found = answer([
      created,
      added(0, { type: "function_call", call_id: "c", name: "read_file", arguments: "{}" }),
      event("response.function_call_arguments.delta", { output_index: 0, delta: "{}" }),
      done(0, { type: "function_call", call_id: "c", name: "read_file", arguments: "{}" }),
      completed(),
    ]);
    expect(found.blocks[0]?.input).toBe("{}");
  });

  test("deltas before the call has a name wait for it", () => {
    const found = answer([
      created,
      event("response.function_call_arguments.delta", { output_index: 0, delta: '{"a"' }),
      done(0, { type: "function_call", call_id: "c", name: "f", arguments: '{"a":1}' }),
      completed(),
    ]);
    expect(found.blocks[0]).toMatchObject({ block: { kind: "call", callId: "c" }, input: '{"a":1}' });
  });

  test("a namespace is found again", () => {
    const tool: Tool = { kind: "namespace", name: "agents", tools: [{ kind: "function", name: "list" }] };
    const found = answer(
      [
        created,
        done(0, { type: "function_call", call_id: "c", name: "list", namespace: "agents", arguments: "{}" }),
        completed(),
      ],
      askWith([tool]),
    );
    expect(found.blocks[0]?.block).toMatchObject({ tool: { via: "function", name: "list", namespace: "agents" } });
  });

  test("a freeform call of a declared tool is a call; of an undeclared one, the vendor's own (xAI)", () => {
    const item = (name: string): JsonObject => ({ type: "custom_tool_call", call_id: name, name, input: "x" });
    const found = answer(
      [created, done(0, item("apply_patch")), done(1, item("x_keyword_search")), completed()],
      askWith([PATCH]),
    );
    expect(found.blocks.map(({ block }) => block.kind)).toEqual(["call", "hosted"]);
    expect(found.usage?.hostedCalls).toEqual({ x_keyword_search_requests: 1 });
  });

  test("a freeform tool that was lowered to a function leaves its wrapper while it streams", () => {
    const delta = (part: string): JsonObject =>
      event("response.function_call_arguments.delta", { output_index: 0, delta: part });
    const events = read(
      [
        created,
        added(0, { type: "function_call", call_id: "c", name: "apply_patch", arguments: "" }),
        delta('{"inp'),
        delta('ut":"a\\'),
        delta('nb"'),
        delta("}"),
        done(0, { type: "function_call", call_id: "c", name: "apply_patch", arguments: '{"input":"a\\nb"}' }),
        completed(),
      ],
      askWith([PATCH]),
    );
    expect(collect(events).blocks[0]).toMatchObject({ block: { tool: { via: "custom" } }, input: "a\nb" });
    const pieces = events.flatMap((out) =>
      out.type === "block-delta" && "input" in out.delta ? [textOf(out.delta.input)] : [],
    );
    expect(pieces.length).toBeGreaterThan(1);
  });

  test("tools with item types of their own become builtin calls when the client runs them, hosted items when the vendor does", () => {
    const found = answer([
      created,
      done(0, { type: "tool_search_call", call_id: "a", execution: "client", arguments: { query: "q" } }),
      done(1, { type: "tool_search_call", call_id: "b", execution: "server", arguments: {} }),
      done(2, {
        type: "apply_patch_call",
        id: "apc",
        call_id: "c",
        status: "completed",
        operation: { type: "delete_file", path: "p" },
      }),
      done(3, {
        type: "shell_call",
        call_id: "d",
        action: { commands: ["ls"] },
        environment: { type: "container_reference", container_id: "x" },
      }),
      done(4, { type: "local_shell_call", call_id: "e", action: { type: "exec", command: ["ls"] } }),
      done(5, { type: "mcp_approval_request", id: "mcpr_1", name: "n", server_label: "s", arguments: "{}" }),
      completed(),
    ]);
    expect(
      found.blocks.map(({ block, input }) =>
        block.kind === "call" ? [block.tool.name, block.callId, input] : block.kind,
      ),
    ).toEqual([
      ["tool_search", "a", '{"query":"q"}'],
      "hosted",
      ["apply_patch", "c", '{"operation":{"type":"delete_file","path":"p"}}'],
      "hosted",
      ["local_shell", "e", '{"action":{"type":"exec","command":["ls"]}}'],
      ["mcp_approval", "mcpr_1", '{"name":"n","server_label":"s","arguments":"{}"}'],
    ]);
  });
});

describe("ends", () => {
  const reason = (last: JsonObject): unknown => answer([created, text(0, "a"), last]).finish?.reason;

  test.each([
    ["max_output_tokens", "length"],
    ["content_filter", "filter"],
  ])("incomplete for %s finishes as %s, with its usage", (why, expected) => {
    const found = answer([
      created,
      text(0, "a"),
      event("response.incomplete", {
        response: { incomplete_details: { reason: why }, usage: { input_tokens: 3, output_tokens: 4 } },
      }),
    ]);
    expect(found.finish?.reason).toBe(expected as never);
    expect(found.usage?.lines[0]).toMatchObject({ input: 3, output: 4 });
  });

  test("a refusal alone is a refusal", () => {
    expect(
      answer([
        created,
        event("response.refusal.delta", { output_index: 0, content_index: 0, delta: "no" }),
        completed(),
      ]).finish?.reason,
    ).toBe("refusal");
    expect(reason(completed())).toBe("stop");
  });

  test.each([
    [
      "flat",
      { type: "error", code: "rate_limit_exceeded", message: "Slow down. Please try again in 1.2s." },
      "rate-limited",
    ],
    [
      "nested",
      { type: "error", error: { type: "insufficient_quota", code: "insufficient_quota", message: "No money." } },
      "quota-exhausted",
    ],
    ["without a type", { error: { code: "context_length_exceeded", message: "Too long." } }, "context-overflow"],
    [
      "failed",
      { type: "response.failed", response: { error: { code: "server_error", message: "Oops." } } },
      "upstream-failed",
    ],
    ["cancelled", { type: "response.cancelled", response: {} }, "upstream-failed"],
    [
      "completed with an error",
      { type: "response.completed", response: { error: { code: "server_error", message: "Oops." } } },
      "upstream-failed",
    ],
  ] as const)("an error that comes %s ends the answer once", (_name, frame, kind) => {
    const events = read([
      created,
      text(0, "a"),
      frame,
      event("response.failed", { response: { error: { code: "server_error", message: "again" } } }),
    ]);
    expect(events.filter(({ type }) => type === "error").length).toBe(1);
    expect(collect(events).error?.kind).toBe(kind);
  });

  // Azure, August 2026 (earendil-works/pi#7983).
  test("an answer that failed with an error of null has its reason in the error behind it, or none", () => {
    const failed = event("response.failed", { response: { status: "failed", error: null } });
    const limit = event("error", { code: "rate_limit_exceeded", message: "Over the limit." });
    const kindOf = (...frames: Parameters<typeof read>[0]): unknown => collect(read(frames)).error?.kind;
    expect(kindOf(created, failed, limit)).toBe("rate-limited");
    expect(kindOf(created, failed, event("keepalive", {}), limit)).toBe("rate-limited");
    expect(kindOf(created, failed)).toBe("upstream-failed");
    // A client that sees words already is told at once.
    expect(kindOf(created, text(0, "a"), failed, limit)).toBe("upstream-failed");
  });

  test("a stream that stops, with or without [DONE], is cut, never finished", () => {
    for (const frames of [[], [created], [created, text(0, "a"), "[DONE]"], [created, '{"type":"response.comp']])
      expect(collect(read(frames)).error?.kind).toBe("upstream-cut");
  });

  test("what follows the end is ignored", () => {
    expect(read([created, text(0, "a"), completed(), created, text(0, "b"), completed()]).at(-1)?.type).toBe("finish");
  });

  test("usage: cached and written tokens are taken out of the input", () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 4 },
    };
    const found = answer([created, completed({ usage, service_tier: "flex" })]);
    expect(found.usage).toMatchObject({
      serviceTier: "flex",
      source: "reported",
      lines: [{ input: 30, cacheRead: 60, cacheWrite5m: 10, output: 9, reasoning: 4 }],
    });
  });

  test("unknown events are notices, never errors", () => {
    const events = read([
      created,
      event("codex.rate_limits", { limits: [] }),
      event("response.newly_invented", { output_index: 3 }),
      completed(),
    ]);
    expect(events.map(({ type }) => type)).toEqual(["start", "notice", "finish"]);
  });
});

test("any cut of the bytes gives the same events", () => {
  const frames = [
    created,
    text(0, "päck"),
    text(0, "📦 "),
    added(1, { type: "function_call", call_id: "c", name: "read_file", arguments: "" }),
    done(1, { type: "function_call", call_id: "c", name: "read_file", arguments: '{"é":1}' }),
    completed(),
  ];
  const bytes = new TextEncoder().encode(frames.map((frame) => printFrame({ data: JSON.stringify(frame) })).join(""));
  const whole = read(frames);
  for (let step = 1; step < 40; step++) {
    const events: StreamEvent[] = [];
    const machine = openaiResponses.stream.decoder(askWith());
    const reader = sseReader();
    const emit = (out: StreamEvent): void => void events.push(out);
    const push = (frame: { readonly data: string }): void => machine.push(frame, emit);
    for (let at = 0; at < bytes.length; at += step) reader.push(bytes.slice(at, at + step), push);
    reader.end("eof", push);
    machine.end("eof", emit);
    expect(events).toEqual(whole as StreamEvent[]);
  }
});
