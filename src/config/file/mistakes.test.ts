/** What people bring along and mistype: a sentence of its own for each, everything at once, and a warning where it may be meant. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { VENDORS } from "../../providers/catalog.ts";
import { command } from "../../typed/command.ts";
import { checkFile } from "./check.ts";
import { fromEnvironment } from "../env/environment.ts";
import { ConfigError } from "../problem.ts";
import { readYaml } from "../yaml/yaml-file.ts";

/** Its problems, or its warnings. */
function told(text: string): readonly string[] {
  try {
    const yaml = readYaml("x.yaml", text, {});
    return checkFile(yaml, VENDORS).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
}
const AZURE = "providers:\n  azure: { kind: azure, base_url: https://x.openai.azure.com, api_key: a-real-key-0123 }\n";
const MODELS = "models:\n  gpt-high: { targets: [ { provider: azure, model: gpt-5 } ] }\n";
const START = AZURE + MODELS;

test("LiteLLM's file is told to be that, and nothing else about it", () =>
  expect(
    told(
      "model_list:\n  - model_name: gpt-4o\n    litellm_params: { model: azure/gpt-4o, api_key: os.environ/KEY }\ngeneral_settings: { master_key: sk-1234 }\n",
    ),
  ).toEqual([
    "x.yaml:1: model_list is LiteLLM's, and this file with it. docs/MIGRATE.md shows what stands where here.",
  ]));

describe("what this version does not have gets a sentence of its own", () => {
  const PROXY = "Put a reverse proxy such as Caddy in front of the gateway: docs/PROXY.md shows how";
  test.each([
    ["server: { tls: { cert: a.pem } }\n", "x.yaml:5: server.tls is not in this version: it speaks plain HTTP.", PROXY],
    ["tls: { cert: a.pem }\n", "x.yaml:5: tls is not in this version: it speaks plain HTTP.", PROXY],
    ["rpm: 60\n", "x.yaml:5: rpm is written otherwise here.", "Write limits: { requests_per_minute:"],
    [
      "auth: { keys: [ { name: me, key: a-real-key-0123, budget: 5 } ] }\n",
      "x.yaml:5: auth.keys[0].budget is written otherwise here.",
      "Write budgets: [ { usd: 5, per: month } ]",
    ],
    ["metrics: true\n", "x.yaml:5: metrics is not in this version.", `${command("usage --json")} has sums`],
    ["fallbacks: []\n", "x.yaml:5: fallbacks is no setting of its own here.", "List more than one of targets"],
  ])("%p", (more, fault, fix) => {
    const [line = "", ...others] = told(START + more);
    expect(line).toStartWith(`${fault} ${fix}`);
    expect(others).toEqual([]);
  });
});

describe("a budget that cannot be meant", () => {
  const START_OF = `${AZURE}${MODELS}  "cheap-*": { targets: [ { provider: azure, model: "*" } ] }\n`;
  const of = (budgets: string): readonly string[] => told(`${START_OF}budgets: ${budgets}\n`);
  test.each([
    ["[ { usd: 5, zone: Mars/Olympus } ]", "budgets[0].zone", "is no time zone."],
    ["[ { usd: 5, per: 0d } ]", "budgets[0].per", "is no time at all."],
    ["[ { usd: 5, tag: search } ]", "budgets[0].tag", "names no tag and its value."],
    ["[ { usd: 5, soft: [0.8, 0.5] } ]", "budgets[0].soft[1]", "is not above the mark before it (0.8)."],
    ["[ { usd: 5, degrade: [ { at: 0.5 } ] } ]", "budgets[0].degrade[0]", "changes nothing."],
    [
      "[ { usd: 5, degrade: [ { at: 0.9, effort: low }, { at: 0.9, effort: none } ] } ]",
      "budgets[0].degrade[1]",
      "is not above the mark before it (0.9).",
    ],
    [
      "[ { usd: 5, degrade: [ { at: 0.5, model: gpt-hihg } ] } ]",
      "budgets[0].degrade[0].model",
      "is none of the models.",
    ],
    ["[ { usd: 5 }, { usd: 9, zone: UTC } ]", "budgets[1]", "has the same window as number 1."],
  ])("%s", (budgets, key, fault) => {
    const [line = "", ...others] = of(budgets);
    expect(line).toStartWith(`x.yaml:6: ${key} `);
    expect(line).toContain(` ${fault} `);
    expect(others).toEqual([]);
  });
  test("a model that is near is named", () =>
    expect(of("[ { usd: 5, degrade: [ { at: 0.5, model: gpt-hihg } ] } ]")[0]).toContain('Did you mean "gpt-high"?'));
  test("a key that may not ask for the cheaper model", () =>
    expect(
      told(
        `${START_OF}auth: { keys: [ { name: me, key: a-real-key-0123, models: [gpt-high], budgets: [ { usd: 5, degrade: [ { at: 0.5, model: cheap-one } ] } ] } ] }\n`,
      )[0],
    ).toContain("is no model that the key may ask for"));
  test("several windows, zones, marks and patterns may be meant", () =>
    expect(
      of(
        "[ { usd: 5, per: day, zone: Europe/Berlin }, { usd: 5, per: day }, { usd: 5, per: 30d }, { usd: 5, per: day, tag: team=a, soft: [0.5, 0.8], degrade: [ { at: 0.5, effort: low }, { at: 0.9, model: cheap-one } ] } ]",
      ),
    ).toEqual([]));
});

test("the pages that are named exist", async () => {
  for (const page of ["PROXY", "MIGRATE"])
    expect(await Bun.file(join(import.meta.dir, `../../../docs/${page}.md`)).exists()).toBe(true);
});

test("a wrong kind hides no wrong provider", () =>
  expect(told(START.replace("kind: azure", "kind: azrue").replace("provider: azure", "provider: azur"))).toEqual([
    'x.yaml:2: providers.azure.kind ("azrue") is not one of the choices. Did you mean "azure"? One of: azure, openai, anthropic, kimi, openai-compatible, simulator.',
    'x.yaml:4: models.gpt-high.targets[0].provider ("azur") is not one of the providers. Did you mean "azure"? Providers of this file: azure.',
  ]));

test("a vendor for a kind is told where it belongs, and of a value without quotes none are taken away", () => {
  const [kind] = told(START.replace("kind: azure", "kind: ollama"));
  expect(kind).toEndWith("simulator. Any other vendor is openai-compatible, with vendor or base_url.");
  const [strict] = told(`auth: { keys: [ { name: me, key: "0123456789abcdef0123", strict: yes } ] }\n${START}`);
  expect(strict).toEndWith("is not true or false. Write true or false, without quotes.");
});

test("nor any other fault that the shape of the file would let through", () =>
  expect(
    told(`server: { prot: 1, cors_origins: ["*"] }
providers:
  azure: { kind: azrue, base_url: https://x.openai.azure.com }
  kimi: { kind: kimi, base_url: https://x/v1/chat/completions, api_key: a-real-key-0123 }
models:
  one: { targets: [ { provider: azure, model: gpt-5 } ] }
  two: { targets: [ { provider: kimi, model: "k*" } ] }
  three: { targets: [] }
auth: { keys: [ { name: me, key: change-me } ] }
`).map((line) => line.split(" ").slice(0, 4).join(" ")),
  ).toEqual([
    "x.yaml:1: server.prot is not",
    'x.yaml:3: providers.azure.kind ("azrue") is',
    "x.yaml:4: providers.kimi.base_url ends in",
    "x.yaml:7: models.two.targets[0].model has a",
    "x.yaml:8: models.three.targets is an",
    "x.yaml:9: auth.keys[0].key is a",
  ]));

describe("an api_version that is taken, and hardly meant, is a warning", () => {
  const versioned = (version: string): string => START.replace("api_key", `api_version: ${version}, api_key`);
  test.each(["latest", "preview", "Preview"])("%s", (version) =>
    expect(told(versioned(version))).toEqual([
      "x.yaml:2: providers.azure.api_version means the v1 API here, which is asked without a version. Leave it out, or write a date such as 2025-04-01-preview.",
    ]),
  );
  test.each(["2025-13-45", "2025-02-30-preview"])("%s", (version) =>
    expect(told(versioned(version))).toEqual([
      "x.yaml:2: providers.azure.api_version is no day of the calendar, so that Azure will not know it. Leave it out for the v1 API, or write one such as 2025-04-01-preview.",
    ]),
  );
  test.each(["v1", "2025-04-01-preview", "2024-10-21"])("%s is none", (version) =>
    expect(told(versioned(version))).toEqual([]),
  );
  test("from the environment too", () => {
    const variables = {
      AZURE_BASE_URL: "https://gateway.example/v1",
      AZURE_API_KEY: "a-real-key-0123",
      AZURE_API_VERSION: "latest",
    };
    expect(fromEnvironment(variables, VENDORS).warnings).toEqual([
      "AZURE_API_VERSION means the v1 API here, which is asked without a version. Leave it out, or write a date such as 2025-04-01-preview.",
      "AZURE_BASE_URL ends in /v1, and /openai/v1 is added to it. Leave /v1 out, unless a gateway in front of Azure wants it.",
    ]);
  });
});

test("/v1 behind azure's base_url is a warning where it is not cut", () => {
  expect(told(START.replace("azure.com", "azure.com/v1"))).toEqual([]);
  expect(told(START.replace("https://x.openai.azure.com", "http://127.0.0.1:9/v1"))).toEqual([
    "x.yaml:2: providers.azure.base_url ends in /v1, and /openai/v1 is added to it. Leave /v1 out, unless a gateway in front of Azure wants it.",
  ]);
});

describe("a key's models", () => {
  const allowed = (...models: readonly string[]): readonly string[] =>
    told(
      `${START}  "kimi-*": { targets: [ { provider: azure, model: "*" } ] }\nauth: { keys: [ { name: me, key: a-real-key-0123, models: ${JSON.stringify(models)} } ] }\n`,
    );
  test("that nothing is called are a warning, with the name that is near", () => {
    expect(allowed("gpt-high", "gpt-hihg")).toEqual([
      'x.yaml:6: auth.keys[0].models[1] ("gpt-hihg") is no model of this file, so that it allows nothing. Did you mean "gpt-high"? Models: gpt-high, kimi-*.',
    ]);
    expect(allowed("a-secret-in-a-wrong-place")).toEqual([
      "x.yaml:6: auth.keys[0].models[0] is no model of this file, so that it allows nothing. Models: gpt-high, kimi-*.",
    ]);
  });
  test("that may be meant are none", () =>
    expect(
      allowed(
        "gpt-high",
        "GPT-HIGH",
        "*",
        "gpt*",
        "kimi-k2",
        "kimi-k*",
        "gpt-5",
        "gpt-high-fast",
        "azure/*",
        "azure/gpt-5",
      ),
    ).toEqual([]));
});
