import { describe, expect, test } from "bun:test";
import type { Config, KeyConfig, ModelConfig, ProviderConfig, ProviderKind, TargetConfig } from "../config/config.ts";
import { DEFAULTS } from "../config/default.ts";
import { fromEnvironment } from "../config/env/environment.ts";
import { GatewayError } from "../ir/error.ts";
import { matches } from "../ir/model-name.ts";
import { VENDORS } from "../providers/catalog.ts";
import { nearestNames } from "../config/nearest.ts";
import { listedModels, plan } from "./plan.ts";

const provider = (name: string, kind: ProviderKind, more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  name,
  kind,
  baseUrl: "https://h.example.com",
  apiKey: "k",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
  ...more,
});
const model = (name: string, ...targets: TargetConfig[]): ModelConfig => ({ name, targets });
const to = (name: string, upstream: string, more: Partial<TargetConfig> = {}): TargetConfig => ({
  provider: name,
  model: upstream,
  ...more,
});

const config = (models: readonly ModelConfig[], providers: readonly ProviderConfig[] = PROVIDERS): Config => ({
  ...DEFAULTS,
  server: { host: "127.0.0.1", port: 0, bodyBytesMax: 1, corsOrigins: [], heartbeatMs: 0, drainMs: 0, workers: 1 },
  keys: [],
  providers: Object.fromEntries(providers.map((each) => [each.name, each])),
  models,
  log: { format: "text" },
  source: "a test",
  warnings: [],
});
const PROVIDERS = [
  provider("azure", "azure"),
  provider("claude", "anthropic"),
  provider("kimi", "kimi"),
  provider("aiml", "openai-compatible"),
];

const CONFIG = config([
  model("gpt-high", to("azure", "gpt-5", { effort: "high" })),
  model("gpt-5", to("azure", "gpt-5"), to("aiml", "openai/gpt-5", { dialect: "openai-chat" })),
  model("gpt-5-mini", to("azure", "prod")),
  model("gpt-5.1-codex-max", to("azure", "gpt-5.1-codex-max")),
  model("claude-sonnet", to("claude", "claude-sonnet-4-5", { effort: "high" })),
  model("kimi-k2-thinking", to("kimi", "kimi-k2-thinking")),
  model("*haiku*", to("azure", "gpt-5-nano")),
  model("claude-*", to("claude", "*")),
  model("kimi-*", to("kimi", "*")),
  model("gpt-*", to("azure", "*")),
  model("gpt-5-*", to("azure", "five")),
  model("off", to("nobody", "x")),
]);

const found = (name: string, key?: KeyConfig) => {
  const { targets, forcedEffort, modelName } = plan(CONFIG, name, key);
  return [modelName, targets[0]?.provider.name, targets[0]?.model, forcedEffort];
};
function refused(name: string, key?: KeyConfig): GatewayError {
  try {
    plan(CONFIG, name, key);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error(`${name} was not refused`);
}

describe("a name finds its entry", () => {
  const ROWS: [asked: string, entry: string, at: string, upstream: string, effort: string | undefined][] = [
    ["gpt-5", "gpt-5", "azure", "gpt-5", undefined],
    ["GPT-5", "gpt-5", "azure", "gpt-5", undefined],
    ["gpt-high", "gpt-high", "azure", "gpt-5", "high"],
    ["gpt-5-low", "gpt-5", "azure", "gpt-5", "low"],
    ["gpt-5-xhigh", "gpt-5", "azure", "gpt-5", "xhigh"],
    ["gpt-5-none", "gpt-5", "azure", "gpt-5", "none"],
    ["gpt-5-high-fast", "gpt-5", "azure", "gpt-5", "high"],
    ["gpt-5-mini-high", "gpt-5-mini", "azure", "prod", "high"],
    ["gpt-5.1-codex-max", "gpt-5.1-codex-max", "azure", "gpt-5.1-codex-max", undefined],
    ["gpt-5.1-codex-max-high", "gpt-5.1-codex-max", "azure", "gpt-5.1-codex-max", "high"],
    ["claude-sonnet", "claude-sonnet", "claude", "claude-sonnet-4-5", undefined],
    ["claude-sonnet-thinking", "claude-sonnet", "claude", "claude-sonnet-4-5", undefined],
    ["claude-haiku-4-5", "*haiku*", "azure", "gpt-5-nano", undefined],
    ["claude-opus-5", "claude-*", "claude", "claude-opus-5", undefined],
    ["claude-opus-5-max", "claude-*", "claude", "claude-opus-5", "max"],
    ["claude-3-opus-20240229", "claude-*", "claude", "claude-3-opus-20240229", undefined],
    ["kimi-k2-thinking", "kimi-k2-thinking", "kimi", "kimi-k2-thinking", undefined],
    ["kimi-k2-turbo-preview", "kimi-*", "kimi", "kimi-k2-turbo-preview", undefined],
    ["gpt-4o", "gpt-*", "azure", "gpt-4o", undefined],
    ["gpt-5.2-high", "gpt-*", "azure", "gpt-5.2", "high"],
    ["gpt-5-nano", "gpt-5-*", "azure", "five", undefined],
    ["azure/gpt-5", "gpt-5", "azure", "gpt-5", undefined],
    ["aiml/gpt-5", "gpt-5", "aiml", "openai/gpt-5", undefined],
    ["azure/prod", "gpt-5-mini", "azure", "prod", undefined],
    ["azure/gpt-4o", "gpt-*", "azure", "gpt-4o", undefined],
    ["models/gpt-high", "gpt-high", "azure", "gpt-5", "high"],
    ["anthropic/claude-opus-5", "claude-*", "claude", "claude-opus-5", undefined],
    ["openai/gpt-5-low", "gpt-5", "azure", "gpt-5", "low"],
  ];
  test.each(ROWS)("%s", (asked, entry, at, upstream, effort) => {
    expect(found(asked)).toEqual([entry, at, upstream, effort]);
  });

  test("an alias whose target has another effort only ends in a word", () => {
    const own = config([
      model("team-max", to("azure", "gpt-5", { effort: "low" })),
      model("team-low", to("azure", "gpt-5")),
    ]);
    expect(plan(own, "team-max").forcedEffort).toBeUndefined();
    expect(plan(own, "team-low").forcedEffort).toBe("low");
  });

  test("a catch-all hands a name on as it is", () => {
    const all = config([model("*", to("aiml", "*"))]);
    for (const name of ["google/gemini-2.5-pro", "my-model-high", "mistral-medium", "deepseek/deepseek-r1:free"])
      expect(plan(all, name).targets[0]?.model).toBe(name);
  });
});

describe("a target knows what it needs", () => {
  test("dialect, capabilities, issuer and addressee", () => {
    const [first, second] = plan(CONFIG, "gpt-5").targets;
    expect(first).toMatchObject({
      dialect: "openai-responses",
      issuer: "azure:azure",
      addressee: { model: "gpt-5", family: "gpt-5", issuer: "azure:azure" },
    });
    expect(second).toMatchObject({ dialect: "openai-chat", model: "openai/gpt-5" });
  });
  test("a deployment called prod behind a model's name is that model", () => {
    expect(plan(CONFIG, "gpt-5-mini").targets[0]?.capabilities.unknown).toBeUndefined();
  });
  test("nothing is worked out twice, and names of callers do not pile up", () => {
    expect(plan(CONFIG, "gpt-5").targets).toBe(plan(CONFIG, "gpt-5").targets);
    for (let index = 0; index < 5_000; index++) plan(CONFIG, `kimi-${index}`);
    expect(plan(CONFIG, "gpt-5").targets.length).toBe(2);
  });
  test("strictness and the way of showing reasoning come with the entry", () => {
    const own = config([{ ...model("a", to("azure", "gpt-5")), strict: true, showReasoning: "think" }]);
    expect(plan(own, "a")).toMatchObject({ strict: true, reasoning: "think" });
    expect(plan(CONFIG, "gpt-5").strict).toBe(false);
  });
});

describe("a name that is not found", () => {
  test("is a 404 with the nearest names", () => {
    const error = refused("kmii-k2-thinking");
    expect(error).toMatchObject({
      kind: "unknown-model",
      status: 404,
      details: { param: "model", code: "model_not_found" },
    });
    expect(error.message).toContain('Did you mean "kimi-k2-thinking"');
  });
  test("without a near one names where the list is", () => {
    expect(refused("zzzzzzzzzzzz").message).not.toContain("Did you mean");
    expect(refused("zzzzzzzzzzzz").message).toContain("gpt-5.1-codex-max");
  });
  test("never reaches past the config by naming a provider, a host or a prototype", () => {
    for (const name of ["aiml/secret-model", "nobody/gpt-5x", "constructor/x", "__proto__/x"])
      expect(refused(name).kind).toBe("unknown-model");
  });
  test("that is none is refused whoever asks, and not repeated", () => {
    const all = config([model("*", to("azure", "*"))]);
    for (const name of [
      "http://evil/x",
      "/",
      "",
      "gpt-5/../gpt-4",
      "..",
      "gpt-5\\..\\x",
      "a/%2e%2E",
      "a\tb",
      "x".repeat(300),
    ]) {
      expect(() => plan(all, name)).toThrow(/^model: the name (is longer|holds a char|has an empty segment)/);
      expect(() => plan(all, name, { name: "k", models: ["nothing"] })).toThrow(/^model: the name/);
    }
  });
  test("says so when its provider is switched off", () => {
    expect(refused("off").message).toContain("nobody");
  });
  test("tells what a provider lacks, but not to a key that may use a few models only", () => {
    const off = {
      ...CONFIG,
      models: [model("m", to("azure", "gpt-5"))],
      switchedOff: [{ models: ["z-*"], why: "Z is off." }],
    };
    const told = (key?: KeyConfig): string => {
      try {
        plan(off, "z-1", key);
        return "nothing";
      } catch (error) {
        return (error as GatewayError).message;
      }
    };
    expect(told()).toContain("Z is off.");
    expect(told({ name: "k", key: "k" })).toContain("Z is off.");
    expect(told({ name: "k", key: "k", models: ["m"] })).toBe('There is no model "z-1". Known: m.');
  });
});

describe("a key's own list", () => {
  const key = (...models: string[]): KeyConfig => ({ name: "laptop", key: "k", models });
  test("lets through what it names, by name, pattern or what the name comes down to", () => {
    expect(found("gpt-5-high", key("gpt-5"))[0]).toBe("gpt-5");
    expect(found("openai/gpt-5", key("gpt-5"))[0]).toBe("gpt-5");
    expect(found("kimi-k2", key("kimi-*"))[0]).toBe("kimi-*");
    expect(found("claude-opus-5-max", key("claude-opus-5"))[0]).toBe("claude-*");
  });
  test("in a pattern with a provider means the targets there", () => {
    const at = (name: string, ...models: string[]) =>
      plan(CONFIG, name, key(...models)).targets.map(({ provider, model }) => `${provider.name}/${model}`);
    expect(at("gpt-5", "aiml/*")).toEqual(["aiml/openai/gpt-5"]);
    expect(at("gpt-5", "azure/gpt-5")).toEqual(["azure/gpt-5"]);
    expect(at("gpt-5-high", "azure/gpt-5")).toEqual(["azure/gpt-5"]);
    expect(at("gpt-5", "azure/gpt-5", "aiml/openai/*")).toEqual(["azure/gpt-5", "aiml/openai/gpt-5"]);
    expect(at("gpt-5-mini", "azure/prod")).toEqual(["azure/prod"]);
    expect(at("azure/prod", "azure/gpt-5-mini")).toEqual(["azure/prod"]);
    expect(at("gpt-7", "a*/gpt-*")).toEqual(["azure/gpt-7"]);
    for (const name of ["azure/claude-opus-5", "claude-opus-5", "claude/claude-opus-5"])
      expect(refused(name, key("azure/*")).kind).toBe("forbidden");
    expect(refused("azure/prod", key("prod")).kind).toBe("forbidden");
  });
  test("is not widened by a spelling", () => {
    // The prefix of a catalogue is taken off, and what is left is another model.
    expect(refused("openai/claude-sonnet", key("openai/*")).kind).toBe("forbidden");
    expect(refused("kimi-haiku", key("kimi-*")).kind).toBe("forbidden");
    expect(refused("gpt-5-high", key("*-high")).kind).toBe("forbidden");
  });
  test("may name one variant, and a part of what a pattern of the config takes", () => {
    expect(found("gpt-5-high", key("gpt-5-high"))).toEqual(["gpt-5", "azure", "gpt-5", "high"]);
    expect(refused("gpt-5", key("gpt-5-high")).kind).toBe("forbidden");
    expect(found("claude-haiku-4-5", key("claude-haiku*"))[0]).toBe("*haiku*");
    expect(found("claude-haiku-4-5", key("*haiku*"))[0]).toBe("*haiku*");
    expect(refused("other-haiku", key("claude-haiku*")).kind).toBe("forbidden");
  });
  test("refuses the rest and says what it allows", () => {
    expect(refused("gpt-high", key("gpt-5*", "kimi-*"))).toMatchObject({ kind: "forbidden", status: 403 });
    expect(refused("gpt-high", key("gpt-5*", "kimi-*")).message).toContain("gpt-5*, kimi-*");
    expect(refused("claude-opus-5", key("claude-sonnet")).kind).toBe("forbidden");
  });
  test("a misspelt name is not answered with names that it may not use", () => {
    expect(refused("gtp-high", key("kimi-*")).message).not.toContain("gpt-high");
  });
  test("narrows the list of models", () => {
    expect(listedModels(CONFIG, key("gpt-5*")).map(({ name }) => name)).toEqual([
      "gpt-5",
      "gpt-5-mini",
      "gpt-5.1-codex-max",
    ]);
    expect(listedModels(CONFIG, key("aiml/*", "kimi/*")).map(({ name }) => name)).toEqual([
      "gpt-5",
      "kimi-k2-thinking",
    ]);
    expect(listedModels(CONFIG).every(({ name }) => !name.includes("*") && name !== "off")).toBe(true);
  });
});

describe("names that the seeds promise, from their own variables", () => {
  const from = (variables: Record<string, string>) => {
    const { providers, models } = fromEnvironment(variables, VENDORS);
    return { ...config(models), providers };
  };
  const AZURE = { AZURE_BASE_URL: "https://r.openai.azure.com", AZURE_API_KEY: "k" };
  const served = (variables: Record<string, string>, name: string) => {
    const { targets, forcedEffort } = plan(from(variables), name);
    return [
      targets[0]?.provider.kind,
      targets[0]?.model,
      targets[0]?.dialect,
      forcedEffort ?? targets[0]?.config.effort,
    ];
  };
  const ROWS: [string, Record<string, string>, string, (string | undefined)[]][] = [
    ["000: an alias is an effort", AZURE, "gpt-high", ["azure", "gpt-5", "openai-responses", "high"]],
    ["000: minimal too", AZURE, "gpt-minimal", ["azure", "gpt-5", "openai-responses", "minimal"]],
    [
      "000: its deployment",
      { ...AZURE, AZURE_DEPLOYMENT: "mine" },
      "gpt-low",
      ["azure", "mine", "openai-responses", "low"],
    ],
    ["000: a native id", AZURE, "gpt-5.1-codex", ["azure", "gpt-5.1-codex", "openai-responses", undefined]],
    ["000: a suffix id", AZURE, "gpt-5.4-xhigh", ["azure", "gpt-5.4", "openai-responses", "xhigh"]],
    [
      "000: an old API",
      { ...AZURE, AZURE_API_VERSION: "2024-10-21" },
      "gpt-high",
      ["azure", "gpt-5", "openai-chat", "high"],
    ],
    ["000: Kimi", { KIMI_API_KEY: "k" }, "kimi-k2-thinking", ["kimi", "kimi-k2-thinking", "openai-chat", undefined]],
    [
      "000: Claude",
      { ANTHROPIC_API_KEY: "k" },
      "claude-opus-4-1",
      ["anthropic", "claude-opus-4-1", "anthropic-messages", undefined],
    ],
    [
      "001: haiku is small",
      { ...AZURE, SMALL_MODEL: "tiny", BIG_MODEL: "huge" },
      "claude-haiku-4-5",
      ["azure", "tiny", "openai-responses", undefined],
    ],
    [
      "001: sonnet is big",
      { ...AZURE, SMALL_MODEL: "tiny", BIG_MODEL: "huge", BIG_EFFORT: "high" },
      "claude-sonnet-5",
      ["azure", "huge", "openai-responses", "high"],
    ],
    [
      "002: a name with a slash",
      { AIMLAPI_KEY: "k" },
      "google/gemini-2.5-pro",
      ["openai-compatible", "google/gemini-2.5-pro", "openai-chat", undefined],
    ],
    ["004: gpt-4o at OpenAI", { OPENAI_API_KEY: "k" }, "gpt-4o", ["openai", "gpt-4o", "openai-responses", undefined]],
  ];
  test.each(ROWS)("%s", (_story, variables, name, expected) => {
    expect(served(variables, name)).toEqual(expected);
  });
});

test("stars match any run of characters", () => {
  const yes = [
    ["*", ""],
    ["a*", "a"],
    ["*a", "ba"],
    ["a*b*c", "a-b-b-c"],
    ["GPT-*", "gpt-5"],
    ["*x*", "x"],
  ];
  const no = [
    ["a*a", "a"],
    ["a", "ab"],
    ["a*b*c", "acb"],
    ["*ab", "b"],
    ["a*bc*c", "abc"],
  ];
  for (const [pattern, name] of yes)
    expect([pattern, name, matches(pattern as string, name as string)]).toEqual([pattern, name, true]);
  for (const [pattern, name] of no)
    expect([pattern, name, matches(pattern as string, name as string)]).toEqual([pattern, name, false]);
});

test("the nearest names, best first", () => {
  expect(nearestNames("gpt5", ["claude", "gpt-5", "gpt-5-mini"])).toEqual(["gpt-5"]);
  expect(nearestNames("sonnet", ["gpt-5"])).toEqual([]);
});
