import { describe, expect, test } from "bun:test";
import type { Addressee } from "../dialect.ts";
import { repairEntries } from "../../ir/repair.ts";
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import { wrapSeal } from "../../ir/seal.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { isNative } from "./passes.ts";
import { chatRequest, TO, toWith } from "../../../test/fixtures/responses.ts";

const decode = (body: JsonObject): ModelRequest => openaiResponses.request.decode({ model: "m", ...body }).value;
const entries = (input: Json, more: JsonObject = {}): readonly Entry[] => decode({ input, ...more }).entries;
const encode = (request: ModelRequest, to: Addressee = TO) =>
  openaiResponses.request.encode({ ...request, entries: repairEntries(request.entries).value }, to);
const items = (request: ModelRequest, to?: Addressee): readonly JsonObject[] =>
  encode(request, to).value.input as JsonObject[];
const features = (request: ModelRequest, to?: Addressee): readonly string[] =>
  encode(request, to).losses.map(({ feature, weight }) => `${feature} ${weight}`);
const user: Entry = { kind: "message", role: "user", content: "hi" };
const PATCH: JsonObject = {
  type: "custom",
  name: "ApplyPatch",
  format: { type: "grammar", syntax: "lark", definition: "x" },
};

describe("bodies of Cursor", () => {
  test("Chat messages in input: calls, results, null content, thinking that was replayed", () => {
    expect(
      entries([
        { role: "system", content: "sys" },
        { role: "user", content: "go" },
        {
          role: "assistant",
          content: null,
          reasoning_content: "Hm.",
          tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "done" }] },
      ]),
    ).toMatchObject([
      { kind: "message", role: "system" },
      { kind: "message", role: "user" },
      { kind: "reasoning", sections: ["Hm."] },
      { kind: "call", callId: "c1", tool: { via: "function", name: "f" }, input: { json: "{}" } },
      { kind: "result", callId: "c1", content: [{ kind: "text", text: "done" }] },
    ]);
  });

  test("Anthropic blocks inside messages become entries, in their order", () => {
    const found = entries([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "T", signature: "s" },
          { type: "text", text: "a" },
          { type: "tool_use", id: "t1", name: "f", input: { x: 1 } },
          { type: "text", text: "b" },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "t1",
            is_error: true,
            content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } }],
          },
          { type: "text", text: "next" },
        ],
      },
    ]);
    expect(found.map(({ kind }) => kind)).toEqual(["reasoning", "message", "call", "message", "result", "message"]);
    expect(found[4]).toMatchObject({
      isError: true,
      content: [{ kind: "media", source: { data: "AA", mime: "image/png" } }],
    });
  });

  test("flat, nested, bare and Anthropic tools in one list", () => {
    const tools = decode({
      input: "x",
      tools: [
        { type: "function", name: "a", parameters: {} },
        { type: "function", function: { name: "b", strict: true } },
        { name: "c", input_schema: { type: "object" } },
        PATCH,
        {
          type: "custom",
          custom: { name: "e", format: { type: "grammar", grammar: { syntax: "lark", definition: "d" } } },
        },
        { type: "bash_20250124", name: "bash" },
      ],
    }).tools;
    expect(tools.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "function a",
      "function b",
      "function c",
      "custom ApplyPatch",
      "custom e",
      "builtin bash",
    ]);
    expect(tools[4]).toMatchObject({ format: { type: "grammar", syntax: "lark", definition: "d" } });
  });

  test("a freeform call that comes back as a function call becomes what it was, and so does its output", () => {
    const request = decode({
      tools: [PATCH],
      input: [
        { type: "function_call", call_id: "c", name: "ApplyPatch", arguments: "*** Begin Patch" },
        { type: "function_call_output", call_id: "c", output: "ok" },
        { type: "function_call", call_id: "d", name: "ApplyPatch", arguments: '{"input":"p"}' },
        { type: "function_call_output", call_id: "d", output: "ok" },
      ],
    });
    expect(items(request)).toEqual([
      { type: "custom_tool_call", call_id: "c", name: "ApplyPatch", input: "*** Begin Patch" },
      { type: "custom_tool_call_output", call_id: "c", output: "ok" },
      { type: "custom_tool_call", call_id: "d", name: "ApplyPatch", input: "p" },
      { type: "custom_tool_call_output", call_id: "d", output: "ok" },
    ]);
  });

  test("include_usage is a wish of the client and never sent on; max_tokens and reasoning_effort are read", () => {
    const request = decode({
      input: "x",
      stream_options: { include_usage: true },
      max_tokens: 5,
      reasoning_effort: "low",
      response_format: { type: "json_object" },
    });
    expect(request).toMatchObject({
      wants: { usageChunk: true },
      sampling: { maxTokens: 5 },
      reasoning: { effort: "low" },
      output: { jsonObject: true },
    });
    expect(encode(request).value).toEqual({
      model: "gpt-5",
      input: "x",
      reasoning: { effort: "low" },
      text: { format: { type: "json_object" } },
      max_output_tokens: 5,
      store: false,
      include: ["reasoning.encrypted_content"],
      stream: false,
    });
  });

  test.each<[string, JsonObject, boolean]>([
    ["a true body", { input: [{ role: "user", content: "x" }], tools: [PATCH] }, true],
    ["a nested tool", { input: "x", tools: [{ type: "function", function: { name: "f" } }] }, false],
    ["a bare tool", { input: "x", tools: [{ name: "f", input_schema: {} }] }, false],
    ["a Chat message", { input: [{ role: "tool", tool_call_id: "c", content: "x" }] }, false],
    ["a Chat part", { input: [{ role: "user", content: [{ type: "text", text: "x" }] }] }, false],
    ["null content", { input: [{ role: "assistant", content: null }] }, false],
    ["include_usage", { input: "x", stream_options: { include_usage: true } }, false],
    ["max_tokens", { input: "x", max_tokens: 1 }, false],
    [
      "a freeform call in a function's clothes",
      { input: [{ type: "function_call", call_id: "c", name: "ApplyPatch", arguments: "x" }], tools: [PATCH] },
      false,
    ],
    [
      "an id of 65 characters",
      { input: [{ type: "function_call", call_id: "c".repeat(65), name: "f", arguments: "{}" }] },
      false,
    ],
  ])("native or not: %s", (_name, body, expected) => expect(isNative({ model: "m", ...body })).toBe(expected));

  test("freeform tools pass as bytes only where the server has them", () => {
    const body = { model: "m", input: "x", tools: [PATCH] };
    expect([
      openaiResponses.passes(body, TO.traits),
      openaiResponses.passes(body, toWith({ customTools: false }).traits),
    ]).toEqual([true, false]);
  });
});

describe("own items return as they came", () => {
  const roundTrip = (input: readonly JsonObject[]): void =>
    expect(encode(decode({ input })).value.input).toEqual(input);

  test("calls and outputs of tools with item types of their own", () => {
    roundTrip([
      {
        type: "local_shell_call",
        id: "lsh_1",
        call_id: "a",
        status: "completed",
        action: { type: "exec", command: ["ls"], env: {} },
      },
      { type: "local_shell_call_output", call_id: "a", output: "x" },
      { type: "shell_call", call_id: "b", action: { commands: ["ls"] }, environment: null },
      {
        type: "shell_call_output",
        call_id: "b",
        max_output_length: 10,
        output: [{ stdout: "o", stderr: "", outcome: { type: "exit", exit_code: 0 } }],
      },
      { type: "apply_patch_call", call_id: "c", status: "completed", operation: { type: "delete_file", path: "p" } },
      { type: "apply_patch_call_output", call_id: "c", status: "failed", output: "no" },
      {
        type: "computer_call",
        call_id: "d",
        action: { type: "click", x: 1, y: 2 },
        pending_safety_checks: [],
        status: "completed",
      },
      {
        type: "computer_call_output",
        call_id: "d",
        output: { type: "computer_screenshot", image_url: "https://a.example/s.png" },
        acknowledged_safety_checks: [{ id: "s" }],
      },
      { type: "mcp_approval_request", id: "mcpr_1", name: "n", server_label: "s", arguments: "{}" },
      { type: "mcp_approval_response", approval_request_id: "mcpr_1", approve: true },
    ]);
  });

  test("what nobody here reads: references, compaction, vendor-run items, unknown keys, reasoning without an id", () => {
    roundTrip([
      { type: "item_reference", id: "msg_1" },
      { type: "compaction", id: "cmp_1", encrypted_content: "x" },
      { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "q" } },
      { type: "message", role: "user", content: [{ type: "input_text", text: "x" }], new_field: 1 },
      { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "raw" }], encrypted_content: "e" },
      {
        type: "message",
        role: "assistant",
        phase: "commentary",
        content: [
          { type: "output_text", text: "a", annotations: [{ type: "url_citation" }] },
          { type: "refusal", refusal: "no" },
        ],
      },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_image", file_id: "f", detail: "low" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA" },
          { type: "input_audio", input_audio: { data: "AA", format: "mp3" } },
          { type: "input_video", x: 1 },
        ],
      },
    ]);
  });

  test("top-level fields", () => {
    const body: JsonObject = {
      model: "gpt-5",
      input: "x",
      instructions: "sys",
      tools: [
        { type: "mcp", server_label: "s" },
        { type: "tool_search" },
        { type: "function", name: "f", strict: null, parameters: null },
      ],
      tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
      reasoning: { effort: "low", summary: "concise", context: "all_turns" },
      text: { format: { type: "json_schema", name: "n", schema: {}, strict: true }, verbosity: "high" },
      store: true,
      include: ["message.output_text.logprobs"],
      previous_response_id: "resp_1",
      truncation: "auto",
      prompt_cache_key: "k",
      safety_identifier: "s",
      metadata: { a: "b" },
      max_tool_calls: 3,
      stream_options: { include_obfuscation: false },
      stream: true,
      background: true,
      prompt: { id: "p" },
    };
    expect(encode(decode(body))).toEqual({ value: body, losses: [] });
  });

  test("an id of four hundred characters is left out (Copilot), a call id is hashed alike in call and result", () => {
    const long = "x".repeat(400);
    const found = items(
      decode({
        input: [
          { type: "function_call", id: long, call_id: long, name: "f", arguments: "{}" },
          { type: "function_call_output", call_id: long, output: "" },
        ],
      }),
    );
    expect(found[0]).not.toHaveProperty("id");
    expect(found[0]?.call_id).toBe(found[1]?.call_id as string);
    expect(String(found[0]?.call_id).length).toBeLessThanOrEqual(64);
  });
});

describe("requests of other dialects", () => {
  test("nothing is stored, reasoning is asked for sealed, unless the model cannot", () => {
    expect(encode(chatRequest({ entries: [user] })).value).toMatchObject({
      store: false,
      include: ["reasoning.encrypted_content"],
    });
    expect(encode(chatRequest({ entries: [user], state: { store: true } })).value).not.toHaveProperty("include");
    expect(encode(chatRequest({ entries: [user] }), toWith({ sealedReasoning: false })).value).not.toHaveProperty(
      "include",
    );
  });

  test("instructions are joined, later system turns keep their place, text parts are typed by who speaks", () => {
    const request = chatRequest({
      entries: [
        {
          kind: "instructions",
          content: [
            { kind: "text", text: "a" },
            { kind: "text", text: "b" },
          ],
        },
        user,
        { kind: "message", role: "system", content: "mid" },
        { kind: "message", role: "assistant", content: "ok" },
      ],
    });
    expect(encode(request).value).toMatchObject({
      instructions: "a\n\nb",
      input: [
        { role: "user", content: [{ type: "input_text", text: "hi" }] },
        { role: "system", content: [{ type: "input_text", text: "mid" }] },
        { role: "assistant", content: [{ type: "output_text", text: "ok", annotations: [] }] },
      ],
    });
  });

  test("a tool says that strict is false, since the API would take silence for true", () => {
    expect(encode(chatRequest({ entries: [user], tools: [{ kind: "function", name: "f" }] })).value.tools).toEqual([
      { type: "function", name: "f", parameters: { type: "object", properties: {} }, strict: false },
    ]);
  });

  test("reasoning returns only under a seal that this model can open", () => {
    const seal = { dialect: "openai-responses", issuer: "azure:test", family: "gpt-5", value: "gAAA" } as const;
    const wrapped = (family: string): Entry => ({ kind: "reasoning", sections: ["s"], seal: { ...seal, family } });
    const request = chatRequest({
      entries: [user, wrapped("gpt-5"), wrapped("claude"), { kind: "reasoning", sections: ["plain"] }],
    });
    expect(items(request).slice(1)).toEqual([
      { type: "reasoning", summary: [{ type: "summary_text", text: "s" }], encrypted_content: "gAAA" },
    ]);
    expect(features(request)).toEqual(["reasoning-replay hint"]);
    expect(entries([{ type: "reasoning", summary: [], encrypted_content: wrapSeal(seal) }])[0]).toMatchObject({ seal });
  });

  test("a freeform tool at a server without them is a function, in tools, calls, results and choice", () => {
    const tool: Tool = { kind: "custom", name: "p" };
    const request = chatRequest({
      tools: [tool],
      toolChoice: { mode: "one", tool: { via: "custom", name: "p" } },
      entries: [
        user,
        { kind: "call", callId: "c", tool: { via: "custom", name: "p" }, input: { text: "raw" } },
        { kind: "result", callId: "c", via: "custom", content: "ok" },
      ],
    });
    const { value } = encode(request, toWith({ customTools: false }));
    expect(value).toMatchObject({
      tools: [{ type: "function", name: "p", strict: false }],
      tool_choice: { type: "function", name: "p" },
      input: [
        {},
        { type: "function_call", arguments: '{"input":"raw"}' },
        { type: "function_call_output", output: "ok" },
      ],
    });
    expect(encode(request).value).toMatchObject({
      tools: [{ type: "custom" }],
      tool_choice: { type: "custom", name: "p" },
      input: [{}, { type: "custom_tool_call" }, { type: "custom_tool_call_output" }],
    });
  });

  test("images in results are parts, or follow in a user message behind all results of the turn", () => {
    const call = (callId: string): Entry => ({
      kind: "call",
      callId,
      tool: { via: "function", name: "f" },
      input: { json: "{}" },
    });
    const image = { kind: "media", media: "image", source: { data: "AA", mime: "image/png" } } as const;
    const result = (callId: string): Entry => ({
      kind: "result",
      callId,
      via: "function",
      content: [{ kind: "text", text: "see" }, image],
    });
    const request = chatRequest({ entries: [user, call("a"), call("b"), result("a"), result("b")] });
    expect(items(request)[3]?.output).toEqual([
      { type: "input_text", text: "see" },
      { type: "input_image", image_url: "data:image/png;base64,AA", detail: "auto" },
    ]);
    const moved = items(request, toWith({ imageResults: false }));
    expect(moved.map(({ type, role }) => role ?? type)).toEqual([
      "user",
      "function_call",
      "function_call",
      "function_call_output",
      "function_call_output",
      "user",
    ]);
    expect(moved[5]?.content).toHaveLength(2);
  });

  test("tools of Anthropic's own: run by the client, they become functions; its search becomes ours; the rest is lost", () => {
    const request = chatRequest({
      entries: [user],
      extra: { dialect: "anthropic-messages", fields: {} },
      tools: [
        { kind: "builtin", dialect: "anthropic-messages", name: "bash", wire: "bash_20250124", raw: {} },
        {
          kind: "hosted",
          dialect: "anthropic-messages",
          name: "web_search",
          raw: { type: "web_search_20250305", allowed_domains: ["a.example"] },
        },
        {
          kind: "hosted",
          dialect: "anthropic-messages",
          name: "code_execution",
          raw: { type: "code_execution_20250825" },
        },
      ],
    });
    expect(encode(request).value.tools).toMatchObject([
      { type: "function", name: "bash", parameters: { properties: { command: {} } } },
      { type: "web_search", filters: { allowed_domains: ["a.example"] } },
    ]);
    expect(features(request)).toEqual(["builtin-tool hint", "web-search hint", "hosted-tool meaning"]);
  });

  test("what the API has no word for is told, a spelled-out default is not", () => {
    const request = chatRequest({
      entries: [{ kind: "message", role: "user", content: [{ kind: "text", text: "x", mark: { raw: {} } }] }],
      sampling: { stop: ["x"], topK: 4, frequencyPenalty: 0, presencePenalty: 1, seed: 1 },
      extra: { dialect: "openai-chat", fields: { n: 1, logit_bias: {}, prediction: { a: 1 } } },
    });
    expect(features(request)).toEqual([
      "cache-breakpoint hint",
      "stop-sequences meaning",
      "top-k hint",
      "penalties hint",
      "seed hint",
      "unknown-field hint",
    ]);
  });

  test("a cache key of any length fits; a schema without a name gets one", () => {
    const { value } = encode(
      chatRequest({
        entries: [user],
        cache: { key: "k".repeat(65) },
        output: { schema: { schema: { type: "object" } } },
      }),
    );
    expect(String(value.prompt_cache_key)).toMatch(/^[0-9a-f]{64}$/);
    expect(value.text).toMatchObject({ format: { type: "json_schema", name: "output" } });
  });
});

test("wrong shapes are refused with their place", () => {
  const place = (body: JsonObject): unknown => {
    try {
      decode(body);
    } catch (error) {
      return (error as { path?: unknown }).path;
    }
    return "accepted";
  };
  expect([
    place({}),
    place({ input: 5 }),
    place({ input: [5] }),
    place({ input: [{}] }),
    place({ input: [{ role: "critic", content: "x" }] }),
    place({ input: "x", tools: [{ type: "function" }] }),
    place({ input: "x", tool_choice: "maybe" }),
    place({ input: "x", temperature: "hot" }),
    place({ input: [{ type: "function_call", call_id: "c" }] }),
  ]).toEqual([
    "input",
    "input",
    "input[0]",
    "input[0]",
    "input[0].role",
    "tools[0].name",
    "tool_choice",
    "temperature",
    "input[0].name",
  ]);
});
