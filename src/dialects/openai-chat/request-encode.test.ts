import { describe, expect, test } from "bun:test";
import { GatewayError } from "../../ir/error.ts";
import { repairEntries } from "../../ir/repair.ts";
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { PLAIN_TRAITS, to, TRAITS } from "../../../test/fixtures/chat.ts";
import { passes } from "./passes.ts";
import { encodeRequest } from "./request-encode.ts";

const HELLO: Entry = { kind: "message", role: "user", content: "hello" };
const read: Tool = { kind: "function", name: "read", schema: { type: "object" }, strict: true };
const PATCH: Tool = {
  kind: "custom",
  name: "ApplyPatch",
  description: "Edits.",
  format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
};

const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "asked",
  stream: true,
  generate: true,
  entries: [HELLO],
  tools: [],
  sampling: {},
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "anthropic-messages", fields: {} },
  ...more,
});
function written(more: Partial<ModelRequest>, traits: Partial<Traits> = {}) {
  const whole = request(more);
  const { value, losses } = encodeRequest({ ...whole, entries: repairEntries(whole.entries).value }, to(traits));
  return {
    body: value,
    messages: value.messages as JsonObject[],
    losses: losses.map(({ feature, weight }) => `${feature} ${weight}`),
  };
}
const call = (callId: string, name = "read"): Entry => ({
  kind: "call",
  callId,
  tool: { via: "function", name },
  input: { json: '{"p":1}' },
});
const result = (
  callId: string,
  content: Extract<Entry, { kind: "result" }>["content"] = "ok",
  isError = false,
): Entry => ({ kind: "result", callId, via: "function", content, ...(isError ? { isError } : {}) });
const said = (text: string): Entry => ({ kind: "message", role: "assistant", content: text });
const system = (content: string, role: "system" | "developer" = "system"): Entry => ({
  kind: "message",
  role,
  content,
});
const PNG = { kind: "media", media: "image", source: { data: "AAAA", mime: "image/png" } } as const;

describe("messages", () => {
  test("a turn is one message: text, then calls, results right behind", () => {
    const { messages, losses } = written({
      entries: [HELLO, said("Reading."), call("a"), call("b"), result("a"), result("b"), said("Done.")],
      tools: [read],
    });
    expect(messages).toEqual([
      { role: "user", content: "hello" },
      {
        role: "assistant",
        content: "Reading.",
        tool_calls: [
          { id: "a", type: "function", function: { name: "read", arguments: '{"p":1}' } },
          { id: "b", type: "function", function: { name: "read", arguments: '{"p":1}' } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: "ok" },
      { role: "tool", tool_call_id: "b", content: "ok" },
      { role: "assistant", content: "Done." },
    ]);
    expect(losses).toEqual([]);
  });

  test("text behind a call joins the text before it, and says so", () => {
    const { messages, losses } = written({ entries: [HELLO, said("A"), call("a"), said("B"), result("a")] });
    expect(messages[1]).toMatchObject({ content: "A\n\nB", tool_calls: [{ id: "a" }] });
    expect(losses).toEqual(["text-after-call hint"]);
  });

  test("calls alone have no text; empty arguments are an object; broken ones stay", () => {
    const broken: Entry = {
      kind: "call",
      callId: "b",
      tool: { via: "function", name: "read" },
      input: { json: "{broken" },
    };
    const empty: Entry = { ...broken, callId: "a", input: { json: "" } };
    const { messages } = written({ entries: [HELLO, empty, broken, result("a"), result("b")] });
    expect(messages[1]).toMatchObject({
      content: null,
      tool_calls: [{ function: { arguments: "{}" } }, { function: { arguments: "{broken" } }],
    });
  });

  test("system turns: the role that the vendor knows, anywhere or in one at the beginning", () => {
    const entries = [{ kind: "instructions", content: "I" } as Entry, system("S", "developer"), HELLO, system("Later")];
    expect(written({ entries }).messages.map(({ role, content }) => [role, content])).toEqual([
      ["system", "I"],
      ["developer", "S"],
      ["user", "hello"],
      ["system", "Later"],
    ]);
    const first = written({ entries }, { ...PLAIN_TRAITS, midSystem: false });
    expect(first.messages.map(({ role, content }) => [role, content])).toEqual([
      ["system", "I\n\nS"],
      ["user", "hello"],
      ["user", "[system]\nLater"],
    ]);
    expect(first.losses).toEqual(["mid-system hint"]);
  });

  test("a failed result says so in its text", () => {
    const { messages, losses } = written({
      entries: [HELLO, call("a"), result("a", "no such file", true), call("b"), result("b", "Error: gone", true)],
    });
    expect(messages.filter(({ role }) => role === "tool").map(({ content }) => content)).toEqual([
      "Error: no such file",
      "Error: gone",
    ]);
    expect(losses).toContain("result-error hint");
  });

  test("images of results follow all results of the turn, and name their call", () => {
    const entries = [HELLO, call("a"), call("b"), result("a", [PNG]), result("b", [{ kind: "text", text: "t" }, PNG])];
    const { messages, losses } = written({ entries });
    expect(messages.slice(2)).toEqual([
      { role: "tool", tool_call_id: "a", content: "(the result follows in the next message)" },
      { role: "tool", tool_call_id: "b", content: "t" },
      {
        role: "user",
        content: [
          { type: "text", text: "[Images of the result of tool call a]" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "text", text: "[Images of the result of tool call b]" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
    ]);
    expect(losses).toEqual(["result-media hint"]);
    expect(written({ entries }, { imageResults: true }).messages[2]?.content).toEqual([
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    ]);
  });

  test("a model without eyes gets a word", () => {
    const { messages, losses } = written(
      { entries: [{ kind: "message", role: "user", content: [{ kind: "text", text: "See" }, PNG] }] },
      { images: false },
    );
    expect(messages[0]?.content).toBe("See\n[image]");
    expect(losses).toEqual(["image meaning"]);
  });

  test("thinking goes back where the vendor reads it; seals do not", () => {
    const thought: Entry = {
      kind: "reasoning",
      sections: ["A", "B"],
      seal: { dialect: "anthropic-messages", issuer: "", family: "", value: "s" },
    };
    const entries = [HELLO, thought, call("a"), result("a")];
    expect(written({ entries }, { reasoningReplay: "reasoning_content" }).messages[1]).toMatchObject({
      reasoning_content: "A\n\nB",
    });
    expect(written({ entries }, { reasoningReplay: "reasoning" }).messages[1]).toMatchObject({ reasoning: "A\n\nB" });
    const none = written({ entries });
    expect(Object.keys(none.messages[1] ?? {})).toEqual(["role", "content", "tool_calls"]);
    expect(none.losses).toEqual(["seal hint", "reasoning-replay hint"]);
  });

  test("where thinking is required and gone a blank stands in, unless thinking is off", () => {
    const entries = [HELLO, call("a"), result("a"), HELLO];
    const traits = { reasoningReplay: "reasoning_content", reasoningRequired: true, effortField: "thinking" } as const;
    expect(written({ entries }, traits).messages[1]).toMatchObject({ reasoning_content: " " });
    const off = written({ entries, reasoning: { mode: "off" } }, traits);
    expect(off.messages[1]).not.toHaveProperty("reasoning_content");
    expect(off.body.thinking).toEqual({ type: "disabled" });
  });

  test("ids that the vendor refuses become one hash, in call and result", () => {
    const long = "toolu_".repeat(20);
    const { messages } = written(
      { entries: [HELLO, call(long), result(long)] },
      { callIdLengthMax: 9, callIdPattern: /^[a-zA-Z0-9]{9}$/ },
    );
    const id = messages[2]?.tool_call_id;
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(messages[1]).toMatchObject({ tool_calls: [{ id }] });
  });

  test("Gemini's signature returns to its issuer only", () => {
    const sealed = (issuer: string): Entry => ({
      ...(call("a") as Extract<Entry, { kind: "call" }>),
      seal: { dialect: "openai-chat", issuer, family: "family", value: '{"google":{}}' },
    });
    expect(JSON.stringify(written({ entries: [HELLO, sealed("vendor:1"), result("a")] }).messages)).toContain(
      '"extra_content":{"google":{}}',
    );
    expect(JSON.stringify(written({ entries: [HELLO, sealed("vendor:2"), result("a")] }).messages)).not.toContain(
      "extra_content",
    );
  });
});

describe("tools", () => {
  const freeform: Entry[] = [
    HELLO,
    { kind: "call", callId: "a", tool: { via: "custom", name: "ApplyPatch" }, input: { text: "*** x" } },
    { kind: "result", callId: "a", via: "custom", content: "ok" },
  ];
  test("a freeform tool and its calls, native", () => {
    const { body, messages, losses } = written({ tools: [PATCH], entries: freeform });
    expect(body.tools).toEqual([
      {
        type: "custom",
        custom: {
          name: "ApplyPatch",
          description: "Edits.",
          format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /.+/" } },
        },
      },
    ]);
    expect(messages[1]).toMatchObject({
      tool_calls: [{ id: "a", type: "custom", custom: { name: "ApplyPatch", input: "*** x" } }],
    });
    expect(losses).toEqual([]);
  });
  test("and lowered, with the grammar in words", () => {
    const { body, messages, losses } = written({ tools: [PATCH], entries: freeform }, PLAIN_TRAITS);
    expect(body.tools).toMatchObject([
      { type: "function", function: { name: "ApplyPatch", parameters: { required: ["input"] } } },
    ]);
    expect(JSON.stringify(body.tools)).toContain("start: /.+/");
    expect(messages[1]).toMatchObject({
      tool_calls: [{ type: "function", function: { arguments: '{"input":"*** x"}' } }],
    });
    expect(losses).toEqual(["tool-grammar hint"]);
  });
  test("namespaces are flattened in tools, calls and choice", () => {
    const tools: Tool[] = [
      { kind: "namespace", name: "clock", tools: [{ kind: "function", name: "now", schema: {} }] },
    ];
    const tool = { via: "function", name: "now", namespace: "clock" } as const;
    const { body, messages } = written({
      tools,
      toolChoice: { mode: "one", tool },
      entries: [HELLO, { kind: "call", callId: "a", tool, input: { json: "{}" } }, result("a")],
    });
    expect(body.tools).toMatchObject([{ function: { name: "clock__now" } }]);
    expect(body.tool_choice).toEqual({ type: "function", function: { name: "clock__now" } });
    expect(messages[1]).toMatchObject({ tool_calls: [{ function: { name: "clock__now" } }] });
  });
  test("Codex's additional tools and found tools are declared at the top, once", () => {
    const entries: Entry[] = [
      { kind: "tools", role: "developer", tools: [read] },
      HELLO,
      call("a", "search"),
      result("a", { tools: [read, { kind: "function", name: "found", schema: {} }] }),
    ];
    const { body, messages, losses } = written({ entries });
    expect((body.tools as { function: { name: string } }[]).map((tool) => tool.function.name)).toEqual([
      "read",
      "found",
    ]);
    expect(messages.at(-1)?.content).toBe("[Loaded tools: read, found]");
    expect(losses).toEqual(["additional-tools hint"]);
  });
  test("deferred tools wait until something names them", () => {
    const deferred: Tool = { kind: "function", name: "later", schema: {}, defer: true };
    expect(written({ tools: [read, deferred] }).body.tools).toHaveLength(1);
    const named: Entry[] = [HELLO, call("a", "ToolSearch"), result("a", [{ kind: "tool-ref", name: "later" }])];
    expect(written({ tools: [read, deferred], entries: named }).body.tools).toHaveLength(2);
  });
  test("another vendor's tools are a loss of meaning, and a choice among none is not sent", () => {
    const { body, losses } = written({
      tools: [{ kind: "hosted", dialect: "anthropic-messages", name: "web_search", raw: {} }],
      toolChoice: { mode: "required" },
      parallelCalls: false,
    });
    expect([body.tools, body.tool_choice, body.parallel_tool_calls]).toEqual([undefined, undefined, undefined]);
    expect(losses).toEqual(["hosted-tool meaning"]);
  });
  test("allowed tools: OpenAI's own form, else only those are offered", () => {
    const tools: Tool[] = [read, { kind: "function", name: "write", schema: {} }];
    const toolChoice = { mode: "allowed", required: true, tools: [{ via: "function", name: "read" }] } as const;
    expect(written({ tools, toolChoice }).body.tool_choice).toEqual({
      type: "allowed_tools",
      allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "read" } }] },
    });
    const plain = written({ tools, toolChoice }, PLAIN_TRAITS);
    expect(plain.body.tools).toHaveLength(1);
    expect(plain.body.tool_choice).toBe("required");
  });
  test("a choice that nobody decodes goes to its own dialect, and to no other", () => {
    const raw = { type: "mcp", server_label: "docs" };
    const chosen = (dialect: "openai-chat" | "anthropic-messages") =>
      written({ tools: [read], toolChoice: { mode: "opaque", dialect, raw } });
    expect(chosen("openai-chat").body.tool_choice).toEqual(raw);
    expect(chosen("anthropic-messages").body.tool_choice).toBeUndefined();
  });
  test("strict and the parallel switch only where they are known", () => {
    expect(JSON.stringify(written({ tools: [read] }).body.tools)).toContain('"strict":true');
    const plain = written({ tools: [read], parallelCalls: false }, { ...PLAIN_TRAITS, parallelSwitch: false });
    expect(JSON.stringify(plain.body)).not.toMatch(/strict|parallel/);
    expect(plain.losses).toEqual(["strict-tool hint", "parallel-switch meaning"]);
  });
});

describe("settings", () => {
  test("each in the field that the vendor reads", () => {
    const sampling = { maxTokens: 9, temperature: 1, topP: 0.5, topK: 3, stop: ["a", "b", "c", "d", "e"], seed: 1 };
    const { body, losses } = written({ sampling });
    expect(body).toMatchObject({
      model: "upstream-model",
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 9,
      temperature: 1,
      top_p: 0.5,
      stop: ["a", "b", "c", "d"],
      seed: 1,
    });
    expect(losses).toEqual(["top-k hint", "stop-sequences meaning"]);
    const plain = written({ sampling }, { ...PLAIN_TRAITS, stop: false, usageChunk: false });
    expect(plain.body.max_tokens).toBe(9);
    expect([plain.body.stop, plain.body.stream_options]).toEqual([undefined, undefined]);
  });
  test("a whole request is asked for whole", () => {
    expect(Object.keys(written({ stream: false }).body)).toEqual(["model", "messages"]);
  });
  for (const [effortField, reasoning, fields] of [
    ["reasoning_effort", { effort: "low" }, { reasoning_effort: "low" }],
    ["reasoning", { effort: "low" }, { reasoning: { effort: "low" } }],
    ["reasoning", { mode: "off" }, { reasoning: { enabled: false } }],
    ["thinking", { mode: "on", effort: "low" }, { thinking: { type: "enabled" } }],
    ["thinking", { effort: "none" }, { thinking: { type: "disabled" } }],
    ["none", { effort: "low" }, {}],
  ] as const)
    test(`${JSON.stringify(reasoning)} as ${effortField}`, () => {
      const { body } = written({ reasoning }, { effortField });
      expect(body).toMatchObject(fields);
      expect(Object.keys(body).filter((key) => /reason|think/.test(key))).toEqual(Object.keys(fields));
    });
  test("a schema: held to, half held to, told", () => {
    const output = { schema: { schema: { type: "object" } } };
    expect(written({ output }).body.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", schema: { type: "object" } },
    });
    const half = written({ output }, { jsonSchema: "json_object" });
    expect(half.body.response_format).toEqual({ type: "json_object" });
    expect(JSON.stringify(half.messages[0])).toContain("JSON Schema");
    const told = written({ output }, { jsonSchema: "none" });
    expect(told.body.response_format).toBeUndefined();
    expect(told.losses).toEqual(["output-schema meaning"]);
  });
  test("extra fields return to Chat only, without those of Cursor's mixtures", () => {
    const fields = { background: true, logit_bias: {} };
    expect(written({ extra: { dialect: "openai-chat", fields } }).body).toMatchObject({ logit_bias: {} });
    expect(written({ extra: { dialect: "openai-chat", fields } }).losses).toEqual(["unknown-field meaning"]);
    expect(written({ extra: { dialect: "openai-responses", fields } }).body).not.toHaveProperty("logit_bias");
  });
  test("cache and caller fields only where they are known", () => {
    const more = { cache: { key: "k" }, caller: { user: "u", metadata: {} }, state: { store: false } };
    expect(written(more).body).toMatchObject({ user: "u", prompt_cache_key: "k" });
    const plain = written(more, PLAIN_TRAITS);
    expect(Object.keys(plain.body)).toEqual(["model", "messages", "stream", "stream_options"]);
    expect(plain.losses).toEqual(["user hint", "cache-key hint", "metadata hint"]);
  });
  test("stored state is refused by name", () => {
    const state = { previous: { field: "previous_response_id", value: "resp_1" } };
    expect(() => written({ state })).toThrow(GatewayError);
    expect(() => written({ state })).toThrow("previous_response_id");
  });
});

describe("whether bytes may pass", () => {
  const ok = (fields: JsonObject, traits: Partial<Traits> = {}, messages: readonly JsonObject[] = []) =>
    passes(
      { model: "m", messages: [{ role: "user", content: "hi" }, ...messages], ...fields },
      { ...TRAITS, ...traits },
    );
  const tool = { type: "function", function: { name: "f" } };
  const calls = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
  };
  test("a Chat body does", () => {
    expect(
      ok({ tools: [tool], tool_choice: "auto", logprobs: true, n: 2, unknown_field: 1 }, {}, [
        calls,
        { role: "tool", tool_call_id: "a", content: "x" },
      ]),
    ).toBe(true);
  });
  for (const [why, fields, messages] of [
    ["a flat tool", { tools: [{ type: "function", name: "f" }] }, []],
    ["a bare tool", { tools: [{ name: "f", input_schema: {} }] }, []],
    ["a flat freeform tool", { tools: [{ type: "custom", name: "f" }] }, []],
    ["no tools in the list", { tools: [] }, []],
    ["an empty choice", { tool_choice: {} }, []],
    ["a system beside messages", { system: "s" }, []],
    ["Responses fields", { text: { verbosity: "low" } }, []],
    ["a cache mark", {}, [{ role: "user", content: [{ type: "text", text: "a", cache_control: {} }] }]],
    ["a foreign part", {}, [{ role: "user", content: [{ type: "input_text", text: "a" }] }]],
    ["no calls in the list", {}, [{ role: "assistant", content: "a", tool_calls: [] }]],
    [
      "a missing call id",
      {},
      [{ role: "assistant", content: null, tool_calls: [{ function: { name: "f", arguments: "" } }] }],
    ],
    ["an orphan result", {}, [{ role: "tool", tool_call_id: "z", content: "x" }]],
    ["an empty turn", {}, [{ role: "assistant", content: null }]],
    ["a leading think block", {}, [{ role: "assistant", content: "<think>a</think>b" }]],
    [
      "replayed thinking that the vendor does not read",
      {},
      [{ role: "assistant", content: "b", reasoning_content: "a" }],
    ],
    ["the other name of the output limit", { max_tokens: 5 }, []],
    ["thinking for a vendor of efforts", { thinking: { type: "enabled" } }, []],
    ["metadata without store", { metadata: { a: "b" } }, []],
  ] as const)
    test(`not with ${why}`, () => {
      expect(ok(fields as JsonObject, {}, messages as readonly JsonObject[])).toBe(false);
    });
  test("not to a vendor that lacks what it uses", () => {
    expect(ok({}, PLAIN_TRAITS, [{ role: "developer", content: "d" }])).toBe(false);
    expect(ok({ stop: "a" }, { stop: false })).toBe(false);
    expect(ok({ prompt_cache_key: "a" }, { cacheKey: false })).toBe(false);
    expect(ok({ tools: [{ type: "custom", custom: { name: "c" } }] }, { customTools: false })).toBe(false);
    expect(
      ok({}, { reasoningRequired: true, reasoningReplay: "reasoning_content" }, [
        calls,
        { role: "tool", tool_call_id: "a", content: "x" },
      ]),
    ).toBe(false);
    expect(ok({}, { callIdPattern: /^[a-z]{9}$/ }, [calls, { role: "tool", tool_call_id: "a", content: "x" }])).toBe(
      false,
    );
  });
});

describe("a message without a word", () => {
  test.each(["system", "developer"] as const)("of the role %s is left out, and told once for each", (role) => {
    const entries = [{ ...system("", role), at: "messages[0]" }, { ...system("", role), at: "messages[1]" }, HELLO];
    for (const traits of [{ midSystem: true }, { midSystem: false }, { developerRole: true }]) {
      const { messages, losses } = written({ entries }, traits);
      expect(messages).toEqual([{ role: "user", content: "hello" }]);
      expect(losses).toEqual(["empty-turn hint", "empty-turn hint"]);
    }
  });

  test("of the model's is left out, and told", () => {
    const { messages, losses } = written({ entries: [HELLO, { ...said(""), at: "messages[1]" }, HELLO] });
    expect([messages.length, losses]).toEqual([2, ["empty-turn hint"]]);
  });

  test("is told of, and where there is no other, refused: nobody is asked for an answer to nothing", () => {
    for (const entries of [[system("")], [system("", "developer"), said("")]])
      expect(() => written({ entries })).toThrow("none of them says a word. Send at least one that does.");
  });

  test("of the user's goes as it is, and so does a conversation without messages", () => {
    const silent: Entry = { kind: "message", role: "user", content: "" };
    expect(written({ entries: [silent] }).messages).toEqual([{ role: "user", content: "" }]);
    expect(written({ entries: [] }).messages).toEqual([]);
  });
});
