import { describe, expect, test } from "bun:test";
import type { ProviderKind, TargetConfig } from "../config/config.ts";
import { openaiChat } from "../dialects/openai-chat/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { applyEdits } from "../wire/edit.ts";
import type { JsonObject } from "../wire/json.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { vendorById } from "./catalog.ts";
import { nativeEdits } from "./native-edits.ts";

interface To {
  readonly vendor: string;
  readonly model: string;
  readonly dialect?: DialectId;
  readonly config?: Partial<TargetConfig>;
  readonly forced?: string;
  readonly cacheKey?: string;
  readonly lacksReasoning?: true;
}

function capabilities({ vendor, model, dialect }: To) {
  const row = vendorById(vendor);
  const kind: ProviderKind = row?.kind ?? "openai-compatible";
  const provider = { name: "it", kind, baseUrl: "https://h/v1", vendor, headers: {}, firstByteMs: 1, idleMs: 1 };
  return capabilitiesOf(provider, dialect ?? row?.dialect ?? "openai-chat", model);
}
const traits = (to: To) => capabilities(to).traits;

function edits(body: JsonObject, to: To) {
  const { vendor, model, config, forced, cacheKey, lacksReasoning } = to;
  return nativeEdits(body, {
    target: {
      model,
      dialect: to.dialect ?? vendorById(vendor)?.dialect ?? "openai-chat",
      config: { provider: "it", model, ...config },
      capabilities: capabilities(to),
    },
    ...(forced !== undefined && { forcedEffort: forced }),
    ...(cacheKey !== undefined && { cacheKey }),
    lacksReasoning: () => lacksReasoning === true,
  });
}
/** The edited body, and the names of the edits. */
function edited(body: JsonObject, to: To) {
  const found = edits(body, to);
  return {
    body: JSON.parse(applyEdits(JSON.stringify(body), found.edits)) as JsonObject,
    names: [...new Set(found.edits.map((edit) => edit.name))],
    lost: found.losses.map((loss) => `${loss.feature} ${loss.weight}`),
  };
}

const GPT5: To = { vendor: "azure", model: "gpt-5" };
const CHAT5: To = { ...GPT5, dialect: "openai-chat" };
const CLAUDE: To = { vendor: "anthropic", model: "claude-sonnet-5" };
const BUDGET: To = { vendor: "anthropic", model: "claude-sonnet-4-5" };

describe("a body that says all that is needed passes as it is", () => {
  test("Codex to Responses", () => {
    const body = {
      model: "gpt-5",
      input: [],
      stream: true,
      store: false,
      reasoning: { effort: "medium" },
      text: { verbosity: "low" },
      include: ["reasoning.encrypted_content"],
      prompt_cache_key: "k",
      temperature: null,
    };
    expect(edits(body, { ...GPT5, cacheKey: "session" })).toMatchObject({ edits: [], losses: [] });
  });
  test("Claude Code to Messages, with efforts of single turns", () => {
    const body = {
      model: "claude-opus-5-5",
      max_tokens: 128_000,
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "medium" },
      messages: [
        { role: "user", content: "x" },
        { role: "system", content: "y", output_config: { effort: "high" } },
      ],
      temperature: 1,
    };
    expect(edits(body, { vendor: "anthropic", model: "claude-opus-5-5" })).toMatchObject({ edits: [], losses: [] });
    const budget = {
      model: "claude-sonnet-4-5",
      max_tokens: 32_000,
      thinking: { type: "enabled", budget_tokens: 31_999 },
      messages: [],
    };
    expect(edits(budget, BUDGET)).toMatchObject({ edits: [], losses: [] });
  });
  test("any Chat body to a host that nobody knows", () => {
    const body = {
      model: "m",
      messages: [{ role: "user", content: "x" }],
      temperature: 0.1,
      reasoning_effort: "ultra",
      max_tokens: 5,
      anything: { at: "all" },
      n: 2,
    };
    expect(edits(body, { vendor: "generic", model: "m" })).toMatchObject({ edits: [], losses: [] });
  });
});

describe("model, store and cache key", () => {
  test("the model is the upstream's", () => {
    expect(edits({ model: "gpt-high", input: "x" }, GPT5).edits).toEqual([
      { name: "model", path: ["model"], value: "gpt-5" },
    ]);
  });
  test("store is set only where config says so and the caller does not", () => {
    expect(edited({ model: "gpt-5" }, { ...GPT5, config: { store: false } }).body.store).toBe(false);
    expect(edited({ model: "gpt-5", store: true }, { ...GPT5, config: { store: false } }).body.store).toBe(true);
  });
  test("a session becomes the cache key, a long key its hash, and Anthropic gets none", () => {
    expect(edited({ model: "gpt-5" }, { ...GPT5, cacheKey: "s" }).body.prompt_cache_key).toBe("s");
    expect(edited({ model: "gpt-5", prompt_cache_key: "own" }, { ...GPT5, cacheKey: "s" }).names).toEqual([]);
    expect(edited({ model: "gpt-5", prompt_cache_key: "x".repeat(65) }, GPT5).body.prompt_cache_key).toMatch(
      /^[0-9a-f]{64}$/,
    );
    expect(edited({ model: "claude-sonnet-5", max_tokens: 1 }, { ...CLAUDE, cacheKey: "s" }).names).toEqual([]);
    expect(edited({ model: "m" }, { vendor: "generic", model: "m", cacheKey: "s" }).names).toEqual([]);
  });
});

describe("effort", () => {
  test("in Responses: the name, the body, the config; clamped", () => {
    const body = { model: "gpt-5", reasoning: { effort: "low", summary: "auto" } };
    expect(edited(body, { ...GPT5, forced: "high" }).body.reasoning).toEqual({ effort: "high", summary: "auto" });
    expect(edited(body, { ...GPT5, config: { effort: "high" } }).names).toEqual([]);
    expect(
      edited({ model: "gpt-5" }, { ...GPT5, config: { effort: "high", summary: "detailed" } }).body.reasoning,
    ).toEqual({ effort: "high", summary: "detailed" });
    expect(edited({ model: "gpt-5", reasoning: { effort: "xhigh" } }, GPT5)).toMatchObject({
      body: { reasoning: { effort: "high" } },
      lost: ["reasoning-effort hint"],
    });
    expect(edited({ model: "gpt-5", reasoning: {} }, GPT5).names).toEqual([]);
  });
  test("in Chat: each vendor's own field", () => {
    expect(edited({ model: "gpt-5" }, { ...CHAT5, forced: "low" }).body.reasoning_effort).toBe("low");
    expect(edited({ model: "gpt-4o", reasoning_effort: "low" }, { ...CHAT5, model: "gpt-4o" }).body).toEqual({
      model: "gpt-4o",
    });
    expect(
      edited({ model: "x/y", reasoning: { max_tokens: 9_000 } }, { vendor: "openrouter", model: "x/y", forced: "high" })
        .body.reasoning,
    ).toEqual({ effort: "high" });
    expect(
      edited({ model: "kimi-k2.5", reasoning_effort: "none" }, { vendor: "kimi", model: "kimi-k2.5" }).body,
    ).toEqual({ model: "kimi-k2.5", thinking: { type: "disabled" } });
    expect(
      edited({ model: "kimi-k2.5", thinking: { type: "disabled" } }, { vendor: "kimi", model: "kimi-k2.5" }).names,
    ).toEqual([]);
  });
  test("in Messages: adaptive or a budget, as the model takes it", () => {
    const enabled = {
      model: "m",
      max_tokens: 9_000,
      thinking: { type: "enabled", budget_tokens: 8_192, display: "omitted" },
      messages: [],
    };
    expect(edited(enabled, CLAUDE).body).toMatchObject({
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "medium" },
    });
    const adaptive = {
      model: "m",
      max_tokens: 64_000,
      thinking: { type: "adaptive" },
      output_config: { effort: "high", format: { type: "json_schema" } },
      messages: [],
    };
    expect(edited(adaptive, BUDGET).body).toMatchObject({
      thinking: { type: "enabled", budget_tokens: 16_384 },
      output_config: { format: { type: "json_schema" } },
    });
    expect((edited(adaptive, BUDGET).body.output_config as JsonObject).effort).toBeUndefined();
    expect(
      edited({ ...enabled, thinking: { type: "disabled" } }, { vendor: "anthropic", model: "claude-opus-5-5" }).body,
    ).toMatchObject({ thinking: { type: "adaptive" }, output_config: { effort: "low" } });
    expect(
      edited({ ...enabled, thinking: { type: "between_tools" } }, { vendor: "anthropic", model: "claude-sonnet-5-5" })
        .body.thinking,
    ).toEqual({ type: "between_tools" });
  });
  test("thoughts of ours never break a forced call or a tool loop that began without them", () => {
    const body = { model: "m", max_tokens: 20_000, messages: [{ role: "user", content: "x" }] };
    const high: To = { ...BUDGET, config: { effort: "high" } };
    expect(edited(body, high).body.thinking).toEqual({ type: "enabled", budget_tokens: 16_384 });
    expect(edited({ ...body, tool_choice: { type: "any" } }, high).body.thinking).toBeUndefined();
    const loop = [
      ...body.messages,
      { role: "assistant", content: [{ type: "tool_use", id: "t", name: "f", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t" }] },
    ];
    expect(edited({ ...body, messages: loop }, { ...high, lacksReasoning: true }).body.thinking).toBeUndefined();
  });
  test("efforts of single turns give way to the name and to models that have none", () => {
    const body = {
      model: "m",
      max_tokens: 100,
      messages: [{ role: "system", content: "y", output_config: { effort: "high" } }],
    };
    expect(edited(body, CLAUDE).body).toMatchObject({
      messages: [{ role: "system", content: "y" }],
      output_config: { effort: "high" },
    });
    expect(edited(body, { vendor: "anthropic", model: "claude-opus-5-5", forced: "low" }).body).toMatchObject({
      output_config: { effort: "low" },
      messages: [{ role: "system", content: "y" }],
    });
  });
});

describe("limits, verbosity, truncation, usage", () => {
  test("Chat's limit has one name at each vendor", () => {
    expect(edited({ model: "gpt-5", max_tokens: 50 }, CHAT5).body).toEqual({
      model: "gpt-5",
      max_completion_tokens: 50,
    });
    expect(
      edited({ model: "mistral-large", max_completion_tokens: 50 }, { vendor: "mistral", model: "mistral-large" }).body,
    ).toEqual({ model: "mistral-large", max_tokens: 50 });
  });
  test("default and ceiling", () => {
    expect(
      edited({ model: "gpt-5", max_output_tokens: 9_000 }, { ...GPT5, config: { maxTokens: 5_000 } }),
    ).toMatchObject({ body: { max_output_tokens: 5_000 }, lost: ["max-tokens hint"] });
    expect(edited({ model: "claude-sonnet-5", messages: [] }, CLAUDE).body.max_tokens).toBe(32_000);
    expect(edited({ model: "gpt-5", max_output_tokens: 1 }, GPT5).body.max_output_tokens).toBe(16);
  });
  test("verbosity and truncation of the target fill in, and are clamped to the model", () => {
    expect(edited({ model: "gpt-5" }, { ...GPT5, config: { verbosity: "high", truncation: "auto" } }).body).toEqual({
      model: "gpt-5",
      text: { verbosity: "high" },
      truncation: "auto",
    });
    expect(
      edited(
        { model: "gpt-5-codex", text: { verbosity: "low", format: { type: "text" } } },
        { ...GPT5, model: "gpt-5-codex" },
      ).body.text,
    ).toEqual({ verbosity: "medium", format: { type: "text" } });
    expect(edited({ model: "gpt-4o", verbosity: "low" }, { ...CHAT5, model: "gpt-4o" }).body).toEqual({
      model: "gpt-4o",
    });
  });
  test("a streamed Chat answer is asked for its usage, where the vendor knows the word", () => {
    expect(edited({ model: "gpt-5", stream: true }, CHAT5)).toMatchObject({
      body: { stream_options: { include_usage: true } },
      names: ["include-usage"],
    });
    expect(
      edited({ model: "gpt-5", stream: true, stream_options: { include_obfuscation: false } }, CHAT5).body
        .stream_options,
    ).toEqual({ include_obfuscation: false, include_usage: true });
    expect(edited({ model: "gpt-5", stream: true, stream_options: null }, CHAT5).body.stream_options).toEqual({
      include_usage: true,
    });
    expect(edited({ model: "gpt-5", stream: true, stream_options: { include_usage: true } }, CHAT5).names).toEqual([]);
    expect(edited({ model: "gpt-5" }, CHAT5).names).toEqual([]);
    expect(
      edited(
        { model: "mistral-large", stream: true, stream_options: { include_usage: true } },
        { vendor: "mistral", model: "mistral-large" },
      ).body,
    ).toEqual({ model: "mistral-large", stream: true });
  });
});

describe("what the model or vendor refuses", () => {
  test("sampling", () => {
    expect(edited({ model: "gpt-5", temperature: 0, stop: ["x"] }, CHAT5)).toEqual({
      body: { model: "gpt-5" },
      names: ["unsupported-parameter"],
      lost: ["temperature hint", "stop-sequences meaning"],
    });
    expect(edited({ model: "claude-sonnet-5", max_tokens: 5, temperature: 0.5, top_p: 1 }, CLAUDE).body).toEqual({
      model: "claude-sonnet-5",
      max_tokens: 5,
      top_p: 1,
    });
    expect(
      edited({ model: "claude-3-5-sonnet", max_tokens: 5, temperature: 1.5 }, { ...CLAUDE, model: "claude-3-5-sonnet" })
        .body.temperature,
    ).toBe(1);
  });
  test("fields and roles that a vendor answers with a 400", () => {
    expect(
      edited({ model: "mistral-large", prompt_cache_key: "k", seed: 1 }, { vendor: "mistral", model: "mistral-large" })
        .body,
    ).toEqual({ model: "mistral-large" });
    const developer = { model: "m", messages: [{ role: "developer", content: "x" }] };
    expect(openaiChat.passes(developer, { ...traits(CHAT5), developerRole: false })).toBe(false);
    expect(edited({ model: "gpt-5", messages: [{ role: "developer", content: "x" }] }, CHAT5).names).toEqual([]);
  });
});

test("a leading think block that a client replays is taken off an assistant's message, and nothing else", () => {
  const replayed = [{ role: "assistant", content: "<think>\nhm\n</think>\n\nyours" }];
  expect(openaiChat.passes({ model: "gpt-5", messages: replayed }, traits(CHAT5))).toBe(false);
  const think = "<think>\nhm\n</think>\n\n";
  const body = {
    model: "claude-sonnet-5",
    max_tokens: 5,
    messages: [
      { role: "user", content: `${think}mine` },
      { role: "assistant", content: `${think}yours` },
      { role: "assistant", content: [{ type: "text", text: `${think}part` }] },
      { role: "assistant", content: `see ${think}` },
      { role: "assistant", content: think },
      { role: "assistant", content: null },
    ],
  };
  const stripped = (list: string) => [
    { name: "leading-think-block", path: [list, 1, "content"], value: "yours" },
    { name: "leading-think-block", path: [list, 2, "content", 0, "text"], value: "part" },
  ];
  expect(edits(body, CLAUDE).edits).toEqual(stripped("messages"));
  expect(edits({ model: "gpt-5", input: body.messages }, GPT5).edits).toEqual(stripped("input"));
});

test("no JSON body whatever makes it throw", () => {
  const odd = [
    null,
    0,
    "x",
    [],
    {},
    [null],
    [{}],
    [[]],
    { type: 5 },
    { effort: 5 },
    { role: "assistant", content: [null] },
  ];
  const keys =
    "messages input reasoning thinking output_config text stream_options stream tool_choice max_tokens max_completion_tokens temperature stop truncation prompt_cache_key reasoning_effort verbosity".split(
      " ",
    );
  for (const key of keys)
    for (const value of [...odd, odd])
      for (const to of [
        GPT5,
        CHAT5,
        CLAUDE,
        BUDGET,
        { vendor: "kimi", model: "kimi-k2.5" },
        { vendor: "openrouter", model: "m" },
      ]) {
        const body = { model: "m", [key]: value } as JsonObject;
        expect(() =>
          JSON.parse(applyEdits(JSON.stringify(body), edits(body, { ...to, forced: "high" }).edits)),
        ).not.toThrow();
      }
});

describe("fields that a client keeps for itself", () => {
  const body = (messages: readonly JsonObject[]): JsonObject => ({ model: "some-model", messages });
  const TO: To = { vendor: "generic", model: "some-model", dialect: "openai-chat" };
  test("LiteLLM's notes on an answer stay here", () => {
    const said = { role: "assistant", content: "Hi", provider_specific_fields: { refusal: null } };
    const found = edited(body([{ role: "user", content: "Go" }, said]), TO);
    expect(found.body.messages).toEqual([
      { role: "user", content: "Go" },
      { role: "assistant", content: "Hi" },
    ]);
    expect(found.names).toEqual(["unsupported-parameter"]);
  });
  test("everything else of a message passes", () =>
    expect(edited(body([{ role: "user", content: "Go", x: 1 }]), TO).names).toEqual([]));
});

describe("the client's own truncation on the native lane", () => {
  const asked = (truncation: string, model: string) =>
    edited({ model, input: "x", truncation }, { vendor: "azure", model });
  test("stays where the model takes it", () => {
    for (const truncation of ["auto", "disabled"])
      expect(asked(truncation, "gpt-5")).toEqual({
        body: { model: "gpt-5", input: "x", truncation },
        names: [],
        lost: [],
      });
  });
  test("is left out where the model does not, and the loss is told", () => {
    expect(asked("middle", "gpt-5")).toEqual({
      body: { model: "gpt-5", input: "x" },
      names: ["truncation"],
      lost: ["truncation hint"],
    });
  });
});

describe("thinking that the body switches on, under a name that says none", () => {
  const body = { model: "m", max_tokens: 8_000, messages: [], thinking: { type: "enabled", budget_tokens: 2_048 } };
  test("is switched off in words: a vendor whose default is on would bill it", () => {
    const found = edited(body, { vendor: "anthropic", model: "claude-sonnet-4-5", forced: "none" });
    expect(found.body.thinking).toEqual({ type: "disabled" });
    expect(found.names).toEqual(["model", "effort"]);
  });
  test("and what was off stays as it was written", () => {
    const off = { ...body, model: "claude-sonnet-4-5", thinking: { type: "disabled" } };
    expect(edited(off, { vendor: "anthropic", model: "claude-sonnet-4-5", forced: "none" }).names).toEqual([]);
  });
});

describe("a tool that the vendor is known to refuse", () => {
  const written = (parameters: string): string =>
    `{"model":"gpt-5","tools":[{"type":"function","name":"a","parameters":${parameters}}]}`;
  const sent = (parameters: string, to: To): string => {
    const text = written(parameters);
    return applyEdits(text, edits(JSON.parse(text) as JsonObject, to).edits);
  };

  test("is completed in its place: no other byte of its schema changes", () => {
    const field = '{"n":{"const":9007199254740993, "type":"array"}}';
    expect(sent(`{"properties":${field}}`, GPT5)).toBe(written(`{"properties":${field},"type":"object"}`));
    expect(sent('{"type" : "object"}', GPT5)).toBe(written('{"type" : "object","properties":{}}'));
  });

  test("passes byte by byte to vendors of whom that is not known", () => {
    for (const vendor of ["generic", "vllm", "groq"])
      expect(edits(JSON.parse(written("{}")) as JsonObject, { vendor, model: "gpt-5" }).edits).toEqual([]);
  });
});

describe("a forced call in a native Chat body", () => {
  const body = (more: JsonObject): JsonObject => ({ model: "kimi-k2.5", tool_choice: "required", ...more });
  const KIMI: To = { vendor: "kimi", model: "kimi-k2.5" };

  test("switches off what else would be switched on, by the name that was picked as well", () => {
    for (const found of [
      edited(body({ reasoning_effort: "high" }), KIMI),
      edited(body({}), { ...KIMI, forced: "high" }),
    ])
      expect(found).toEqual({
        body: body({ thinking: { type: "disabled" } }),
        names: ["effort"],
        lost: expect.arrayContaining(["reasoning-effort hint"]),
      });
  });

  test("of somebody else's Kimi passes as it is", () => {
    expect(edited(body({}), { ...KIMI, vendor: "vllm" }).names).toEqual([]);
  });
});
