import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VENDORS } from "../providers/catalog.ts";
import type { Config, ModelConfig } from "./config.ts";
import { loadConfig } from "./load.ts";
import type { Flags } from "./overrides.ts";
import { printConfig } from "./print.ts";
import { ConfigError } from "./problem.ts";
import type { Variables } from "./substitute.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), "codeswitch-config-"));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

interface Around {
  readonly variables?: Variables;
  readonly flags?: Flags;
  readonly file?: string;
  readonly dotenv?: string;
}

function load(yaml: string | undefined, { variables = {}, flags = {}, file, dotenv }: Around = {}): Config {
  const cwd = folder({
    ...(yaml !== undefined && { "codeswitch.yaml": yaml }),
    ...(dotenv !== undefined && { ".env": dotenv }),
  });
  return loadConfig(file, flags, { variables, cwd, vendors: VENDORS });
}

function complaint(yaml: string, around: Around = {}): string {
  try {
    load(yaml, around);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** A file that is right, to which one thing is added. */
const BASE = `providers:
  azure: { kind: azure, base_url: https://example.openai.azure.com, api_key: azure-key-0123456789 }
models:
  gpt: { targets: [ { provider: azure, model: gpt-5 } ] }
`;

describe("an error names file, line, key, value and fix", () => {
  const GOLDENS: readonly [claim: string, yaml: string, message: string][] = [
    [
      "an unknown key",
      `${BASE}server:\n  prot: 4141\n`,
      'codeswitch.yaml:6: server.prot is not a known key. Did you mean "port"? Keys of server: host, port, body_bytes_max, cors_origins, heartbeat_ms, drain_ms.',
    ],
    [
      "an unknown section",
      `${BASE}serverr: {}\n`,
      'codeswitch.yaml:5: serverr is not a known key. Did you mean "server"? Keys of the file: server, auth, providers, models, search, log.',
    ],
    [
      "text where a number belongs",
      `${BASE}server:\n  port: eighty\n`,
      "codeswitch.yaml:6: server.port is not a number. Write a number, without quotes.",
    ],
    [
      "a number too large",
      `${BASE}server: { port: 70000 }\n`,
      "codeswitch.yaml:5: server.port (70000) is too large. The largest is 65535.",
    ],
    [
      "a word that is no choice",
      BASE.replace("kind: azure", "kind: azrue"),
      'codeswitch.yaml:2: providers.azure.kind ("azrue") is not one of the choices. Did you mean "azure"? One of: azure, openai, anthropic, kimi, openai-compatible, simulator.',
    ],
    [
      "a provider that is not there",
      BASE.replace("provider: azure", "provider: azur"),
      'codeswitch.yaml:4: models.gpt.targets[0].provider ("azur") is not one of the providers. Did you mean "azure"? Providers of this file: azure.',
    ],
    [
      "a key inside a list",
      BASE.replace("model: gpt-5", "modle: gpt-5"),
      'codeswitch.yaml:4: models.gpt.targets[0].model is missing. Write the name that the upstream knows.\ncodeswitch.yaml:4: models.gpt.targets[0].modle is not a known key. Did you mean "model"? Keys of models.gpt.targets[0]: provider, model, base_model, dialect, reasoning, verbosity, truncation, max_tokens, store.',
    ],
    [
      "no models",
      BASE.slice(0, BASE.indexOf("models")),
      'codeswitch.yaml:1: models is missing. Add one, such as `models: { "claude-*": { targets: [ { provider: claude, model: "*" } ] } }`.',
    ],
    [
      "an empty file",
      "# nothing yet\n",
      "codeswitch.yaml: The file is empty. Write at least providers and models; codeswitch.example.yaml is a start.",
    ],
    [
      "a key written twice",
      `${BASE}log: {}\nlog: {}\n`,
      "codeswitch.yaml:6: This is not valid YAML: a key stands twice. Keep one of the two.",
    ],
    [
      "an unset variable",
      `${BASE}log:\n  format: "\${FORMAT}"\n`,
      "codeswitch.yaml:6: log.format needs the variable FORMAT, which is not set. Set FORMAT in the environment or in the .env beside this file, or write a default: ${FORMAT:-…}.",
    ],
    [
      "something that looks like a variable",
      `${BASE}log:\n  format: "\${no name}"\n`,
      "codeswitch.yaml:6: log.format holds a ${ that begins no variable. Write ${NAME} or ${NAME:-default}; for the two characters themselves write $${.",
    ],
    [
      "a sample key",
      `${BASE}auth:\n  keys:\n    - { name: me, key: change-me }\n`,
      "codeswitch.yaml:7: auth.keys[0].key is a sample value that everybody knows, and is refused as a key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "an empty key",
      `${BASE}auth: { keys: [ { name: me, key: "" } ] }\n`,
      "codeswitch.yaml:5: auth.keys[0].key is empty, and is refused as a key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "a key from an unset variable",
      `${BASE}auth: { keys: [ { name: me, key: "\${SERVICE_API_KEY}" } ] }\n`,
      "codeswitch.yaml:5: auth.keys[0].key needs the variable SERVICE_API_KEY, which is not set. Set SERVICE_API_KEY, or remove this key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "a subscription's token",
      BASE.replace("azure-key-0123456789", "sk-ant-oat01-abcdefghijklmnop"),
      "codeswitch.yaml:2: providers.azure.api_key is a Claude subscription log-in token (sk-ant-oat…), which belongs to a person's subscription and is never forwarded. Use an API key from the vendor's console.",
    ],
    [
      "a base_url that is an endpoint",
      BASE.replace(
        "kind: azure, base_url: https://example.openai.azure.com",
        "kind: openai, base_url: https://api.openai.com/v1/chat/completions",
      ),
      "codeswitch.yaml:2: providers.azure.base_url ends in /chat/completions, which is one endpoint and not the base; leave that part out. Write base_url as the vendor's SDK takes it: https://NAME.openai.azure.com, https://api.anthropic.com, https://host/v1.",
    ],
    [
      "an api_version that is none",
      BASE.replace("api_key", "api_version: newest, api_key"),
      "codeswitch.yaml:2: providers.azure.api_version is not a version of Azure's API. Leave it out for the v1 API, or write a date such as 2025-04-01-preview.",
    ],
    [
      "Responses on an old API",
      BASE.replace("api_key", "api_version: 2024-10-21, api_key").replace(
        "model: gpt-5",
        "model: gpt-5, dialect: openai-responses",
      ),
      'codeswitch.yaml:4: models.gpt.targets[0].dialect ("openai-responses") is not served by the provider\'s api_version. Leave api_version out, or use 2025-03-01-preview or later.',
    ],
    [
      "an open door",
      `server: { host: 0.0.0.0 }\n${BASE}`,
      "codeswitch.yaml:1: server.host can be reached from other machines, and no key is configured, so that anybody could spend your money. Add a key (auth.keys in codeswitch.yaml, or the variable SERVICE_API_KEY where there is no file), or listen on 127.0.0.1.",
    ],
  ];
  test.each(GOLDENS)("%s", (_claim, yaml, message) => expect(complaint(yaml)).toBe(message));

  test("all of them at once, in the order of the file", () => {
    const lines = complaint(
      `server: { prot: 1, port: x }\nproviders: {}\nmodels: { m: { targets: [] } }\nlog: { format: xml }\n`,
    ).split("\n");
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      "codeswitch.yaml:1",
      "codeswitch.yaml:1",
      "codeswitch.yaml:3",
      "codeswitch.yaml:4",
    ]);
  });

  test.each([
    "[]",
    "7",
    "text",
    "- a\n- b",
    "{",
    "a: &x [*x]",
    "providers: 3",
    "providers: { a: [] }\nmodels: []",
    "models:\n  a:\n",
    '{"__proto__": {"x": 1}}',
    "? [a]\n: 1",
    "\u0000",
  ])("%p is a complaint and never a crash", (yaml) => expect(complaint(yaml)).toContain("codeswitch.yaml"));
});

describe("variables", () => {
  const keyed = (key: string): string => BASE.replace("azure-key-0123456789", () => `"${key}"`);
  const keyOf = (config: Config): string | undefined => config.providers.azure?.apiKey;

  test("${NAME} is the variable, ${NAME:-default} the default when it is unset or blank", () => {
    expect(keyOf(load(keyed("${K}"), { variables: { K: "from-environment" } }))).toBe("from-environment");
    expect(keyOf(load(keyed("${K:-fallback}")))).toBe("fallback");
    expect(keyOf(load(keyed("${K:-fallback}"), { variables: { K: "  " } }))).toBe("fallback");
    expect(keyOf(load(keyed("a-${K:-b}-${L:-c}")))).toBe("a-b-c");
  });

  test("$${ is a plain ${", () => expect(keyOf(load(keyed("pa$${ss}word")))).toBe("pa${ss}word"));

  test("a value with quotes, colons or newlines cannot change the file's structure", () => {
    const evil = 'x" }\nserver: { host: 0.0.0.0 } # ${OTHER}';
    const config = load(keyed("${K}"), { variables: { K: evil, OTHER: "no" } });
    expect(keyOf(config)).toBe(evil);
    expect(config.server.host).toBe("127.0.0.1");
  });

  test("they stand for numbers and switches too, quoted or not", () => {
    const config = load(`${BASE}server: { port: "\${P}", drain_ms: "\${D:-5}" }\n`, { variables: { P: "8080" } });
    expect([config.server.port, config.server.drainMs]).toEqual([8080, 5]);
  });

  test("they stand in names", () => {
    expect(load(BASE.replace("  gpt:", '  "${NAME}-x":'), { variables: { NAME: "mine" } }).models[0]?.name).toBe(
      "mine-x",
    );
    expect(complaint(BASE.replace("  gpt:", '  "${NAME}-x":'))).toContain("needs the variable NAME");
  });

  test("with a file no vendor's variable acts by itself", () => {
    const config = load(BASE, {
      variables: { OPENAI_API_KEY: "sk-real-0123456789", SERVICE_API_KEY: "service-0123456789", AZURE_DEPLOYMENT: "x" },
    });
    expect(Object.keys(config.providers)).toEqual(["azure"]);
    expect(config.keys).toEqual([]);
  });

  test("PORT, HOST and CODESWITCH_* do, and flags win over them", () => {
    const port = (variables: Variables, flags: Flags = {}): number =>
      load(`${BASE}server: { port: 1 }`, { variables, flags }).server.port;
    expect(port({})).toBe(1);
    expect(port({ PORT: "2" })).toBe(2);
    expect(port({ PORT: "2", CODESWITCH_PORT: "3" })).toBe(3);
    expect(port({ PORT: "2", CODESWITCH_PORT: "3" }, { port: "4" })).toBe(4);
    expect(port({ PORT: "" })).toBe(1);
    expect(load(BASE, { variables: { HOST: "localhost", CODESWITCH_LOG_FORMAT: "json" } })).toMatchObject({
      server: { host: "localhost" },
      log: { format: "json" },
    });
    expect(complaint(BASE, { variables: { PORT: "http" } })).toBe(
      "environment: PORT is not a port. Ports are numbers from 1 to 65535; 0 takes any free one.",
    );
    expect(complaint(BASE, { variables: { HOST: "192.168.0.7" } })).toStartWith(
      "environment: HOST can be reached from other machines",
    );
  });

  test("a HOST that is no address is left alone: shells and build tools set it to something else", () => {
    for (const HOST of ["build-7", "x86_64-conda-linux-gnu", "not.a.host"]) {
      const { server, warnings } = load(BASE, { variables: { HOST } });
      expect([server.host, warnings]).toEqual([
        "127.0.0.1",
        ["HOST is no address, so that it is not read. To listen on a name of this machine: CODESWITCH_HOST."],
      ]);
      expect(load(BASE, { variables: { HOST, CODESWITCH_HOST: "127.0.0.2" } })).toMatchObject({
        server: { host: "127.0.0.2" },
        warnings: [],
      });
      expect(complaint(BASE, { variables: { CODESWITCH_HOST: HOST } })).toContain("CODESWITCH_HOST can be reached");
    }
  });

  test("a misspelt CODESWITCH_ variable is a warning", () => {
    expect(load(BASE, { variables: { CODESWITCH_PROT: "1" } }).warnings).toEqual([
      "CODESWITCH_PROT is not a variable of codeswitch and does nothing. Did you mean CODESWITCH_PORT?",
    ]);
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

describe(".env", () => {
  const KEYED = BASE.replace("azure-key-0123456789", '"${AZURE_API_KEY}"');

  test("beside the file is read, and the real environment wins", () => {
    const dotenv = "# mine\nexport AZURE_API_KEY='from the file'\r\nPORT=1234\n";
    expect(load(KEYED, { dotenv })).toMatchObject({
      providers: { azure: { apiKey: "from the file" } },
      server: { port: 1234 },
    });
    expect(load(KEYED, { dotenv, variables: { AZURE_API_KEY: "real-0123456789" } }).providers.azure?.apiKey).toBe(
      "real-0123456789",
    );
  });

  test("elsewhere sets nothing: neither in the folder one stands in, with the file elsewhere", () => {
    const file = join(folder({ "codeswitch.yaml": KEYED }), "codeswitch.yaml");
    const config = load(undefined, { file, dotenv: "AZURE_API_KEY=stray\nPORT=9\nCODESWITCH_CONFIG=/etc/passwd\n" });
    expect(config.providers).toEqual({});
    expect(config.server.port).toBe(4141);
  });

  test("nor without any file; but it is mentioned, and works when it is named", () => {
    const dotenv = "OPENAI_API_KEY=sk-stray-0123456789\nSERVICE_API_KEY=stray-0123456789\nPORT=9\n";
    const stray = load(undefined, { dotenv });
    expect([Object.keys(stray.providers), stray.keys, stray.server.port, stray.source]).toEqual([
      ["simulator"],
      [],
      4141,
      "the environment",
    ]);
    expect(stray.warnings).toEqual([
      "The .env in this folder is not read, since no configuration lies beside it. To use it: --config .env",
    ]);
    const named = load(undefined, { dotenv, file: ".env", variables: { PORT: "10" } });
    expect([Object.keys(named.providers), named.keys.length, named.server.port, named.source, named.warnings]).toEqual([
      ["openai"],
      1,
      10,
      ".env",
      [],
    ]);
  });
});

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
      },
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
      reasoning: "think",
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
      { name: "me", key: "k-0123456789", models: ["gpt*"], strict: false, reasoning: "none" },
    ]);
    expect(config.server.corsOrigins).toEqual(["https://a.example"]);
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
