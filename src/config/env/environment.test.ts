import { describe, expect, test } from "bun:test";
import { VENDORS } from "../../providers/catalog.ts";
import type { ModelConfig, TargetConfig } from "../config.ts";
import { matches } from "../../ir/model-name.ts";
import { fromEnvironment } from "./environment.ts";
import { ConfigError } from "../problem.ts";
import type { Resolved } from "../file/resolve.ts";
import type { Variables } from "../substitute.ts";

const from = (variables: Variables): Resolved => fromEnvironment(variables, VENDORS);

/** As routing reads the list: an exact name first, else the first pattern. */
function targetOf({ models }: Resolved, asked: string): TargetConfig | undefined {
  const model: ModelConfig | undefined =
    models.find(({ name }) => name === asked) ?? models.find(({ name }) => matches(name, asked));
  return model?.targets[0];
}
const served = (config: Resolved, asked: string): string | undefined => {
  const target = targetOf(config, asked);
  return target && `${target.provider}/${target.model === "*" ? asked : target.model}`;
};
function complaint(variables: Variables): string {
  try {
    from(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error("accepted");
}

const AZURE = { AZURE_BASE_URL: "https://example.openai.azure.com/", AZURE_API_KEY: "azure-0123456789" };

describe("with nothing at all", () => {
  test("the simulator answers, and the first model listed is the one that says plain text", () => {
    const config = from({});
    expect(config.providers.simulator).toMatchObject({ kind: "simulator", baseUrl: "" });
    expect(config.models.map(({ name }) => name)).toEqual(["demo", "sim-*", "*:sim-*"]);
    expect([
      served(config, "demo"),
      served(config, "sim-tool"),
      served(config, "gpt-5:sim-tool"),
      served(config, "gpt-5"),
    ]).toEqual(["simulator/demo", "simulator/sim-tool", "simulator/gpt-5:sim-tool", undefined]);
  });
  test("blank variables are nothing", () => {
    expect(
      Object.keys(from({ OPENAI_API_KEY: "", AZURE_BASE_URL: " ", AZURE_API_KEY: "", SERVICE_API_KEY: "" }).providers),
    ).toEqual(["simulator"]);
  });
});

describe("keys that callers present", () => {
  test("are SERVICE_API_KEY and ANTHROPIC_AUTH_TOKEN, and no provider gets them", () => {
    const config = from({
      SERVICE_API_KEY: "service-0123456789",
      ANTHROPIC_AUTH_TOKEN: "token-0123456789",
      ANTHROPIC_API_KEY: "sk-ant-api-0123456789",
    });
    expect(config.keys).toEqual([
      { name: "service", key: "service-0123456789" },
      { name: "auth-token", key: "token-0123456789" },
    ]);
    expect(config.providers.anthropic?.apiKey).toBe("sk-ant-api-0123456789");
    expect(JSON.stringify(config.providers)).not.toMatch(/service-|token-/);
  });
  test("one value under both names is one key", () => {
    expect(from({ SERVICE_API_KEY: "same-0123456789", ANTHROPIC_AUTH_TOKEN: "same-0123456789" }).keys).toHaveLength(1);
  });
  test.each(["change-me", "change_me", "sk-1234567890", "sk-ant-oat01-abc", "eyJhbGciOi.eyJzdWIi.c2ln"])(
    "%s is refused",
    (key) => {
      expect(complaint({ SERVICE_API_KEY: key })).toMatch(
        /^environment: SERVICE_API_KEY is a .*, and is refused as a key/,
      );
    },
  );
});

describe("Cursor-Azure-GPT-5, first generation", () => {
  const config = from({
    ...AZURE,
    SERVICE_API_KEY: "service-0123456789",
    AZURE_DEPLOYMENT: "prod",
    AZURE_VERBOSITY_LEVEL: "Low",
    AZURE_SUMMARY_LEVEL: "none",
    AZURE_TRUNCATION: "auto",
    AZURE_API_VERSION: "2025-04-01-preview",
  });

  test("the provider has its URL without the slash, and the version", () => {
    expect(config.providers.azure).toMatchObject({
      baseUrl: "https://example.openai.azure.com",
      apiKey: "azure-0123456789",
      apiVersion: "2025-04-01-preview",
    });
  });
  test.each(["high", "medium", "low", "minimal"])(
    "gpt-%s is the deployment with that effort and the levels",
    (effort) => {
      expect(targetOf(config, `gpt-${effort}`)).toEqual({
        provider: "azure",
        model: "prod",
        writtenAt: "AZURE_DEPLOYMENT, or AZURE_MODEL_DEPLOYMENTS",
        baseModel: "gpt-5",
        effort,
        summary: "none",
        verbosity: "low",
        truncation: "auto",
      });
    },
  );
  test("the aliases are listed first", () => expect(config.models[0]?.name).toBe("gpt-high"));
  test("gpt-5 is that deployment too, other native ids are deployments of their own name", () => {
    expect([
      served(config, "gpt-5"),
      served(config, "gpt-5.1-codex"),
      served(config, "gpt-4.1"),
      served(config, "prod"),
    ]).toEqual(["azure/prod", "azure/gpt-5.1-codex", "azure/gpt-4.1", "azure/prod"]);
  });
  test("the deployment is gpt-5 and the summary detailed when nothing is said", () => {
    expect(targetOf(from(AZURE), "gpt-high")).toEqual({
      provider: "azure",
      model: "gpt-5",
      writtenAt: "AZURE_DEPLOYMENT, or AZURE_MODEL_DEPLOYMENTS",
      effort: "high",
      summary: "detailed",
    });
  });
  test("a level that is none of the choices is named at the start", () => {
    expect(complaint({ ...AZURE, AZURE_SUMMARY_LEVEL: "detialed", AZURE_VERBOSITY_LEVEL: "loud" })).toBe(
      "environment: AZURE_VERBOSITY_LEVEL is not one of the choices. One of: low, medium, high; or leave it blank.\n" +
        'environment: AZURE_SUMMARY_LEVEL is not one of the choices. Did you mean "detailed"? One of: none, auto, concise, detailed; or leave it blank.',
    );
  });
  test("its own .env.example, unchanged, starts with what it lacks named", () => {
    expect(from({ AZURE_BASE_URL: "change_me", AZURE_API_KEY: "change_me" }).warnings).toEqual([
      "AZURE_BASE_URL is still a sample value and counts as unset.",
      "AZURE_API_KEY is still a sample value and counts as unset.",
    ]);
  });
  test("half an Azure is a warning", () => {
    expect(from({ AZURE_API_KEY: "azure-0123456789" }).warnings).toEqual([
      "Azure is switched off: AZURE_API_KEY is set, but AZURE_BASE_URL is not.",
    ]);
  });
});

describe("Cursor-Azure-GPT-5, second generation", () => {
  test("native ids are deployments of their name, AZURE_MODEL_DEPLOYMENTS maps them", () => {
    const config = from({ ...AZURE, AZURE_MODEL_DEPLOYMENTS: '{"gpt-5.4":"prod-55","Kimi-K2":"Kimi-K2-Thinking"}' });
    expect(targetOf(config, "gpt-5.4")).toEqual({
      provider: "azure",
      model: "prod-55",
      writtenAt: "AZURE_MODEL_DEPLOYMENTS",
      baseModel: "gpt-5.4",
      summary: "detailed",
    });
    expect(targetOf(config, "kimi-k2")).toEqual({
      provider: "azure",
      model: "Kimi-K2-Thinking",
      writtenAt: "AZURE_MODEL_DEPLOYMENTS",
      baseModel: "kimi-k2",
      dialect: "openai-chat",
      summary: "detailed",
    } as TargetConfig);
    expect(served(config, "gpt-5.5")).toBe("azure/gpt-5.5");
  });
  test('"*" in the map is every GPT name that it does not hold', () => {
    const config = from({ ...AZURE, AZURE_MODEL_DEPLOYMENTS: '{"*":"one"}' });
    expect([served(config, "gpt-5"), served(config, "gpt-high"), served(config, "gpt-4o")]).toEqual([
      "azure/one",
      "azure/one",
      "azure/one",
    ]);
  });
  test.each([
    ["nonsense", "is not a JSON map"],
    ["[]", "is not a JSON map"],
    ['{"gpt-5":""}', "has a name without a deployment"],
    ['{"gpt-5":5}', "has a name without a deployment"],
  ])("%s is refused", (map, fault) => {
    expect(complaint({ ...AZURE, AZURE_MODEL_DEPLOYMENTS: map })).toContain(fault);
  });
});

describe("its multi-backend fork", () => {
  const config = from({ ...AZURE, ANTHROPIC_API_KEY: "sk-ant-api-0123456789", KIMI_API_KEY: "kimi-0123456789" });
  test.each([
    ["gpt-high", "azure/gpt-5"],
    ["kimi-k2-thinking", "kimi/kimi-k2-thinking"],
    ["kimi-latest", "kimi/kimi-latest"],
    ["claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"],
    ["claude-opus-9", "anthropic/claude-opus-9"],
    ["nobody", undefined],
  ])("%s is served by %p", (asked, by) => expect(served(config, asked)).toBe(by));
});

describe("AzureGptProxy", () => {
  const ENDPOINT = {
    AZURE_OPENAI_ENDPOINT: "https://example.openai.azure.com:8443/openai/responses?api-version=2025-04-01-preview",
    AZURE_OPENAI_API_KEY: "azure-0123456789",
  };
  const config = from({
    ...ENDPOINT,
    ANTHROPIC_AUTH_TOKEN: "token-0123456789",
    BIG_MODEL: "gpt-5.1",
    SMALL_MODEL: "gpt-5-mini",
    BIG_EFFORT: "high",
    CURSOR_AZURE_DEPLOYMENT: "cursor-prod",
  });

  test("the endpoint keeps its port, and its api-version counts", () => {
    expect(config.providers.azure).toMatchObject({
      baseUrl: "https://example.openai.azure.com:8443",
      apiVersion: "2025-04-01-preview",
    });
    expect(from({ ...ENDPOINT, AZURE_API_VERSION: "2024-10-21" }).providers.azure?.apiVersion).toBe("2024-10-21");
    expect(from({ ...ENDPOINT, AZURE_API_VERSION: "v1" }).providers.azure?.apiVersion).toBeUndefined();
  });
  test.each([
    ["claude-haiku-4-5", "azure/gpt-5-mini"],
    ["claude-sonnet-4-5-20250929", "azure/gpt-5.1"],
    ["claude-opus-4-1", "azure/gpt-5.1"],
    ["claude-something", "azure/gpt-5.1"],
    ["gpt-high", "azure/cursor-prod"],
  ])("%s is served by %s", (asked, by) => expect(served(config, asked)).toBe(by));
  test("efforts go with their size; a word that is none is a warning and medium", () => {
    expect([targetOf(config, "claude-opus-4")?.effort, targetOf(config, "claude-haiku-4")?.effort]).toEqual([
      "high",
      undefined,
    ]);
    const odd = from({ ...ENDPOINT, BIG_MODEL: "gpt-5", BIG_EFFORT: "huge" });
    expect(targetOf(odd, "claude-opus-4")?.effort).toBe("medium");
    expect(odd.warnings[0]).toStartWith("BIG_EFFORT is not an effort; medium is used.");
  });
  test("without BIG_MODEL and SMALL_MODEL Claude Code is answered all the same", () => {
    const plain = from(ENDPOINT);
    expect([served(plain, "claude-haiku-4-5"), served(plain, "claude-sonnet-5")]).toEqual([
      "azure/gpt-5",
      "azure/gpt-5",
    ]);
  });
  test("BIG_MODEL wins over an Anthropic key, which keeps the rest", () => {
    const both = from({ ...ENDPOINT, ANTHROPIC_API_KEY: "sk-ant-api-0123456789", BIG_MODEL: "gpt-5.1" });
    expect([served(both, "claude-opus-4-1"), served(both, "claude-haiku-4-5"), served(both, "claude-3")]).toEqual([
      "azure/gpt-5.1",
      "anthropic/claude-haiku-4-5",
      "anthropic/claude-3",
    ]);
  });
});

describe("AI/ML API and other vendors", () => {
  test("one key is enough, and names with slashes work", () => {
    const config = from({ AIMLAPI_KEY: "aiml-0123456789" });
    expect(config.providers.aimlapi).toMatchObject({
      kind: "openai-compatible",
      baseUrl: "https://api.aimlapi.com/v1",
      vendor: "aimlapi",
    });
    expect([served(config, "google/gemini-2.5-pro"), served(config, "gpt-4o")]).toEqual([
      "aimlapi/google/gemini-2.5-pro",
      "aimlapi/gpt-4o",
    ]);
  });
  test.each([
    ["GEMINI_API_KEY", "gemini-2.5-flash", "gemini"],
    ["MOONSHOT_API_KEY", "kimi-k2-thinking", "kimi"],
    ["OPENAI_API_KEY", "gpt-4o", "openai"],
    ["OPENAI_API_KEY", "gpt-high", "openai"],
    ["DEEPSEEK_API_KEY", "deepseek-chat", "deepseek"],
    ["XAI_API_KEY", "grok-4", "xai"],
    ["MISTRAL_API_KEY", "codestral-latest", "mistral"],
    ["GROQ_API_KEY", "llama-3.3-70b-versatile", "groq"],
    ["OPENROUTER_API_KEY", "qwen/qwen3-coder", "openrouter"],
    ["ANTHROPIC_API_KEY", "claude-sonnet-5", "anthropic"],
  ])("%s serves %s", (variable, asked, provider) => {
    const config = from({ [variable]: "real-key-0123456789" });
    expect(targetOf(config, asked)?.provider).toBe(provider);
    expect(config.warnings).toEqual([]);
  });
  test("with an OpenAI key alone, Claude's sizes are GPT's", () => {
    const config = from({ OPENAI_API_KEY: "sk-0123456789abcdef" });
    expect([served(config, "claude-haiku-4-5"), served(config, "claude-opus-4-1")]).toEqual([
      "openai/gpt-5-mini",
      "openai/gpt-5",
    ]);
  });
  test("Azure comes before OpenAI for GPT names", () => {
    const config = from({ ...AZURE, OPENAI_API_KEY: "sk-0123456789abcdef" });
    expect([served(config, "gpt-5.2"), served(config, "gpt-4o"), served(config, "chatgpt-4o-latest")]).toEqual([
      "azure/gpt-5.2",
      "azure/gpt-4o",
      "openai/chatgpt-4o-latest",
    ]);
  });
  test("a subscription's token is refused by name as a vendor's key", () => {
    expect(complaint({ ANTHROPIC_API_KEY: "sk-ant-oat01-aaaaaaaaaaaaaaaaaaaa" })).toBe(
      "environment: ANTHROPIC_API_KEY is a Claude subscription log-in token (sk-ant-oat…), which belongs to a person's subscription and is never forwarded. Use an API key from the vendor's console, or unset it.",
    );
  });
});

test("what is not read is said once, unless it means nothing", () => {
  const { warnings } = from({
    OPENAI_BASE_URL: "http://127.0.0.1:4141/v1",
    LOG_LEVEL: "debug",
    FLASK_ENV: "production",
    RECORD_TRAFFIC: "off",
  });
  expect(warnings.map((warning) => warning.split(":")[0])).toEqual([
    "OPENAI_BASE_URL is not read",
    "RECORD_TRAFFIC is not read",
  ]);
});
