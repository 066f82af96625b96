import { describe, expect, test } from "bun:test";
import { GatewayError } from "../../ir/error.ts";
import type { Feature, Loss } from "../../ir/loss.ts";
import type { Entry, ModelRequest, Part, Tool } from "../../ir/request.ts";
import { type JsonObject } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { anthropicMessages } from "./index.ts";
import { to } from "../../../test/fixtures/messages.ts";

const user = (content: string | readonly Part[]): Entry => ({ kind: "message", role: "user", content });
const assistant = (content: string | readonly Part[]): Entry => ({ kind: "message", role: "assistant", content });
const called = (callId: string, rest: Partial<Extract<Entry, { kind: "call" }>> = {}): Entry => ({
  kind: "call",
  callId,
  tool: { via: "function", name: "f" },
  input: { json: "{}" },
  ...rest,
});
const result = (callId: string, content: Extract<Entry, { kind: "result" }>["content"] = "ok"): Entry => ({
  kind: "result",
  callId,
  via: "function",
  content,
});

/** A request of another dialect. */
const foreign = (entries: readonly Entry[], rest: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "m",
  stream: false,
  generate: true,
  entries,
  tools: [],
  sampling: { maxTokens: 10 },
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "openai-chat", fields: {} },
  ...rest,
});
function encode(entries: readonly Entry[], rest: Partial<ModelRequest> = {}, traits: Partial<Traits> = {}) {
  const { value, losses } = anthropicMessages.request.encode(foreign(entries, rest), to(traits));
  return {
    body: value,
    messages: value.messages as JsonObject[],
    features: losses.map((loss) => loss.feature),
    losses,
  };
}

const blocksIn = (messages: readonly JsonObject[], at: number): JsonObject[] =>
  (messages[at]?.content ?? []) as JsonObject[];

describe("the form that Anthropic demands", () => {
  test("instructions and leading system turns are the system prompt; a lone string stays one", () => {
    const system = (content: string): Entry => ({ kind: "message", role: "developer", content });
    expect(encode([{ kind: "instructions", content: "a" }, user("hi")]).body.system).toBe("a");
    expect(encode([{ kind: "instructions", content: "a" }, system("b"), user("hi")]).body.system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
  });

  test("a later system turn keeps its place, as a turn or as marked user text", () => {
    const entries: Entry[] = [
      user("hi"),
      { kind: "message", role: "system", content: "news" },
      assistant("ok"),
      user("go"),
    ];
    expect(encode(entries).messages[1]).toEqual({ role: "system", content: "news" });
    const lowered = encode(entries, {}, { midSystem: false });
    expect(lowered.messages[0]).toEqual({
      role: "user",
      content: [
        { type: "text", text: "hi" },
        { type: "text", text: "<system>\nnews\n</system>" },
      ],
    });
    expect(lowered.features).toEqual(["mid-system"]);
  });

  test("roles alternate, results come first in their turn", () => {
    const { messages } = encode([
      user("a"),
      user("b"),
      called("1"),
      called("2"),
      result("1"),
      result("2"),
      user("c"),
      assistant("d"),
      assistant("e"),
      user("f"),
    ]);
    expect(messages.map((message) => [message.role, (message.content as JsonObject[]).length ?? 1])).toEqual([
      ["user", 2],
      ["assistant", 2],
      ["user", 3],
      ["assistant", 2],
      ["user", 1],
    ]);
    expect(blocksIn(messages, 2).map((block) => block.type)).toEqual(["tool_result", "tool_result", "text"]);
  });

  test("the user begins", () => {
    const { messages, features } = encode([assistant("Hello!"), user("hi")]);
    expect(messages[0]).toEqual({ role: "user", content: "." });
    expect(features).toEqual(["first-user-turn"]);
    expect(encode([{ kind: "instructions", content: "a" }]).messages).toEqual([{ role: "user", content: "." }]);
  });

  test("no block is empty, and the last word of the assistant ends in no white space", () => {
    const { messages } = encode([
      user([
        { kind: "text", text: "" },
        { kind: "text", text: " \n" },
        { kind: "text", text: "hi" },
      ]),
      assistant("so \n"),
    ]);
    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "hi" }] },
      { role: "assistant", content: "so" },
    ]);
    expect(encode([user("q"), called("1"), result("1", [{ kind: "text", text: "" }])]).messages[2]).toEqual({
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "1" }],
    });
  });

  test("strange ids become safe ones, the same in call and result", () => {
    const id = `functions.Bash:0|${"x".repeat(80)}`;
    const { messages } = encode([user("q"), called(id), result(id)]);
    const [use] = blocksIn(messages, 1);
    const [answer] = blocksIn(messages, 2);
    expect(use?.id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(answer?.tool_use_id).toBe(use?.id as string);
  });

  test("input is an object: what is none travels inside of one", () => {
    const inputOf = (entry: Entry) => {
      const { messages, features } = encode([user("q"), entry]);
      return [(blocksIn(messages, 1)[0] as JsonObject).input, features];
    };
    expect(inputOf(called("1", { input: { json: "" } }))).toEqual([{}, []]);
    expect(inputOf(called("1", { input: { json: '{"a":' } }))).toEqual([{ input: '{"a":' }, ["call-input"]]);
    expect(inputOf(called("1", { input: { json: "[1]" } }))).toEqual([{ input: "[1]" }, ["call-input"]]);
    expect(inputOf(called("1", { tool: { via: "custom", name: "p" }, input: { text: "*** {" } }))).toEqual([
      { input: "*** {" },
      [],
    ]);
  });

  test("stored answers of another vendor are refused by name", () => {
    expect(() => encode([user("a")], { state: { previous: { field: "previous_response_id", value: "r" } } })).toThrow(
      GatewayError,
    );
  });
});

describe("thinking", () => {
  const seal = { dialect: "anthropic-messages", issuer: "claude", family: "claude", value: "sig" } as const;
  const thought = (rest: Partial<Extract<Entry, { kind: "reasoning" }>>): Entry => ({
    kind: "reasoning",
    sections: ["t"],
    ...rest,
  });

  test("only what this vendor signed is sent", () => {
    const { messages, features } = encode([
      user("q"),
      thought({ seal }),
      thought({ seal: { ...seal, issuer: "other" } }),
      thought({ seal: { ...seal, dialect: "openai-responses" } }),
      thought({}),
      thought({ seal, redacted: true, sections: [] }),
      assistant("a"),
    ]);
    expect(messages[1]?.content).toEqual([
      { type: "thinking", thinking: "t", signature: "sig" },
      { type: "redacted_thinking", data: "sig" },
      { type: "text", text: "a" },
    ]);
    expect(features).toEqual(["reasoning-replay"]);
  });

  test.each([
    [
      { mode: "adaptive", effort: "high", show: "summarized" },
      { type: "adaptive", display: "summarized" },
      { effort: "high" },
    ],
    [{ mode: "on", budgetTokens: 2000 }, { type: "enabled", budget_tokens: 2000 }, undefined],
    [{ mode: "off" }, { type: "disabled" }, undefined],
    [{ effort: "low" }, undefined, { effort: "low" }],
  ] as const)("%j", (reasoning, thinking, config) => {
    const sent = encode([user("q")], { reasoning }).body;
    expect([sent.thinking, sent.output_config]).toEqual([thinking as never, config as never]);
  });
});

describe("tools of other dialects", () => {
  const tools = (list: readonly Tool[], rest: Partial<ModelRequest> = {}) => {
    const { body: sent, losses } = encode([user("q")], { tools: list, ...rest });
    return {
      tools: (sent.tools ?? []) as JsonObject[],
      choice: sent.tool_choice,
      losses: losses.map((loss) => `${loss.feature} ${loss.weight}`),
    };
  };
  const fn = (name: string, rest: object = {}): Tool => ({ kind: "function", name, ...rest });

  test("namespaces are flattened, freeform tools lowered, names declared once", () => {
    const found = tools([
      {
        kind: "namespace",
        name: "ns",
        tools: [
          fn("a"),
          {
            kind: "custom",
            name: "p",
            description: "Patch.",
            format: { type: "grammar", syntax: "lark", definition: "start: X" },
          },
        ],
      },
      fn("a"),
      fn("a"),
    ]);
    expect(found.tools.map((tool) => tool.name)).toEqual(["ns__a", "ns__p", "a"]);
    expect(found.tools[1]).toMatchObject({ input_schema: { type: "object", required: ["input"] } });
    expect(String(found.tools[1]?.description)).toContain("start: X");
    expect(found.losses).toEqual(["tool-grammar hint"]);
  });

  test("tools among the entries are declared, too", () => {
    const { body: sent } = encode([
      { kind: "tools", role: "developer", tools: [fn("a")] },
      user("q"),
      called("1"),
      { ...result("1"), content: { tools: [fn("b")] } } as Entry,
    ]);
    expect((sent.tools as JsonObject[]).map((tool) => tool.name)).toEqual(["a", "b"]);
    expect(JSON.stringify(sent.messages)).toContain("These tools are available now: b");
  });

  test("a schema is an object without alternatives at its top", () => {
    const schemaOf = (schema: JsonObject | undefined) =>
      (tools([fn("a", { schema })]).tools[0] as JsonObject).input_schema;
    expect(schemaOf(undefined)).toEqual({ type: "object", properties: {} });
    expect(schemaOf({ properties: { a: {} } })).toEqual({ properties: { a: {} }, type: "object" });
    expect(
      schemaOf({
        anyOf: [
          { properties: { a: {} }, required: ["a", "c"] },
          { properties: { b: {} }, required: ["c"] },
        ],
      }),
    ).toEqual({ type: "object", properties: { a: {}, b: {} }, required: ["c"] });
  });

  test("tools that clients run become functions, web search stays, the rest is a loss of meaning", () => {
    const builtin = (name: string, raw: JsonObject = { type: name }): Tool => ({
      kind: "builtin",
      dialect: "openai-responses",
      name,
      wire: name,
      raw,
    });
    const hosted = (type: string, raw: JsonObject = {}): Tool => ({
      kind: "hosted",
      dialect: "openai-responses",
      name: type,
      raw: { type, ...raw },
    });
    const found = tools([
      builtin("apply_patch"),
      builtin("tool_search", { type: "tool_search", description: "Find.", parameters: { properties: { goal: {} } } }),
      hosted("web_search", {
        filters: { allowed_domains: ["x.org"] },
        user_location: { type: "approximate", country: "DE" },
      }),
      hosted("code_interpreter"),
    ]);
    expect(found.tools).toMatchObject([
      { name: "apply_patch", input_schema: { required: ["operation"] } },
      { name: "tool_search", description: "Find.", input_schema: { type: "object", properties: { goal: {} } } },
      {
        type: "web_search_20250305",
        name: "web_search",
        allowed_domains: ["x.org"],
        user_location: { type: "approximate", country: "DE" },
      },
    ]);
    expect(found.losses).toEqual(["builtin-tool hint", "web-search hint", "hosted-tool meaning"]);
  });

  test.each([
    [{ toolChoice: { mode: "required" } }, { type: "any" }],
    [
      { toolChoice: { mode: "one", tool: { via: "function", name: "a" } }, parallelCalls: false },
      { type: "tool", name: "a", disable_parallel_tool_use: true },
    ],
    [{ parallelCalls: false }, { type: "auto", disable_parallel_tool_use: true }],
    [{ toolChoice: { mode: "none" }, parallelCalls: false }, { type: "none" }],
    [{ parallelCalls: true }, undefined],
  ] as const)("%j", (rest, choice) =>
    expect(tools([fn("a")], rest as Partial<ModelRequest>).choice).toEqual(choice as never),
  );

  test("allowed tools are the only ones declared", () => {
    const found = tools([fn("a"), fn("b")], {
      toolChoice: { mode: "allowed", required: true, tools: [{ via: "function", name: "b" }] },
    });
    expect([found.tools.map((tool) => tool.name), found.choice]).toEqual([["b"], { type: "any" }]);
  });

  test("strict and deferred only where they mean something", () => {
    expect(tools([fn("a", { strict: null, defer: true })]).tools[0]).not.toHaveProperty("strict");
    expect(encode([user("q")], { tools: [fn("a", { strict: true })] }, { strictTools: false }).features).toEqual([
      "strict-tool",
    ]);
  });
});

describe("what cannot cross is told", () => {
  const media = (rest: Omit<Extract<Part, { kind: "media" }>, "kind">): Part => ({ kind: "media", ...rest });

  test.each([
    ["audio", media({ media: "audio", source: { data: "AA", mime: "audio/wav" } }), "meaning"],
    ["file-id", media({ media: "image", source: { fileId: "f" } }), "meaning"],
    ["image", media({ media: "image", source: { data: "AA", mime: "image/bmp" } }), "meaning"],
    ["document", media({ media: "document", source: { data: "AA", mime: "application/zip" } }), "meaning"],
    ["image-detail", media({ media: "image", source: { url: "https://x" }, detail: "high" }), "hint"],
    ["foreign-item", { kind: "opaque", dialect: "openai-chat", raw: { type: "x" } }, "meaning"],
    ["citations", { kind: "text", text: "a", annotations: [{}] }, "hint"],
  ] as [Feature, Part, Loss["weight"]][])("%s", (feature, part, weight) => {
    const { losses } = encode([user([part, { kind: "text", text: "look" }])]);
    expect(losses.map((loss) => [loss.feature, loss.weight])).toEqual([[feature, weight]]);
  });

  test("text files and refusals are text", () => {
    const { messages, losses } = encode([
      user([
        media({
          media: "document",
          source: { data: Buffer.from("a,b").toString("base64"), mime: "text/csv" },
          name: "x.csv",
        }),
      ]),
      assistant([{ kind: "refusal", text: "No." }]),
      user("ok"),
    ]);
    expect(losses).toEqual([]);
    expect(messages[0]?.content).toEqual([
      { type: "document", source: { type: "text", media_type: "text/plain", data: "a,b" }, title: "x.csv" },
    ]);
    expect(messages[1]?.content).toEqual([{ type: "text", text: "No." }]);
  });

  test("images of a result follow it where the model wants them so", () => {
    const { messages, features } = encode(
      [
        user("q"),
        called("1"),
        result("1", [{ kind: "text", text: "see" }, media({ media: "image", source: { url: "https://x" } })]),
      ],
      {},
      { imageResults: false },
    );
    expect(blocksIn(messages, 2).map((block) => block.type)).toEqual(["tool_result", "image"]);
    expect(features).toEqual(["result-media"]);
  });

  test("settings without a like", () => {
    const { body: sent, losses } = encode([user("q")], {
      sampling: { seed: 1, frequencyPenalty: 1, stop: ["\n", "END"] },
      output: { jsonObject: true, verbosity: "low" },
      caller: { user: "u", serviceTier: "flex" },
      extra: {
        dialect: "openai-chat",
        fields: { logit_bias: {}, n: 1, store_key: 1, include: ["reasoning.encrypted_content"] },
      },
    });
    expect(sent).toMatchObject({ max_tokens: 4096, stop_sequences: ["END"] });
    expect(sent).not.toHaveProperty("metadata");
    expect(losses.map((loss) => `${loss.path} ${loss.feature} ${loss.weight}`)).toEqual([
      "response_format json-object meaning",
      "frequency_penalty penalties hint",
      "seed seed hint",
      "verbosity verbosity hint",
      "stop stop-sequences meaning",
      "user user hint",
      "service_tier service-tier hint",
      "store_key unknown-field hint",
    ]);
  });

  test("a schema crosses without its name", () => {
    const schema = { type: "object", properties: {}, additionalProperties: false };
    expect(encode([user("q")], { output: { schema: { name: "n", schema, strict: true } } }).body.output_config).toEqual(
      { format: { type: "json_schema", schema } },
    );
  });
});

describe("cache breakpoints", () => {
  const mark = { raw: { type: "ephemeral" } };

  test("the fifth is one too many", () => {
    const { messages, features } = encode([
      user(Array.from({ length: 5 }, (_, n): Part => ({ kind: "text", text: `${n}`, mark }))),
    ]);
    expect(blocksIn(messages, 0).map((block) => block.cache_control !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(features).toEqual(["cache-breakpoint"]);
  });

  test("a cache key without breakpoints gets four: tools, system, the last two user turns", () => {
    const entries: Entry[] = [
      { kind: "instructions", content: "sys" },
      user("a"),
      assistant("b"),
      user("c"),
      called("1"),
      result("1"),
    ];
    const {
      body: sent,
      messages,
      losses,
    } = encode(entries, {
      cache: { key: "k" },
      tools: [
        { kind: "function", name: "f" },
        { kind: "function", name: "g" },
      ],
    });
    const marked = (value: unknown): boolean[] =>
      (value as JsonObject[]).map((block) => block.cache_control !== undefined);
    expect(marked(sent.tools)).toEqual([false, true]);
    expect(marked(sent.system)).toEqual([true]);
    expect(messages.map((message) => JSON.stringify(message).includes("cache_control"))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(losses).toEqual([]);
    expect(JSON.stringify(encode(entries).body)).not.toContain("cache_control");
  });
});

test("a message without a word is left out, and told", () => {
  const silent = (role: "system" | "developer" | "user" | "assistant", at: number): Entry => ({
    kind: "message",
    role,
    content: at % 2 === 0 ? " " : [{ kind: "text", text: "" }],
    at: `messages[${at}]`,
  });
  const entries = [silent("system", 0), silent("developer", 1), user("hi"), silent("assistant", 3), silent("user", 4)];
  const { value, losses } = anthropicMessages.request.encode(foreign(entries), to({}));
  expect([value.system, value.messages]).toEqual([undefined, [{ role: "user", content: "hi" }]]);
  expect(losses.map(({ path, feature }) => `${path} ${feature}`)).toEqual(
    [0, 1, 3, 4].map((at) => `messages[${at}] empty-turn`),
  );
});
