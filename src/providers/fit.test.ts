import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ProviderKind, TargetConfig } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Entry, ModelRequest } from "../ir/request.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { vendorById } from "./catalog.ts";
import { clampVerbosity, fit, withoutReasoning } from "./fit.ts";
import { EFFORTS } from "../ir/choices.ts";
import type { Capabilities } from "./provider.ts";
import { thinks } from "./thinking.ts";

const capabilities = (vendor: string, model: string, dialect?: DialectId): Capabilities => {
  const row = vendorById(vendor);
  const kind: ProviderKind = row?.kind ?? "openai-compatible";
  const provider = { name: "it", kind, baseUrl: "https://h/v1", vendor, headers: {}, firstByteMs: 1, idleMs: 1 };
  return capabilitiesOf(provider, dialect ?? row?.dialect ?? "openai-chat", model);
};
const GPT5 = capabilities("azure", "gpt-5");
const SONNET45 = capabilities("anthropic", "claude-sonnet-4-5");
const OPUS55 = capabilities("anthropic", "claude-opus-5-5");
const SONNET5 = capabilities("anthropic", "claude-sonnet-5");

const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "asked",
  stream: true,
  generate: true,
  entries: [{ kind: "message", role: "user", content: "hi" }],
  tools: [],
  sampling: {},
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "openai-chat", fields: {} },
  ...more,
});
const TARGET: TargetConfig = { provider: "it", model: "m" };
const fitted = (
  to: Capabilities,
  more: Partial<ModelRequest> = {},
  config: Partial<TargetConfig> = {},
  forced?: string,
) => {
  const { value, losses } = fit(request(more), to, { ...TARGET, ...config }, forced);
  return { ...value, lost: losses.map((loss) => `${loss.feature} ${loss.how} ${loss.weight}`) };
};

describe("precedence of the effort", () => {
  test("the name picked, then the request, then the target", () => {
    const reasoning = { effort: "low" };
    expect(fitted(GPT5, { reasoning }, { effort: "medium" }, "high").reasoning?.effort).toBe("high");
    expect(fitted(GPT5, { reasoning }, { effort: "medium" }).reasoning?.effort).toBe("low");
    expect(fitted(GPT5, {}, { effort: "medium" }).reasoning?.effort).toBe("medium");
    expect(fitted(GPT5).reasoning?.effort).toBeUndefined();
  });
  test("thinking switched on without a level takes the target's, else the middle", () => {
    expect(fitted(GPT5, { reasoning: { mode: "adaptive" } }, { effort: "high" }).reasoning?.effort).toBe("high");
    expect(fitted(GPT5, { reasoning: { mode: "on" } }).reasoning?.effort).toBe("medium");
  });
  test("a budget is an effort where efforts are spoken", () => {
    expect(fitted(GPT5, { reasoning: { mode: "on", budgetTokens: 31_999 } }).reasoning).toMatchObject({
      effort: "high",
    });
    expect(fitted(GPT5, { reasoning: { mode: "on", budgetTokens: 31_999 } }).reasoning?.budgetTokens).toBeUndefined();
  });
});

describe("an effort is clamped to the nearest", () => {
  const ROWS: [vendor: string, model: string, asked: string, sent: string | undefined, lost: boolean][] = [
    ["azure", "gpt-5", "xhigh", "high", true],
    ["azure", "gpt-5", "none", "minimal", true],
    ["azure", "gpt-5.1", "minimal", "low", true],
    ["azure", "gpt-5.1", "none", "none", false],
    ["azure", "gpt-5-pro", "low", "high", true],
    ["azure", "gpt-5-codex", "minimal", "low", true],
    ["azure", "gpt-5.2-chat", "high", "medium", true],
    ["azure", "gpt-4o", "high", undefined, true],
    ["azure", "gpt-5", "ultra", undefined, true],
    ["azure", "prod", "ultra", "ultra", false],
    ["xai", "grok-3-mini", "medium", "high", true],
    ["xai", "grok-4", "high", undefined, true],
    ["mistral", "mistral-small-latest", "low", "high", true],
    ["openrouter", "anthropic/claude-sonnet-4.5", "xhigh", "xhigh", false],
  ];
  test.each(ROWS)("%s %s: %s becomes %s", (vendor, model, effort, sent, lost) => {
    const found = fitted(capabilities(vendor, model), { reasoning: { effort } });
    expect(found.reasoning?.effort).toBe(sent as string);
    expect(found.lost.length).toBe(lost ? 1 : 0);
  });
});

describe("each model is told in its own form", () => {
  test("Claude with budgets", () => {
    expect(fitted(SONNET45, { reasoning: { effort: "high" } })).toMatchObject({
      reasoning: { mode: "on", budgetTokens: 16_384, show: "summarized" },
      sampling: { maxTokens: 32_000 },
      lost: [],
    });
    expect(fitted(SONNET45, { reasoning: { effort: "none" } }).reasoning).toEqual({ mode: "off" });
  });
  test("a budget stays below max_tokens; a limit of ours makes room, a caller's does not", () => {
    expect(fitted(SONNET45, { reasoning: { effort: "xhigh" } }).sampling.maxTokens).toBe(40_960);
    expect(fitted(SONNET45, { reasoning: { effort: "high" }, sampling: { maxTokens: 4_096 } })).toMatchObject({
      reasoning: { budgetTokens: 3_072 },
      sampling: { maxTokens: 4_096 },
      lost: ["reasoning-effort approximated hint"],
    });
    expect(fitted(SONNET45, { reasoning: { effort: "high" }, sampling: { maxTokens: 1_000 } })).toMatchObject({
      reasoning: { mode: "off" },
      lost: ["reasoning-effort approximated hint"],
    });
  });
  test("Claude with adaptive thinking", () => {
    expect(fitted(OPUS55, { reasoning: { effort: "xhigh" } }).reasoning).toEqual({
      mode: "adaptive",
      effort: "xhigh",
      show: "summarized",
    });
    expect(fitted(SONNET5, { reasoning: { effort: "none" } }).reasoning).toEqual({ mode: "off" });
    expect(fitted(SONNET5, { reasoning: { mode: "on", budgetTokens: 10_000 } }).reasoning).toMatchObject({
      mode: "adaptive",
      effort: "medium",
    });
  });
  test("a model that always thinks is asked for the least", () => {
    expect(fitted(OPUS55, { reasoning: { mode: "off" } })).toMatchObject({
      reasoning: { mode: "adaptive", effort: "low" },
      lost: ["reasoning-effort approximated hint"],
    });
  });
  test("an Anthropic caller's effort alone asks for no thoughts", () => {
    const extra = { dialect: "anthropic-messages" as const, fields: {} };
    expect(fitted(SONNET5, { reasoning: { effort: "low" }, extra }).reasoning).toEqual({ effort: "low" });
    expect(fitted(SONNET45, { reasoning: { effort: "low" }, extra })).toMatchObject({
      lost: ["reasoning-effort dropped hint"],
    });
  });
  test("a switch", () => {
    const k25 = capabilities("kimi", "kimi-k2.5");
    expect(fitted(k25, { reasoning: { effort: "none" } }).reasoning).toEqual({ mode: "off" });
    expect(fitted(k25, { reasoning: { effort: "high" } })).toMatchObject({
      reasoning: { mode: "on" },
      lost: ["reasoning-effort approximated hint"],
    });
    expect(fitted(capabilities("deepseek", "deepseek-v4-pro"), { reasoning: { effort: "medium" } }).reasoning).toEqual({
      mode: "on",
      effort: "high",
    });
  });
});

test("whether a model thinks without a word is known of each", () => {
  const byItself = (vendor: string, model: string) => thinks(undefined, capabilities(vendor, model));
  for (const [vendor, model] of [
    ["azure", "gpt-5"],
    ["azure", "gpt-5.5"],
    ["kimi", "kimi-k2.5"],
    ["kimi", "kimi-k2-thinking"],
    ["anthropic", "claude-opus-5-5"],
  ])
    expect([model, byItself(vendor as string, model as string)]).toEqual([model as string, true]);
  for (const [vendor, model] of [
    ["azure", "gpt-4o"],
    ["azure", "gpt-5.1"],
    ["azure", "prod"],
    ["deepseek", "deepseek-chat"],
    ["anthropic", "claude-sonnet-4-5"],
  ])
    expect([model, byItself(vendor as string, model as string)]).toEqual([model as string, false]);
});

describe("summaries", () => {
  test("are asked for unless somebody says no", () => {
    expect(fitted(GPT5).reasoning).toEqual({ show: "auto" });
    expect(fitted(GPT5, {}, { summary: "detailed" }).reasoning).toEqual({ show: "detailed" });
    expect(fitted(GPT5, {}, { summary: "none" }).reasoning).toEqual({ show: "omitted" });
    expect(fitted(GPT5, { reasoning: { show: "concise" } }, { summary: "none" }).reasoning).toEqual({
      show: "concise",
    });
    expect(fitted(GPT5, { reasoning: { show: "omitted" } }, { summary: "detailed" }).reasoning).toEqual({
      show: "omitted",
    });
  });
  test("are not asked of a model that does not think, or may not", () => {
    expect(fitted(capabilities("azure", "gpt-4o"), {}, { summary: "detailed" }).reasoning).toBeUndefined();
    expect(fitted(capabilities("azure", "gpt-5.1")).reasoning).toBeUndefined();
    expect(fitted(capabilities("azure", "prod")).reasoning).toBeUndefined();
    expect(fitted(capabilities("azure", "prod"), { reasoning: { effort: "low" } }).reasoning).toEqual({
      effort: "low",
      show: "auto",
    });
  });
  test("a codex model has no concise one", () => {
    expect(fitted(capabilities("azure", "gpt-5-codex"), { reasoning: { show: "concise" } })).toMatchObject({
      reasoning: { show: "auto" },
      lost: ["reasoning-summary approximated hint"],
    });
  });
});

describe("sampling", () => {
  const sampling = { temperature: 0.2, topP: 0.9, stop: ["x"], presencePenalty: 0.5 };
  test("GPT-5 takes none of it; stop sequences are part of the meaning", () => {
    expect(fitted(GPT5, { sampling }).sampling).toEqual({});
    expect(fitted(GPT5, { sampling }).lost).toContain("stop-sequences dropped meaning");
  });
  test("a default value is no loss", () => {
    expect(fitted(GPT5, { sampling: { temperature: 1, topP: 1, presencePenalty: 0 } })).toMatchObject({
      sampling: {},
      lost: [],
    });
  });
  test("gpt-5.1 takes a temperature while it does not think", () => {
    const gpt51 = capabilities("azure", "gpt-5.1");
    expect(fitted(gpt51, { sampling: { temperature: 0.2 } }).sampling).toEqual({ temperature: 0.2 });
    expect(fitted(gpt51, { sampling: { temperature: 0.2 }, reasoning: { effort: "low" } }).sampling).toEqual({});
  });
  test("Claude: none while it thinks, never above 1, one of temperature and top_p", () => {
    expect(
      fitted(SONNET45, { sampling: { temperature: 0.2, topK: 5 }, reasoning: { effort: "low" } }).sampling,
    ).toEqual({ maxTokens: 32_000 });
    expect(fitted(SONNET45, { sampling: { temperature: 1.7 } }).sampling.temperature).toBe(1);
    expect(fitted(SONNET45, { sampling: { temperature: 0.5, topP: 0.5 } }).sampling).toEqual({
      maxTokens: 32_000,
      temperature: 0.5,
    });
    expect(fitted(SONNET5, { sampling: { temperature: 0.5, topK: 2 } }).sampling).toEqual({ maxTokens: 32_000 });
  });
  test("Grok refuses stop and penalties, Kimi K2.5 a temperature", () => {
    expect(fitted(capabilities("xai", "grok-4"), { sampling }).sampling).toEqual({ temperature: 0.2, topP: 0.9 });
    expect(fitted(capabilities("kimi", "kimi-k2.5"), { sampling }).sampling).toEqual({ stop: ["x"] });
  });
});

describe("the output limit", () => {
  test("the target's is default and ceiling, the model's the last word", () => {
    expect(fitted(GPT5).sampling.maxTokens).toBeUndefined();
    expect(fitted(GPT5, {}, { maxTokens: 5_000 }).sampling.maxTokens).toBe(5_000);
    expect(fitted(GPT5, { sampling: { maxTokens: 9_000 } }, { maxTokens: 5_000 })).toMatchObject({
      sampling: { maxTokens: 5_000 },
      lost: ["max-tokens approximated hint"],
    });
    expect(fitted(GPT5, { sampling: { maxTokens: 100 } }, { maxTokens: 5_000 }).sampling.maxTokens).toBe(100);
    expect(fitted(capabilities("azure", "gpt-4o"), { sampling: { maxTokens: 128_000 } }).sampling.maxTokens).toBe(
      16_384,
    );
    expect(fitted(GPT5, { sampling: { maxTokens: 1 } }).sampling.maxTokens).toBe(16);
  });
});

describe("verbosity and truncation", () => {
  test("the request's own, else the target's, clamped", () => {
    expect(fitted(GPT5, { output: { verbosity: "low" } }, { verbosity: "high" }).output).toEqual({ verbosity: "low" });
    expect(fitted(GPT5, {}, { verbosity: "high" }).output).toEqual({ verbosity: "high" });
    expect(fitted(capabilities("azure", "gpt-5-codex"), { output: { verbosity: "low" } })).toMatchObject({
      output: { verbosity: "medium" },
      lost: ["verbosity approximated hint"],
    });
    expect(fitted(SONNET5, { output: { verbosity: "low" } })).toMatchObject({ lost: ["verbosity dropped hint"] });
    expect(fitted(SONNET5, {}, { verbosity: "low" }).output).toBeUndefined();
    expect(fitted(SONNET5, {}, { verbosity: "low" }).lost).toEqual([]);
  });
  test("truncation goes to Responses only", () => {
    const foreign = { extra: { dialect: "openai-chat" as const, fields: { other: 1 } } };
    expect(fitted(GPT5, foreign, { truncation: "auto" }).truncation).toBe("auto");
    expect(fitted(GPT5, { truncation: "disabled" }, { truncation: "auto" }).truncation).toBe("disabled");
    expect(fitted(SONNET5, {}, { truncation: "auto" }).truncation).toBeUndefined();
  });
});

describe("a forced tool call", () => {
  const forced = { toolChoice: { mode: "required" as const }, reasoning: { effort: "high" } };
  test("goes before thinking, where thinking can be switched off", () => {
    expect(fitted(SONNET45, forced)).toMatchObject({
      toolChoice: { mode: "required" },
      reasoning: { mode: "off" },
      lost: ["reasoning-effort dropped hint"],
    });
    expect(fitted(SONNET5, { toolChoice: forced.toolChoice })).toMatchObject({
      toolChoice: { mode: "required" },
      reasoning: { mode: "off" },
      lost: [],
    });
    expect(fitted(GPT5, forced)).toMatchObject({
      toolChoice: { mode: "required" },
      reasoning: { effort: "high" },
      lost: [],
    });
  });
  test("of Kimi and DeepSeek goes out without the thinking that is on by default", () => {
    for (const [vendor, model] of [
      ["kimi", "kimi-k2.5"],
      ["kimi", "kimi-k2.6"],
      ["deepseek", "deepseek-v4-flash"],
    ] as const) {
      const one = { mode: "one" as const, tool: { via: "function" as const, name: "read" } };
      for (const toolChoice of [forced.toolChoice, one]) {
        expect(fitted(capabilities(vendor, model), { toolChoice })).toMatchObject({
          toolChoice,
          reasoning: { mode: "off" },
          lost: [],
        });
        expect(fitted(capabilities(vendor, model, "anthropic-messages"), { toolChoice }).reasoning).toMatchObject({
          mode: "off",
        });
      }
      expect(fitted(capabilities(vendor, model), { toolChoice: { mode: "auto" } }).reasoning).toBeUndefined();
    }
    expect(
      fitted(capabilities("deepseek", "deepseek-chat"), { toolChoice: forced.toolChoice }).reasoning,
    ).toBeUndefined();
  });
  test("is as it was where somebody else serves the model, for nobody knows what that one refuses", () => {
    for (const vendor of ["openrouter", "vllm", "azure"])
      for (const model of ["kimi-k2.5", "kimi-k2-thinking", "kimi-k3"])
        expect(
          fitted(capabilities(vendor, model, "openai-chat"), { toolChoice: forced.toolChoice }).toolChoice,
        ).toEqual(forced.toolChoice);
  });
  test("is left to a model that cannot be forced, as a loss of meaning", () => {
    expect(fitted(OPUS55, forced)).toMatchObject({
      toolChoice: { mode: "auto" },
      lost: ["tool-choice dropped meaning"],
    });
  });
});

describe("efforts of single turns", () => {
  const entries: Entry[] = [
    { kind: "message", role: "system", content: "a", effort: "high" },
    { kind: "message", role: "user", content: "b" },
    { kind: "message", role: "system", content: "c", effort: "low" },
  ];
  const extra = { dialect: "anthropic-messages" as const, fields: {} };
  const turns = { entries, reasoning: { mode: "adaptive" as const, effort: "max" }, extra };
  test("the last one speaks where turns have none", () => {
    const found = fitted(GPT5, turns);
    expect(found.reasoning?.effort).toBe("low");
    expect(found.entries.some((entry) => "effort" in entry)).toBe(false);
    expect(found.lost).toEqual(["turn-effort approximated hint"]);
  });
  test("they stay where turns have them, unless the name says otherwise", () => {
    expect(fitted(OPUS55, turns).entries).toEqual(entries);
    expect(fitted(OPUS55, turns, {}, "high")).toMatchObject({ reasoning: { effort: "high" } });
    expect(fitted(OPUS55, turns, {}, "high").entries).not.toEqual(entries);
  });
});

describe("reasoning that nobody has any more", () => {
  const call: Entry = { kind: "call", callId: "c", tool: { via: "function", name: "f" }, input: { json: "{}" } };
  const entries: Entry[] = [
    { kind: "message", role: "user", content: "hi" },
    { kind: "message", role: "assistant", content: "so" },
    call,
    { ...call, callId: "d" },
    { kind: "result", callId: "c", via: "function", content: "x" },
    { kind: "result", callId: "d", via: "function", content: "y" },
    { kind: "reasoning", sections: ["I know"] },
    { ...call, callId: "e" },
    { kind: "result", callId: "e", via: "function", content: "z" },
  ];
  test("switches thinking off", () => {
    const { value, losses } = withoutReasoning(
      request({ entries, reasoning: { mode: "on", budgetTokens: 5_000, show: "summarized" } }),
    );
    expect(value.reasoning).toEqual({ mode: "off", show: "summarized" });
    expect(losses).toMatchObject([{ feature: "reasoning-missing", weight: "hint", how: "dropped" }]);
  });
  test("is stood in for where the model cannot be switched off, once a turn", () => {
    const { value } = withoutReasoning(request({ entries }), capabilities("kimi", "kimi-k2-thinking"));
    expect(value.entries.filter((entry) => entry.kind === "reasoning")).toEqual([
      { kind: "reasoning", sections: [" "] },
      { kind: "reasoning", sections: ["I know"] },
    ]);
    expect(value.entries.indexOf(value.entries.find((entry) => entry.kind === "reasoning") as Entry)).toBe(2);
  });
  test("adaptive Claude does without", () => {
    expect(withoutReasoning(request({ entries }), OPUS55)).toEqual({ value: request({ entries }), losses: [] });
  });
});

test("whatever is asked of whatever model, what is sent is what the model takes, and fitting twice changes nothing", () => {
  const models: [string, string][] = [
    ["azure", "gpt-5"],
    ["azure", "gpt-5.1"],
    ["azure", "gpt-5-codex"],
    ["azure", "gpt-4o"],
    ["anthropic", "claude-sonnet-4-5"],
    ["anthropic", "claude-opus-4-6"],
    ["anthropic", "claude-sonnet-5"],
    ["anthropic", "claude-opus-5-5"],
    ["kimi", "kimi-k2.5"],
    ["kimi", "kimi-k2-thinking"],
    ["deepseek", "deepseek-v4-pro"],
    ["xai", "grok-4"],
    ["mistral", "mistral-small"],
  ];
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const reasoning = fc.record(
    {
      effort: fc.constantFrom(...EFFORTS, "ultra"),
      budgetTokens: fc.nat(100_000),
      mode: fc.constantFrom("adaptive" as const, "on" as const, "off" as const),
    },
    { requiredKeys: [] },
  );
  const sampling = fc.record(
    {
      maxTokens: fc.integer({ min: 1, max: 300_000 }),
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      topK: fc.nat(),
      stop: fc.constant(["x"]),
    },
    { requiredKeys: [] },
  );
  const dialect = fc.constantFrom<DialectId>("openai-chat", "openai-responses", "anthropic-messages");
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      reasoning,
      sampling,
      dialect,
      optional(fc.constantFrom(...EFFORTS)),
      ([vendor, model], asked, fields, from, forced) => {
        const to = capabilities(vendor, model);
        const first = fit(
          request({ reasoning: asked, sampling: fields, extra: { dialect: from, fields: {} } }),
          to,
          TARGET,
          forced,
        ).value;
        const { effort, budgetTokens, mode } = first.reasoning ?? {};
        if (effort !== undefined) expect(to.efforts).toContain(effort);
        if (budgetTokens !== undefined) {
          expect(mode).toBe("on");
          expect(budgetTokens).toBeGreaterThanOrEqual(1_024);
          expect(budgetTokens).toBeLessThan(first.sampling.maxTokens ?? Infinity);
        }
        for (const name of Object.keys(first.sampling)) expect(to.refuses.has(name)).toBe(false);
        expect(first.sampling.maxTokens ?? 0).toBeLessThanOrEqual(to.outputTokens ?? Infinity);
        const second = fit(first, to, TARGET);
        expect(second.value).toEqual(first);
        expect(second.losses).toEqual([]);
      },
    ),
    { numRuns: 1_500 },
  );
});

describe("verbosity", () => {
  const listed = (verbosities: readonly string[], unknown: boolean): Capabilities => ({
    ...GPT5,
    verbosities,
    ...(unknown && { unknown }),
  });
  test.each([
    ["a model that we know takes the nearest of its own", ["medium"], false, "low", "medium"],
    ["a model that we know keeps what it takes", ["low", "medium"], false, "medium", "medium"],
    ["a model without any is sent none", [], false, "low", undefined],
    ["a model that nobody knows, of a vendor that has the field, gets what was asked", ["low"], true, "ultra", "ultra"],
    ["a model that nobody knows, of a vendor without the field, is sent none", [], true, "low", undefined],
  ] as const)("%s", (_claim, verbosities, unknown, asked, sent) => {
    expect(clampVerbosity(asked, listed(verbosities, unknown))).toBe(sent);
    expect(clampVerbosity(undefined, listed(verbosities, unknown))).toBeUndefined();
  });
});
