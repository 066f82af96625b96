import { describe, expect, test } from "bun:test";
import type { ReplyContext } from "../dialect.ts";
import { collect } from "../../ir/collect.ts";
import { GatewayError } from "../../ir/error.ts";
import type { Block, Delta, Finish, StreamEvent } from "../../ir/events.ts";
import type { Seal } from "../../ir/seal.ts";
import { NO_USAGE, usageLine } from "../../ir/usage.ts";
import { isObject, type JsonObject, literal } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { askWith, chatRequest } from "../../../test/fixtures/responses.ts";

const start: StreamEvent = { type: "start", id: "x", model: "claude" };
const end = (reason: Finish["reason"] = "stop"): Finish => ({ type: "finish", reason, usage: NO_USAGE });
const opened = (index: number, block: Block): StreamEvent => ({ type: "block-start", index, block });
const delta = (index: number, value: Delta): StreamEvent => ({ type: "block-delta", index, delta: value });
const closed = (index: number): StreamEvent => ({ type: "block-end", index });
const said = (index: number, text: string, block: Block = { kind: "text" }): StreamEvent[] => [
  opened(index, block),
  delta(index, { text: literal(text) }),
  closed(index),
];
const SIGNATURE: Seal = { dialect: "anthropic-messages", issuer: "anthropic:k", family: "claude", value: "sig" };

function print(events: readonly StreamEvent[], ask: ReplyContext = askWith()): readonly JsonObject[] {
  const frames: JsonObject[] = [];
  const machine = openaiResponses.stream.encoder(ask);
  const keep = ({ event, data }: { readonly event?: string; readonly data: string }): void => {
    const parsed = JSON.parse(data) as JsonObject;
    expect(event).toBe(parsed.type as string);
    frames.push(parsed);
  };
  for (const event of events) machine.push(event, keep);
  machine.end("eof", keep);
  expect(frames.map((frame) => frame.sequence_number)).toEqual(frames.map((_, at) => at));
  return frames;
}
const types = (frames: readonly JsonObject[]): unknown[] => frames.map(({ type }) => type);
const last = (frames: readonly JsonObject[]): JsonObject => frames.at(-1)?.response as JsonObject;
const output = (frames: readonly JsonObject[]): readonly JsonObject[] => last(frames).output as JsonObject[];

/** What the SDKs do with the events: a snapshot that grows by index. It must equal what the last event says. */
function snapshot(frames: readonly JsonObject[]): unknown {
  const items: { content?: JsonObject[]; [key: string]: unknown }[] = [];
  for (const frame of frames) {
    const item = items[frame.output_index as number];
    if (frame.type === "response.output_item.added") {
      expect(frame.output_index).toBe(items.length);
      items.push(structuredClone(frame.item) as never);
    } else if (frame.type === "response.content_part.added")
      item?.content?.push(structuredClone(frame.part) as JsonObject);
    else if (frame.type === "response.output_text.delta") {
      const part = item?.content?.[frame.content_index as number] as { text: string };
      part.text += frame.delta as string;
    } else if (frame.type === "response.output_item.done") items[frame.output_index as number] = frame.item as never;
  }
  return items;
}

describe("a complete sequence", () => {
  test("text: every level opens, fills and closes", () => {
    const frames = print([start, ...said(0, "Hi"), end()]);
    expect(types(frames)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(frames[4]).toMatchObject({
      item_id: "msg_r1_0",
      output_index: 0,
      content_index: 0,
      delta: "Hi",
      logprobs: [],
    });
    expect(last(frames)).toMatchObject({
      id: "resp_r1",
      object: "response",
      status: "completed",
      model: "gpt-high",
      created_at: 1_700_000_000,
      error: null,
    });
    expect(snapshot(frames)).toEqual(output(frames));
  });

  test("texts that follow each other share a message, unless their phase differs", () => {
    const frames = print([
      start,
      ...said(0, "a"),
      ...said(1, "b"),
      ...said(2, "c", { kind: "text", phase: "final_answer" }),
      end(),
    ]);
    expect(
      output(frames).map(({ content, phase }) => [(content as JsonObject[]).map(({ text }) => text).join("|"), phase]),
    ).toEqual([
      ["a|b", undefined],
      ["c", "final_answer"],
    ]);
    expect(snapshot(frames)).toEqual(output(frames));
  });

  test("blocks may overlap", () => {
    const call: Block = { kind: "call", callId: "c", tool: { via: "function", name: "f" } };
    const frames = print([
      start,
      opened(0, { kind: "text" }),
      opened(1, call),
      delta(0, { text: literal("a") }),
      delta(1, { input: literal("{}") }),
      delta(0, { text: literal("b") }),
      closed(1),
      closed(0),
      end("tool"),
    ]);
    expect(output(frames).map(({ type, arguments: input }) => [type, input])).toEqual([
      ["message", undefined],
      ["function_call", "{}"],
    ]);
    expect(snapshot(frames)).toEqual(output(frames));
  });

  test("half of a surrogate pair passes as the escape it came as", () => {
    const frames: string[] = [];
    const machine = openaiResponses.stream.encoder(askWith());
    for (const event of [
      start,
      opened(0, { kind: "text" }),
      delta(0, { text: { json: '"\\ud83d"' } }),
      delta(0, { text: { json: '"\\udce6"' } }),
      closed(0),
      end(),
    ])
      machine.push(event, ({ data }) => void frames.push(data));
    expect(
      frames.filter((data) => data.includes("output_text.delta")).map((data) => /"delta":("[^"]*")/.exec(data)?.[1]),
    ).toEqual(['"\\ud83d"', '"\\udce6"']);
    expect(output(frames.map((data) => JSON.parse(data) as JsonObject))[0]?.content).toMatchObject([{ text: "📦" }]);
  });

  test("a refusal is a part of the message, and ends it as completed", () => {
    const frames = print([start, ...said(0, "No.", { kind: "refusal" }), end("refusal")]);
    expect(output(frames)[0]?.content).toEqual([{ type: "refusal", refusal: "No." }]);
    expect(frames.at(-1)?.type).toBe("response.completed");
  });

  test.each([
    ["length", "max_output_tokens"],
    ["filter", "content_filter"],
    ["refusal", "content_filter"],
  ] as const)("%s is incomplete because of %s", (reason, why) => {
    const frames = print([start, ...said(0, "a"), end(reason)]);
    expect(frames.at(-1)?.type).toBe("response.incomplete");
    expect(last(frames).incomplete_details).toEqual({ reason: why });
  });

  test("a foreign citation gets its place from the whole block", () => {
    const annotation = {
      kind: "url",
      url: "https://a.example",
      title: "A",
      dialect: "anthropic-messages",
      raw: {},
    } as const;
    const frames = print([
      start,
      opened(0, { kind: "text" }),
      delta(0, { annotation }),
      delta(0, { text: literal("four") }),
      closed(0),
      end(),
    ]);
    expect(output(frames)[0]?.content).toMatchObject([
      { annotations: [{ type: "url_citation", url: "https://a.example", start_index: 0, end_index: 4 }] },
    ]);
  });
});

describe("reasoning", () => {
  const thought = (block: Block): StreamEvent[] => [
    opened(0, block),
    delta(0, { text: literal("One") }),
    delta(0, { section: true }),
    delta(0, { text: literal("Two") }),
    delta(0, { seal: SIGNATURE, mode: "append" }),
    delta(0, { seal: { ...SIGNATURE, value: "nature" }, mode: "append" }),
    closed(0),
  ];

  test("summary parts and a wrapped seal", () => {
    const frames = print([start, ...thought({ kind: "reasoning", channel: "summary" }), end()]);
    const [item] = output(frames);
    expect(item?.summary).toEqual([
      { type: "summary_text", text: "One" },
      { type: "summary_text", text: "Two" },
    ]);
    const again = openaiResponses.request.decode({ model: "m", input: [item as JsonObject] }).value.entries[0];
    expect(again).toMatchObject({
      kind: "reasoning",
      sections: ["One", "Two"],
      seal: { ...SIGNATURE, value: "signature" },
    });
    expect(types(frames).filter((type) => String(type).includes("summary_part"))).toHaveLength(4);
  });

  test("the thinking itself is content", () => {
    const frames = print([start, ...thought({ kind: "reasoning", channel: "raw" }), end()]);
    expect(output(frames)[0]).toMatchObject({
      summary: [],
      content: [
        { type: "reasoning_text", text: "One" },
        { type: "reasoning_text", text: "Two" },
      ],
    });
    expect(types(frames)).toContain("response.reasoning_text.delta");
  });

  test("hidden thinking travels as its seal alone; without one there is no item", () => {
    const ask = askWith([], { style: { customCalls: "custom", reasoning: "none" } });
    const frames = print(
      [
        start,
        ...thought({ kind: "reasoning", channel: "summary" }),
        opened(1, { kind: "reasoning", channel: "summary" }),
        delta(1, { text: literal("x") }),
        closed(1),
        end(),
      ],
      ask,
    );
    expect(output(frames)).toMatchObject([
      { type: "reasoning", summary: [], encrypted_content: expect.stringMatching(/^cs1\./) },
    ]);
    expect(JSON.stringify(frames)).not.toContain("One");
  });

  test("as markup it leads the text", () => {
    const ask = askWith([], { style: { customCalls: "custom", reasoning: "think" } });
    const frames = print(
      [
        start,
        opened(0, { kind: "reasoning", channel: "summary" }),
        delta(0, { text: literal("Hm") }),
        closed(0),
        ...said(1, "Hi"),
        end(),
      ],
      ask,
    );
    expect(
      collect(openaiResponses.response.decode(last(frames), askWith()))
        .blocks.map(({ text }) => text)
        .join(""),
    ).toBe("<think>\nHm\n</think>\n\nHi");
  });

  test("thinking that its vendor hides comes back as such", () => {
    const frames = print([
      start,
      opened(0, { kind: "reasoning", channel: "summary", redacted: true }),
      delta(0, { seal: SIGNATURE, mode: "set" }),
      closed(0),
      end(),
    ]);
    const again = openaiResponses.request.decode({ model: "m", input: [output(frames)[0] as JsonObject] }).value
      .entries[0];
    expect(again).toMatchObject({ redacted: true, seal: SIGNATURE });
  });
});

describe("calls", () => {
  const called = (block: Block, input: string, ask?: ReplyContext): readonly JsonObject[] =>
    print([start, opened(0, block), delta(0, { input: literal(input) }), closed(0), end("tool")], ask);
  const custom: Block = { kind: "call", callId: "c", tool: { via: "custom", name: "apply_patch" } };

  test("a function, with its namespace", () => {
    const frames = called(
      { kind: "call", callId: "c", tool: { via: "function", name: "list", namespace: "agents" } },
      "{}",
    );
    expect(output(frames)).toEqual([
      {
        type: "function_call",
        id: "fc_r1_0",
        status: "completed",
        call_id: "c",
        name: "list",
        namespace: "agents",
        arguments: "{}",
      },
    ]);
    expect(types(frames)).toContain("response.function_call_arguments.done");
  });

  test("a freeform tool, in each of its forms", () => {
    expect(output(called(custom, 'a"b'))).toMatchObject([
      { type: "custom_tool_call", name: "apply_patch", input: 'a"b' },
    ]);
    const style = (customCalls: "function-text" | "json"): ReplyContext =>
      askWith([], { style: { customCalls, reasoning: "field" } });
    expect(output(called(custom, 'a"b', style("function-text")))).toMatchObject([
      { type: "function_call", arguments: 'a"b' },
    ]);
    expect(output(called(custom, 'a"b', style("json")))).toMatchObject([
      { type: "function_call", arguments: '{"input":"a\\"b"}' },
    ]);
  });

  test.each([
    ["tool_search", '{"query":"q"}', { type: "tool_search_call", execution: "client", arguments: { query: "q" } }],
    [
      "apply_patch",
      '{"type":"delete_file","path":"p"}',
      { type: "apply_patch_call", operation: { type: "delete_file", path: "p" } },
    ],
    ["shell", '{"action":{"commands":["ls"]}}', { type: "shell_call", action: { commands: ["ls"] } }],
    ["local_shell", '{"command":["ls"]}', { type: "local_shell_call", action: { command: ["ls"] } }],
    [
      "mcp_approval",
      '{"name":"n","server_label":"s","arguments":"{}"}',
      { type: "mcp_approval_request", id: "c", name: "n" },
    ],
  ])("%s has an item type of its own, and holds an object", (name, input, expected) => {
    expect(output(called({ kind: "call", callId: "c", tool: { via: "builtin", name } }, input))).toMatchObject([
      expected,
    ]);
  });
});

describe("ends", () => {
  test("an error is `error` and response.failed, in the words on which Codex decides, and nothing looks complete", () => {
    const failed = (error: GatewayError): JsonObject => {
      const frames = print([
        start,
        opened(0, { kind: "call", callId: "c", tool: { via: "function", name: "f" } }),
        { type: "error", error },
      ]);
      expect(types(frames)).not.toContain("response.output_item.done");
      expect(frames.at(-1)?.type).toBe("response.failed");
      return last(frames).error as JsonObject;
    };
    expect(failed(new GatewayError("upstream-cut", "cut"))).toEqual({ code: "server_error", message: "cut" });
    expect(failed(new GatewayError("context-overflow", "long")).code).toBe("context_length_exceeded");
    expect(failed(new GatewayError("rate-limited", "Slow.", { retryAfter: "7" }))).toEqual({
      code: "rate_limit_exceeded",
      message: "Slow. Please try again in 7s.",
    });
  });

  test("an error before anything else still begins with response.created, which SDKs demand", () => {
    expect(types(print([{ type: "error", error: new GatewayError("internal", "x") }]))).toEqual([
      "response.created",
      "response.in_progress",
      "error",
      "response.failed",
    ]);
  });

  test("without a terminal event it fails", () => {
    expect(print([start, ...said(0, "a")]).at(-1)?.type).toBe("response.failed");
  });

  test("usage in the API's own sums, the request echoed, the tier that served", () => {
    const request = chatRequest({
      entries: [{ kind: "instructions", content: "Be brief." }],
      sampling: { temperature: 0.5 },
      tools: [{ kind: "function", name: "f", schema: { type: "object" } }],
    });
    const usage = {
      lines: [usageLine({ input: 3, cacheRead: 5, cacheWrite5m: 2, output: 7, reasoning: 4 })],
      hostedCalls: {},
      serviceTier: "flex",
      source: "reported",
    } as const;
    const frames = print([start, { type: "finish", reason: "stop", usage }], askWith([], { request }));
    expect(last(frames)).toMatchObject({
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 17,
      },
      instructions: "Be brief.",
      temperature: 0.5,
      tools: [{ type: "function", name: "f" }],
      service_tier: "flex",
    });
  });

  test("what a vendor's own tools left is a loss, once", () => {
    const machine = openaiResponses.stream.encoder(askWith());
    const hosted: Block = { kind: "hosted", dialect: "anthropic-messages", wire: "server_tool_use", raw: {} };
    for (const event of [
      start,
      opened(0, hosted),
      delta(0, { raw: {} }),
      closed(0),
      opened(1, hosted),
      closed(1),
      ...said(2, "a"),
      end(),
    ])
      machine.push(event, () => {});
    expect(machine.losses().map(({ feature, path }) => [feature, path])).toEqual([
      ["hosted-call", "answer.server_tool_use"],
    ]);
  });
});

test("a whole answer is what the stream's last event says; an error is thrown", () => {
  const events = [start, ...said(0, "Hi"), end()];
  expect(openaiResponses.response.encode(events, askWith()).value).toEqual(last(print(events)));
  expect(() =>
    openaiResponses.response.encode(
      [start, { type: "error", error: new GatewayError("overloaded", "busy") }],
      askWith(),
    ),
  ).toThrow("busy");
  expect(isObject(openaiResponses.response.encode(events, askWith()).value)).toBe(true);
});
