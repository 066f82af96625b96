import { describe, expect, test } from "bun:test";
import type { ProviderConfig, ProviderKind } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { safeId } from "../ir/ids.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { VENDORS, vendorById, vendorOf } from "./catalog.ts";
import { budgetOf, effortOf } from "./effort-budget.ts";
import { EFFORTS } from "../ir/choices.ts";
import { nameKey, variantOf } from "./model-rows.ts";
import type { Capabilities } from "./provider.ts";

const provider = (kind: ProviderKind, more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  name: "it",
  kind,
  baseUrl: "https://llm.example.com/v1",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
  ...more,
});
const azure = (model: string): Capabilities => capabilitiesOf(provider("azure"), "openai-responses", model);
const claude = (model: string): Capabilities => capabilitiesOf(provider("anthropic"), "anthropic-messages", model);
const at = (vendor: string, model: string, dialect: DialectId = "openai-chat"): Capabilities =>
  capabilitiesOf(provider(vendorById(vendor)?.kind ?? "openai-compatible", { vendor }), dialect, model);

describe("seed 000's table, with the correction of facts/cursor-azure.md §1.5", () => {
  const ALL = ["low", "medium", "high"];
  const EVERY = ["auto", "concise", "detailed"];
  const CODEX = ["auto", "detailed"];
  const TABLE: [model: string, efforts: string[], verbosities: string[], summaries: string[]][] = [
    ["gpt-5", ["minimal", ...ALL], ALL, EVERY],
    ["gpt-5-mini", ["minimal", ...ALL], ALL, EVERY],
    ["gpt-5-nano", ["minimal", ...ALL], ALL, EVERY],
    ["gpt-5.1", ["none", ...ALL], ALL, EVERY],
    ["gpt-5.2", ["none", ...ALL, "xhigh"], ALL, EVERY],
    ["gpt-5.2-chat", ["medium"], ["medium"], EVERY],
    ["gpt-5-pro", ["high"], ALL, EVERY],
    ["gpt-5-codex", ALL, ["medium"], CODEX],
    ["gpt-5.1-codex", ALL, ["medium"], CODEX],
    ["gpt-5.1-codex-mini", ALL, ["medium"], CODEX],
    ["gpt-5.1-codex-max", [...ALL, "xhigh"], ["medium"], CODEX],
  ];
  test.each(TABLE)("%s", (model, efforts, verbosities, summaries) => {
    const found = azure(model);
    expect(found.efforts).toEqual(efforts);
    expect(found.verbosities).toEqual(verbosities);
    expect(found.summaries).toEqual(summaries);
    expect(found.truncations).toEqual(["auto", "disabled"]);
    expect(found.family).toBe("gpt-5");
  });
});

describe("model rows", () => {
  const FORMS: [model: string, thinking: Capabilities["thinking"], efforts: string[]][] = [
    ["claude-3-5-sonnet-20241022", "none", []],
    ["claude-3-7-sonnet-latest", "budget", []],
    ["claude-sonnet-4-20250514", "budget", []],
    ["claude-opus-4-1", "budget", []],
    ["claude-sonnet-4-5-20250929", "budget", []],
    ["anthropic/claude-sonnet-4.5", "budget", []],
    ["claude-4.5-sonnet-thinking", "budget", []],
    ["claude-haiku-4-5", "budget", []],
    ["claude-opus-4-6", "adaptive", ["low", "medium", "high", "max"]],
    ["claude-opus-4-7", "adaptive", ["low", "medium", "high", "xhigh", "max"]],
    ["claude-sonnet-5", "adaptive", ["low", "medium", "high", "xhigh", "max"]],
    ["claude-opus-5-5[1m]", "adaptive", ["low", "medium", "high", "xhigh", "max"]],
    ["claude-fable-5-1", "adaptive", ["low", "medium", "high", "xhigh", "max"]],
    ["claude-comet-7", "adaptive", ["low", "medium", "high", "xhigh", "max"]],
  ];
  test.each(FORMS)("%s thinks in its own form", (model, thinking, efforts) => {
    const found = claude(model);
    expect(found.thinking).toBe(thinking);
    expect(found.efforts).toEqual(efforts);
    expect(found.unknown).toBeUndefined();
    expect(found.outputTokensDefault).toBeLessThanOrEqual(found.outputTokens ?? 0);
  });

  test("Claude since 4.7 refuses sampling; before, only while it thinks", () => {
    expect([...claude("claude-opus-4-7").refuses]).toEqual(["temperature", "topP", "topK"]);
    expect([...claude("claude-sonnet-4-5").refuses]).toEqual([]);
    expect([...(claude("claude-sonnet-4-5").refusesThinking ?? [])]).toEqual(["temperature", "topP", "topK"]);
  });

  test("a thinking block bound to its model is nobody else's", () => {
    expect(claude("claude-opus-5-5").family).toBe("claude-opus-5-5");
    expect(claude("claude-sonnet-4-5").family).toBe("claude");
  });

  test("GPT-4 does not reason and takes temperature; o-series and GPT-5 the other way round", () => {
    for (const model of ["gpt-4o", "gpt-4.1-mini", "gpt-4o-2024-11-20"]) {
      expect(azure(model)).toMatchObject({ thinking: "none", efforts: [], summaries: [] });
      expect(azure(model).refuses.size).toBe(0);
    }
    for (const model of ["o3", "o4-mini-2025-04-16", "gpt-5", "gpt-5-codex"])
      expect(azure(model).refuses.has("temperature")).toBe(true);
    expect(azure("gpt-35-turbo").contextTokens).toBe(16_385);
  });

  test("the model behind a deployment's name can be told", () => {
    expect(capabilitiesOf(provider("azure"), "openai-responses", "prod", "gpt-5-codex").verbosities).toEqual([
      "medium",
    ]);
  });

  test("an unknown model is clamped in nothing", () => {
    expect(azure("prod")).toMatchObject({ unknown: true, efforts: EFFORTS, family: "prod" });
    expect(at("generic", "some/Model-7B").refuses.size).toBe(0);
    expect(at("generic", "some/Model-7B").outputTokens).toBeUndefined();
  });

  test("reasoning that must come back is known of Kimi and DeepSeek, wherever they are served", () => {
    expect(at("kimi", "kimi-k2-thinking")).toMatchObject({ thinking: "always", traits: { reasoningRequired: true } });
    expect(at("kimi", "kimi-k2.5")).toMatchObject({
      thinking: "switch",
      traits: { reasoningRequired: true, effortField: "thinking" },
    });
    expect(at("kimi", "kimi-k2-0905-preview")).toMatchObject({
      thinking: "none",
      traits: { reasoningRequired: false },
    });
    expect(at("deepseek", "deepseek-reasoner").traits.reasoningReplay).toBe("reasoning_content");
    expect(capabilitiesOf(provider("azure"), "openai-chat", "Kimi-K2-Thinking").traits.reasoningRequired).toBe(true);
  });

  test("K3, under its names, always reasons, as much as it is told in reasoning_effort", () => {
    for (const name of ["kimi-k3", "moonshotai/Kimi-K3", "k3", "k3-256k", "kimi-k3.1-pro-highspeed"])
      expect([name, at("kimi", name)]).toMatchObject([
        name,
        {
          thinking: "always",
          efforts: ["low", "high", "max"],
          forcedToolChoice: "unnamed",
          traits: { effortField: "reasoning_effort", reasoningRequired: true },
        },
      ]);
    expect(at("openrouter", "moonshotai/kimi-k3").traits.effortField).toBe("reasoning");
    expect(at("kimi", "kimi-k2.7-code-highspeed")).toMatchObject({ thinking: "always", forcedToolChoice: "never" });
  });

  test("xAI models without levels are told none", () => {
    expect(at("xai", "grok-4-fast-reasoning").efforts).toEqual([]);
    expect(at("xai", "grok-3-mini").efforts).toEqual(["low", "high"]);
    expect(at("xai", "grok-4.3").efforts).toContain("none");
  });

  test("a Claude behind a Chat host is told efforts, since Chat has no budgets", () => {
    expect(at("openrouter", "anthropic/claude-sonnet-4.5")).toMatchObject({
      thinking: "effort",
      efforts: EFFORTS,
      traits: { effortField: "reasoning" },
    });
  });
});

test("names of one model are one key", () => {
  for (const name of ["gpt-5", "GPT-5", "openai/gpt-5", "gpt-5-2025-08-07", "openrouter/openai/gpt-5:free"])
    expect(nameKey(name)).toBe("gpt-5");
  for (const name of ["claude-sonnet-4-5", "anthropic/Claude-Sonnet-4.5-20250929", "claude-4.5-sonnet"])
    expect(nameKey(name)).toBe("claude-sonnet-4-5");
  expect(nameKey("o1-preview")).toBe("o1-preview");
});

test("an effort or variant at the end of a name is told from a model of that name", () => {
  expect(variantOf("gpt-5-high")).toEqual({ base: "gpt-5", effort: "high" });
  expect(variantOf("gpt-5.1-codex-max-high")).toEqual({ base: "gpt-5.1-codex-max", effort: "high" });
  expect(variantOf("claude-4.5-sonnet-thinking")).toEqual({ base: "claude-4.5-sonnet" });
  expect(variantOf("gpt-5-fast")).toEqual({ base: "gpt-5" });
  for (const own of [
    "gpt-5.1-codex-max",
    "mistral-medium",
    "magistral-medium",
    "kimi-k2-thinking",
    "qwen3-max",
    "grok-4-fast",
    "gpt-5",
  ])
    expect(variantOf(own)).toBeUndefined();
});

describe("vendors", () => {
  const HOSTS: [baseUrl: string, id: string][] = [
    ["https://api.deepseek.com/v1", "deepseek"],
    ["https://api.groq.com/openai/v1", "groq"],
    ["https://openrouter.ai/api/v1", "openrouter"],
    ["https://eu.api.mistral.ai/v1", "mistral"],
    ["http://localhost:11434/v1", "ollama"],
    ["https://notopenrouter.ai/v1", "generic"],
    ["https://api.mistral.ai.evil.example/v1", "generic"],
    ["", "generic"],
  ];
  test.each(HOSTS)("%s is %s", (baseUrl, id) => {
    expect(vendorOf({ kind: "openai-compatible", baseUrl }).id).toBe(id);
  });
  test("a named vendor wins over its host; every row has what a row needs", () => {
    expect(vendorOf({ kind: "openai-compatible", baseUrl: "https://proxy.example.com/v1", vendor: "groq" }).id).toBe(
      "groq",
    );
    expect(new Set(VENDORS.map(({ id }) => id)).size).toBe(VENDORS.length);
    for (const { id, baseUrl } of VENDORS)
      expect([id, baseUrl === undefined || URL.canParse(baseUrl)]).toEqual([id, true]);
  });
  test("Mistral's nine letters and digits: ids fit, and differ", () => {
    const { callIdLengthMax: lengthMax, callIdPattern: allowed } = at("mistral", "mistral-large-2512").traits;
    const ids = ["call_1", "call_2", "toolu_01ABC"].map((id) => safeId(id, { lengthMax, allowed }));
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(new Set(ids).size).toBe(3);
    expect(safeId("abcDEF123", { lengthMax, allowed })).toBe("abcDEF123");
  });
});

test("efforts and budgets are one table, read both ways", () => {
  for (const effort of EFFORTS.slice(1)) expect(effortOf(budgetOf(effort) ?? 0)).toBe(effort);
  expect([500, 1_024, 5_000, 10_000, 31_999, 128_000].map(effortOf)).toEqual([
    "minimal",
    "minimal",
    "low",
    "medium",
    "high",
    "max",
  ]);
});
