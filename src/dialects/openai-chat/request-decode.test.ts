import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "../../ir/error.ts";
import { repairEntries } from "../../ir/repair.ts";
import { type Json, type JsonObject, parseExactly, ShapeError } from "../../wire/json.ts";
import { isNative } from "./passes.ts";
import { passes } from "./passes.ts";
import { decodeRequest } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import type { Entry } from "../../ir/request.ts";
import { unplaced } from "../../../test/fixtures/unplaced.ts";
import { PLAIN_TRAITS, to, TRAITS } from "../../../test/fixtures/chat.ts";

const HELLO = { role: "user", content: "hello" };
const body = (fields: JsonObject, messages: readonly Json[] = [HELLO]): JsonObject => ({
  model: "m",
  messages,
  ...fields,
});
const read = (fields: JsonObject, messages?: readonly Json[]) => unplaced(decodeRequest(body(fields, messages)).value);
const entries = (...messages: readonly Json[]) => read({}, messages).entries;

const LARK = { type: "grammar", syntax: "lark", definition: "start: /.+/" };
const NESTED = {
  type: "function",
  function: { name: "grep", description: "Searches.", parameters: { type: "object" }, strict: true },
};
const FLAT = { type: "function", name: "ls", parameters: { type: "object" } };
const BARE = {
  name: "read",
  description: "Reads.",
  input_schema: { type: "object" },
  cache_control: { type: "ephemeral" },
};
const PATCH = { type: "custom", name: "ApplyPatch", description: "Edits.", format: LARK };
const NESTED_PATCH = {
  type: "custom",
  custom: { name: "Patch", format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /.+/" } } },
};

describe("tools of every shape in one list", () => {
  test("nested, flat, bare, freeform", () => {
    expect(read({ tools: [NESTED, FLAT, BARE, PATCH, NESTED_PATCH] }).tools).toEqual([
      { kind: "function", name: "grep", description: "Searches.", schema: { type: "object" }, strict: true },
      { kind: "function", name: "ls", schema: { type: "object" }, flat: true },
      {
        kind: "function",
        name: "read",
        description: "Reads.",
        schema: { type: "object" },
        mark: { raw: { type: "ephemeral" } },
      },
      { kind: "custom", name: "ApplyPatch", description: "Edits.", format: LARK, flat: true },
      { kind: "custom", name: "Patch", format: LARK },
    ]);
  });
  test("Anthropic's type custom with a schema is a plain function", () => {
    expect(read({ tools: [{ ...BARE, type: "custom" }] }).tools[0]).toMatchObject({ kind: "function", name: "read" });
  });
  test("legacy functions, and tools that a vendor or the client runs", () => {
    const { tools } = read({
      functions: [{ name: "old" }],
      tools: [
        { type: "web_search_20250305", name: "web_search" },
        { type: "bash_20250124", name: "bash" },
        { type: "local_shell" },
        { type: "web_search" },
        { type: "builtin_function", function: { name: "$web_search" } },
      ],
    });
    expect(tools.map((tool) => [tool.kind, tool.name, "dialect" in tool ? tool.dialect : ""])).toEqual([
      ["hosted", "web_search", "anthropic-messages"],
      ["builtin", "bash", "anthropic-messages"],
      ["builtin", "local_shell", "openai-responses"],
      ["hosted", "web_search", "openai-responses"],
      ["hosted", "$web_search", "openai-chat"],
      ["function", "old", ""],
    ]);
  });
  test("null and no tools are none", () => {
    expect(read({ tools: null }).tools).toEqual([]);
    expect(read({ tools: [] }).tools).toEqual([]);
  });
});

describe("the choice among them", () => {
  const tools = [NESTED, PATCH];
  for (const [choice, meant] of [
    ["auto", { mode: "auto" }],
    ["any", { mode: "required" }],
    [{ type: "any", disable_parallel_tool_use: true }, { mode: "required" }],
    [
      { type: "function", function: { name: "grep" } },
      { mode: "one", tool: { via: "function", name: "grep" } },
    ],
    [
      { type: "function", name: "ApplyPatch" },
      { mode: "one", tool: { via: "custom", name: "ApplyPatch" } },
    ],
    [
      { type: "custom", custom: { name: "ApplyPatch" } },
      { mode: "one", tool: { via: "custom", name: "ApplyPatch" } },
    ],
    [
      { type: "tool", name: "grep" },
      { mode: "one", tool: { via: "function", name: "grep" } },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "grep" } }] },
      },
      { mode: "allowed", required: true, tools: [{ via: "function", name: "grep" }] },
    ],
    [{}, undefined],
    [null, undefined],
  ] as const)
    test(JSON.stringify(choice), () => {
      expect(read({ tools, tool_choice: choice as Json }).toolChoice).toEqual(meant as never);
    });
  test("one call at a time, said Anthropic's way", () => {
    expect(read({ tool_choice: { type: "auto", disable_parallel_tool_use: true } }).parallelCalls).toBe(false);
  });
});

describe("Cursor's history", () => {
  const raw = "*** Begin Patch\n*** End Patch";
  test("a replayed freeform call and its result are freeform again", () => {
    const { entries } = read({ tools: [PATCH, NESTED] }, [
      HELLO,
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a", type: "function", index: 0, function: { name: "ApplyPatch", arguments: raw } },
          { id: "b", type: "function", function: { name: "ApplyPatch", arguments: JSON.stringify({ input: raw }) } },
          { id: "c", type: "function", function: { name: "grep", arguments: "{broken" } },
        ],
      },
      { role: "tool", tool_call_id: "a", name: "ApplyPatch", content: "Done" },
      { role: "tool", tool_call_id: "c", content: [{ type: "text", text: "none" }] },
    ]);
    expect(entries.slice(1)).toEqual([
      { kind: "call", callId: "a", tool: { via: "custom", name: "ApplyPatch" }, input: { text: raw } },
      { kind: "call", callId: "b", tool: { via: "custom", name: "ApplyPatch" }, input: { text: raw } },
      { kind: "call", callId: "c", tool: { via: "function", name: "grep" }, input: { json: "{broken" } },
      { kind: "result", callId: "a", via: "custom", content: "Done", name: "ApplyPatch" },
      { kind: "result", callId: "c", via: "function", content: [{ kind: "text", text: "none" }] },
    ]);
  });

  test("Anthropic blocks inside chat messages", () => {
    expect(
      entries(
        {
          role: "user",
          content: [
            { type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1h" } },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm", signature: "sig" },
            { type: "redacted_thinking", data: "blob" },
            { type: "text", text: "Reading." },
            { type: "tool_use", id: "t1", name: "read", input: { b: 1, a: 2 } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t1",
              is_error: true,
              content: [{ type: "image", source: { type: "url", url: "https://x.example/a.png" } }],
            },
            { type: "text", text: "go on" },
          ],
        },
      ),
    ).toEqual([
      {
        kind: "message",
        role: "user",
        content: [
          { kind: "text", text: "a", mark: { ttl: "1h", raw: { type: "ephemeral", ttl: "1h" } } },
          { kind: "media", media: "image", source: { data: "AAAA", mime: "image/png" } },
        ],
      },
      {
        kind: "reasoning",
        sections: ["Hm"],
        seal: { dialect: "anthropic-messages", issuer: "", family: "", value: "sig" },
      },
      {
        kind: "reasoning",
        sections: [],
        seal: { dialect: "anthropic-messages", issuer: "", family: "", value: "blob" },
        redacted: true,
      },
      { kind: "message", role: "assistant", content: [{ kind: "text", text: "Reading." }] },
      { kind: "call", callId: "t1", tool: { via: "function", name: "read" }, input: { json: '{"b":1,"a":2}' } },
      {
        kind: "result",
        callId: "t1",
        via: "function",
        isError: true,
        content: [{ kind: "media", media: "image", source: { url: "https://x.example/a.png" } }],
      },
      { kind: "message", role: "user", content: [{ kind: "text", text: "go on" }] },
    ]);
  });

  test("Responses parts and items among messages", () => {
    expect(
      entries(
        {
          role: "user",
          content: [
            { type: "input_text", text: "a" },
            { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" },
            { type: "input_file", filename: "a.pdf", file_data: "AAAA" },
          ],
        },
        { role: "assistant", content: [{ type: "output_text", text: "b", annotations: [] }] },
        { type: "function_call", call_id: "f", name: "ls", arguments: "{}" },
        { type: "function_call_output", call_id: "f", output: "ok" },
      ),
    ).toMatchObject([
      {
        content: [
          { kind: "text", text: "a" },
          { media: "image", source: { data: "AAAA", mime: "image/png" }, detail: "high" },
          { media: "document", name: "a.pdf" },
        ],
      },
      { role: "assistant", content: [{ kind: "text", text: "b" }] },
      { kind: "call", callId: "f" },
      { kind: "result", callId: "f", content: "ok" },
    ]);
  });

  test("empty tool_calls, null content and missing ids are taken", () => {
    expect(
      entries(
        HELLO,
        { role: "assistant", content: null, tool_calls: [] },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ type: "function", function: { name: "ls", arguments: null } }],
        },
        { role: "tool", content: null },
      ),
    ).toEqual([
      { kind: "message", role: "user", content: "hello" },
      { kind: "call", callId: "", tool: { via: "function", name: "ls" }, input: { json: "" } },
      { kind: "result", callId: "", via: "function", content: "" },
    ]);
  });

  test("only a leading think block of an assistant is stripped", () => {
    const said = (content: Json, role = "assistant") =>
      entries({ role, content }).map((entry) => ("content" in entry ? entry.content : undefined));
    expect(said("<think>\nA\n</think>\n\nHi")).toEqual(["Hi"]);
    expect(
      said([
        { type: "text", text: "<think>A</think>Hi" },
        { type: "text", text: "<think>B</think>" },
      ]),
    ).toEqual([
      [
        { kind: "text", text: "Hi" },
        { kind: "text", text: "<think>B</think>" },
      ],
    ]);
    expect(said("Look: <think>A</think>")).toEqual(["Look: <think>A</think>"]);
    expect(said("<think>A</think>Hi", "user")).toEqual(["<think>A</think>Hi"]);
  });

  test("legacy function calls", () => {
    expect(
      entries(
        HELLO,
        { role: "assistant", content: null, function_call: { name: "ls", arguments: "{}" } },
        { role: "function", name: "ls", content: "ok" },
      ).slice(1),
    ).toEqual([
      { kind: "call", callId: "", tool: { via: "function", name: "ls" }, input: { json: "{}" } },
      { kind: "result", callId: "", via: "function", content: "ok", name: "ls" },
    ]);
  });

  test("thinking of earlier turns in every vendor's word", () => {
    for (const fields of [{ reasoning_content: "Hm" }, { reasoning: "Hm" }])
      expect(entries({ role: "assistant", content: "Hi", ...fields })[0]).toEqual({
        kind: "reasoning",
        sections: ["Hm"],
      });
  });

  test("details are thinking and its seal, and without a word a seal alone", () => {
    const sealed = (details: readonly JsonObject[]) => ({
      dialect: "openai-chat",
      issuer: "",
      family: "",
      value: JSON.stringify(details),
    });
    const told = [{ type: "reasoning.text", text: "Hm", signature: "s" }];
    const hidden = [{ type: "reasoning.encrypted", data: "d" }];
    expect(entries({ role: "assistant", content: "Hi", reasoning: "Hm", reasoning_details: told })[0]).toMatchObject({
      kind: "reasoning",
      sections: ["Hm"],
      seal: sealed(told),
    });
    expect(entries({ role: "assistant", content: "Hi", reasoning_details: hidden })[0]).toMatchObject({
      kind: "reasoning",
      sections: [],
      redacted: true,
      seal: sealed(hidden),
    });
  });
});

describe("settings", () => {
  test("everything Cursor and Chat say", () => {
    const request = read({
      stream: true,
      system: [{ type: "text", text: "S" }],
      max_output_tokens: 5,
      stop: "END",
      reasoning: { effort: "high", summary: "auto" },
      text: { verbosity: "low" },
      stream_options: { include_usage: true },
      include: ["reasoning.encrypted_content"],
      metadata: { cursorConversationId: "c" },
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
      service_tier: "flex",
      user: "u",
      safety_identifier: "s",
      store: false,
      previous_response_id: null,
      truncation: "auto",
      logit_bias: { "1": 2 },
    });
    expect(request.entries[0]).toEqual({ kind: "instructions", content: [{ kind: "text", text: "S" }] });
    expect(request).toMatchObject({
      stream: true,
      sampling: { maxTokens: 5, stop: ["END"] },
      reasoning: { effort: "high", show: "auto" },
      output: { verbosity: "low" },
      state: { store: false },
      cache: { key: "k", retention: "24h" },
      wants: { usageChunk: true, sealedReasoning: true },
      caller: { user: "u", safetyId: "s", serviceTier: "flex", metadata: { cursorConversationId: "c" } },
      truncation: "auto",
      extra: { dialect: "openai-chat", fields: { logit_bias: { "1": 2 } } },
    });
    expect(request.state.previous).toBeUndefined();
  });
  test("a seed past 2^53 is taken", () => {
    expect(read(parseExactly('{"seed":9007199254740993}') as JsonObject).sampling.seed).toBe(9007199254740992);
  });
  test("thinking in its three forms, and off", () => {
    expect(read({ thinking: { type: "enabled", budget_tokens: 9 } }).reasoning).toEqual({
      budgetTokens: 9,
      mode: "on",
    });
    expect(
      read({ thinking: { type: "adaptive", display: "omitted" }, output_config: { effort: "low" } }).reasoning,
    ).toEqual({ effort: "low", mode: "adaptive", show: "omitted" });
    expect(read({ thinking: { type: "disabled" } }).reasoning).toEqual({ mode: "off" });
    expect(read({}).reasoning).toBeUndefined();
  });
  test("a schema, nested or flat", () => {
    const schema = { type: "object" };
    for (const fields of [
      { response_format: { type: "json_schema", json_schema: { name: "n", schema, strict: true } } },
      { text: { format: { type: "json_schema", name: "n", schema, strict: true } } },
    ])
      expect(read(fields).output).toEqual({ schema: { name: "n", schema, strict: true } });
    expect(read({ response_format: { type: "json_object" } }).output).toEqual({ jsonObject: true });
    expect(read({ response_format: { type: "text" } }).output).toBeUndefined();
  });
  test("what is asked for and cannot be given is told", () => {
    const { losses } = decodeRequest(
      body({ n: 2, logprobs: true, include: ["x"] }, [HELLO, { role: "assistant", content: "A", partial: true }]),
    );
    expect(losses.map(({ feature }) => feature)).toEqual(["several-choices", "logprobs", "include"]);
  });
});

describe("bad bodies are refused with path and value", () => {
  for (const [fields, path] of [
    [{ messages: [] }, "messages"],
    [{ messages: "x" }, "messages"],
    [{ messages: [1] }, "messages[0]"],
    [{ messages: [{ role: "robot", content: "" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [5] }] }, "messages[0].content[0]"],
    [
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] },
      "messages[0].content[0].image_url.url",
    ],
    [{ messages: [{ role: "assistant", tool_calls: [{ id: "a", function: {} }] }] }, "messages[0].tool_calls[0].name"],
    [{ tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
    [{ tools: {} }, "tools"],
    [{ tool_choice: "maybe" }, "tool_choice"],
    [{ stop: [1] }, "stop"],
    [{ temperature: "hot" }, "temperature"],
    [{ model: 5 }, "model"],
    [{ stream: "yes" }, "stream"],
  ] as const)
    test(path, () => {
      expect(() => decodeRequest(body(fields as unknown as JsonObject))).toThrow(ShapeError);
      expect(() => decodeRequest(body(fields as unknown as JsonObject))).toThrow(path);
    });
});

const FULL = body(
  {
    tools: [NESTED, FLAT, BARE, PATCH],
    tool_choice: "auto",
    reasoning: { effort: "low" },
    stop: ["a"],
    response_format: { type: "json_schema", json_schema: { schema: {} } },
  },
  [
    { role: "system", content: "S" },
    {
      role: "user",
      content: [
        { type: "text", text: "a" },
        { type: "image_url", image_url: { url: "https://x.example" } },
      ],
    },
    {
      role: "assistant",
      content: [{ type: "thinking", thinking: "t", signature: "s" }],
      tool_calls: [{ id: "a", type: "function", function: { name: "ls", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "a", content: [{ type: "text", text: "x" }] },
  ],
);

/** Every value of a body, one after the other, replaced by something odd. */
function* mutants(value: Json, odd: Json): Generator<Json> {
  yield odd;
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value))
    for (const inner of mutants((value as JsonObject)[key] as Json, odd))
      yield Array.isArray(value)
        ? value.map((one, at) => (String(at) === key ? inner : one))
        : { ...value, [key]: inner };
}

test("a value of the wrong type anywhere is read or refused, never a crash", () => {
  let count = 0;
  for (const odd of [
    null,
    0,
    "x",
    "",
    true,
    [],
    {},
    [null],
    { type: "text" },
    { type: "tool_use" },
    [[]],
    { name: 1 },
  ] as Json[])
    for (const mutant of mutants(FULL, odd)) {
      if (typeof mutant !== "object" || mutant === null || Array.isArray(mutant)) continue;
      count++;
      isNative(mutant as JsonObject);
      passes(mutant as JsonObject, TRAITS);
      try {
        const { value } = decodeRequest(mutant as JsonObject);
        for (const traits of [TRAITS, PLAIN_TRAITS])
          encodeRequest({ ...value, entries: repairEntries(value.entries).value }, to(traits));
      } catch (error) {
        if (!(error instanceof ShapeError || error instanceof GatewayError))
          throw new Error(JSON.stringify(mutant), { cause: error });
      }
    }
  expect(count).toBeGreaterThan(500);
});

const CAPTURES = process.env.CODESWITCH_CAPTURES ?? "../shared/captures";
const captures = (existsSync(CAPTURES) ? readdirSync(CAPTURES) : [])
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({
    file,
    ...(JSON.parse(readFileSync(join(CAPTURES, file), "utf8")) as { url?: string; body?: JsonObject }),
  }))
  .filter(({ url, body }) => url?.includes("/chat/completions") && body);

test("bodies of real clients are native and cross themselves unchanged", () => {
  console.log(`Chat captures: ${captures.length} bodies ran`);
  for (const { file, body } of captures) {
    if (!body) continue;
    expect([file, isNative(body)]).toEqual([file, true]);
    const first = decodeRequest(body);
    expect([file, first.losses]).toEqual([file, []]);
    const field = body.max_tokens === undefined ? "max_completion_tokens" : "max_tokens";
    const written = encodeRequest(first.value, to({ maxTokensField: field, reasoningReplay: "reasoning_content" }));
    expect([file, written.losses]).toEqual([file, []]);
    const again = decodeRequest(written.value).value;
    const plain = (text: unknown) => unplaced(JSON.parse(JSON.stringify(text)) as unknown);
    expect(plain({ ...again, model: "", entries: flat(again.entries), state: {}, fields: {} })).toEqual(
      plain({ ...first.value, model: "", entries: flat(first.value.entries), state: {}, fields: {} }),
    );
  }
});

/** Lists of nothing but text go upstream as one string: the same words. */
function flat(list: readonly Entry[]): unknown {
  return list.map((entry) => {
    if (!("content" in entry) || typeof entry.content === "string" || !Array.isArray(entry.content)) return entry;
    return { ...entry, content: (entry.content as { text?: string }[]).map((part) => part.text).join("\n") };
  });
}
