import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { VENDORS } from "../providers/catalog.ts";
import type { Config, ModelConfig } from "./config.ts";
import { BASE, complaint, folder, load } from "../../test/config-folder.ts";
import { loadConfig } from "./load.ts";
import { printConfig } from "./print.ts";
import type { Variables } from "./substitute.ts";

describe("the file", () => {
  test("is the one of --config, then CODESWITCH_CONFIG, then ./codeswitch.yaml", () => {
    const cwd = folder({
      "codeswitch.yaml": BASE,
      "a.yaml": `${BASE}server: { port: 1 }`,
      "b.yaml": `${BASE}server: { port: 2 }`,
    });
    const port = (file: string | undefined, variables: Variables): number =>
      loadConfig(file, {}, { cwd, variables, vendors: VENDORS }).server.port;
    expect(port("a.yaml", { CODESWITCH_CONFIG: "b.yaml" })).toBe(1);
    expect(port(undefined, { CODESWITCH_CONFIG: join(cwd, "b.yaml") })).toBe(2);
    expect(port(undefined, { CODESWITCH_CONFIG: "" })).toBe(4141);
  });

  test("that is not there is named, with who named it", () => {
    expect(complaint(BASE, { file: "nope.yaml" })).toBe(
      "nope.yaml: --config names a file that does not exist. Check the path; codeswitch.example.yaml is a start for a new one.",
    );
    expect(complaint(BASE, { variables: { CODESWITCH_CONFIG: "." } })).toContain(
      "CODESWITCH_CONFIG names a file that is a folder",
    );
  });

  test("may be JSON, and may share parts with anchors", () => {
    expect(
      load(
        JSON.stringify({
          providers: { s: { kind: "simulator" } },
          models: { m: { targets: [{ provider: "s", model: "demo" }] } },
        }),
      ).models[0]?.name,
    ).toBe("m");
    const shared = load(`${BASE}  copy: { targets: &t [ { provider: azure, model: x } ] }\n  other: { targets: *t }\n`);
    const [copy, other] = shared.models.slice(1).map(said);
    expect(other?.targets).toEqual(copy?.targets ?? []);
  });

  test("every default is in place when it says the least", () => {
    expect(load(BASE)).toEqual({
      server: {
        host: "127.0.0.1",
        port: 4141,
        bodyBytesMax: 33_554_432,
        corsOrigins: [],
        heartbeatMs: 15_000,
        drainMs: 30_000,
        workers: 1,
      },
      limits: {},
      budgets: [],
      alerts: {},
      storage: { callsDays: 90, rollupsDays: 800 },
      keys: [],
      providers: {
        azure: {
          name: "azure",
          kind: "azure",
          baseUrl: "https://example.openai.azure.com",
          apiKey: "azure-key-0123456789",
          writtenAt: {
            apiKey: "providers.azure.api_key (codeswitch.yaml:2)",
            apiVersion: "providers.azure.api_version (codeswitch.yaml:2)",
          },
          headers: {},
          firstByteMs: 600_000,
          idleMs: 300_000,
        },
      },
      models: [
        {
          name: "gpt",
          targets: [
            { provider: "azure", model: "gpt-5", writtenAt: "models.gpt.targets[0].model (codeswitch.yaml:4)" },
          ],
        },
      ],
      log: { format: "text" },
      source: "codeswitch.yaml",
      warnings: [],
    });
  });

  test("every key of it arrives", () => {
    const config =
      load(`${BASE.replace("model: gpt-5", "model: prod, base_model: gpt-5, dialect: openai-chat, reasoning: { effort: high, summary: none, budget_tokens: 9 }, verbosity: low, truncation: auto, max_tokens: 7, store: true").replace("gpt: {", "gpt: { strict: true, show_reasoning: think,")}
auth: { keys: [ { name: me, key: k-0123456789, models: ["gpt*"], strict: false, show_reasoning: none } ] }
server: { cors_origins: ["https://a.example/"] }
`);
    expect(config.models[0]).toEqual({
      name: "gpt",
      strict: true,
      showReasoning: "think",
      targets: [
        {
          provider: "azure",
          model: "prod",
          writtenAt: "models.gpt.targets[0].model (codeswitch.yaml:4)",
          baseModel: "gpt-5",
          dialect: "openai-chat",
          effort: "high",
          summary: "none",
          budgetTokens: 9,
          verbosity: "low",
          truncation: "auto",
          maxTokens: 7,
          store: true,
        },
      ],
    });
    expect(config.keys).toEqual([
      { name: "me", key: "k-0123456789", models: ["gpt*"], strict: false, showReasoning: "none" },
    ]);
    expect(config.server.corsOrigins).toEqual(["https://a.example"]);
  });
});

describe("a provider whose key resolves to nothing", () => {
  const TWO = `${BASE.replace("models:", '  kimi: { kind: kimi, base_url: "${KIMI_URL}", api_key: "${KIMI_API_KEY}" }\nmodels:')}  kimi: { targets: [ { provider: kimi, model: k } ] }
  both: { targets: [ { provider: kimi, model: k }, { provider: azure, model: gpt-5 } ] }
`;
  test("is switched off with one warning, and takes what only it can answer along", () => {
    const config = load(TWO);
    expect(Object.keys(config.providers)).toEqual(["azure"]);
    expect(config.models.map(({ name, targets }) => [name, targets.map(({ provider }) => provider)])).toEqual([
      ["gpt", ["azure"]],
      ["both", ["azure"]],
    ]);
    expect(config.warnings).toEqual([
      "Provider kimi is switched off: its api_key needs KIMI_API_KEY, which is not set. Not served without it: kimi.",
    ]);
  });

  test.each([
    ["blank", "  ", "needs KIMI_API_KEY"],
    ["a sample", "your-key", "is still a sample value"],
  ])("%s", (_claim, value, reason) => {
    expect(load(TWO, { variables: { KIMI_API_KEY: value, KIMI_URL: "https://x/v1" } }).warnings[0]).toContain(reason);
  });

  test("is on when the key is there, and then the rest must be too", () => {
    const variables = { KIMI_API_KEY: "kimi-0123456789" };
    expect(complaint(TWO, { variables })).toContain("providers.kimi.base_url needs the variable KIMI_URL");
    expect(
      load(TWO, { variables: { ...variables, KIMI_URL: "https://api.moonshot.cn/v1/" } }).providers.kimi?.baseUrl,
    ).toBe("https://api.moonshot.cn/v1");
  });

  test("a vendor's own host needs a key, a host on this machine none", () => {
    const keyless = (provider: string): Config =>
      load(`providers: { p: ${provider} }\nmodels: { m: { targets: [ { provider: p, model: m } ] } }\n`);
    expect(keyless("{ kind: anthropic }").warnings).toEqual([
      "Provider p is switched off: it has no api_key. Not served without it: m.",
    ]);
    expect(keyless("{ kind: anthropic, base_url: 'http://127.0.0.1:9' }").warnings).toEqual([]);
    expect(keyless("{ kind: openai-compatible, base_url: 'http://localhost:11434/v1' }").warnings).toEqual([]);
    expect(keyless("{ kind: openai-compatible, vendor: ollama }").providers.p?.baseUrl).toBe(
      "http://127.0.0.1:11434/v1",
    );
    expect(
      keyless("{ kind: azure, base_url: 'https://x.openai.azure.com', headers: { Authorization: Bearer } }").warnings,
    ).toEqual([]);
  });
});

test("a place tells the variable that stands there", () => {
  const yaml = BASE.replace("azure-key-0123456789", '"${AZURE}"').replace("model: gpt-5", 'model: "${PROD}"');
  const { providers, models } = load(yaml, { variables: { AZURE: "azure-key-0123456789", PROD: "my-gpt5" } });
  expect(providers.azure?.writtenAt?.apiKey).toBe("providers.azure.api_key (codeswitch.yaml:2, from AZURE)");
  expect(models[0]?.targets[0]?.writtenAt).toBe("models.gpt.targets[0].model (codeswitch.yaml:4, from PROD)");
});

/** Without the place where it was said. */
const said = (model: ModelConfig): ModelConfig => ({
  ...model,
  targets: model.targets.map(({ writtenAt: _, ...target }) => target),
});

test("what is printed can be read back, and holds no secret", () => {
  const secrets = {
    AZURE: "azure-secret-0123456789abcdef",
    CALLER: "caller-secret-0123456789abcdef",
    HEADER: "header-secret-0123456789abcdef",
  };
  const yaml = `${BASE.replace("azure-key-0123456789", '"${AZURE}", headers: { x-team: "${HEADER}" }')}auth: { keys: [ { name: me, key: "\${CALLER}" } ] }\n`;
  const config = load(yaml, { variables: secrets });
  const printed = printConfig(config);
  for (const secret of Object.values(secrets)) expect(printed).not.toContain(secret.slice(3, -4));
  const again = load(printed);
  // Masked, the key is a short one.
  const shared = ({ server, models, log }: Config) => ({ server, models: models.map(said), log });
  expect(shared(again)).toEqual(shared(config));
});

test("the dialect's name of earlier versions is taken for today's", () => {
  const { models } = load(BASE.replace("model: gpt-5", "model: claude-sonnet-5, dialect: anthropic"));
  expect(models[0]?.targets[0]?.dialect).toBe("anthropic-messages");
});

test("a database without Redis is warned of: a second gateway on it would count by itself", () => {
  const warned = (more: string): readonly string[] => load(`${BASE}${more}`).warnings;
  expect(warned("storage: { url: postgres://h/d }\n").join()).toContain("Name redis.url before you start a second one");
  expect(warned("storage: { url: postgres://h/d }\nredis: { url: redis://h }\n")).toEqual([]);
});
