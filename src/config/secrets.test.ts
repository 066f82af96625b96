/** A key in a wrong line, under a wrong name or of a wrong type is complained of, and never shown. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { greeting } from "../cli/greeting.ts";
import { VENDORS } from "../providers/catalog.ts";
import { looksLikeKey } from "./api-keys.ts";
import { loadConfig } from "./load.ts";
import { printConfig } from "./print.ts";
import { ConfigError } from "./problem.ts";
import { configJsonSchema } from "./schema/json-schema.ts";
import type { Variables } from "./substitute.ts";

const CANARY = "sk-CANARY-0123456789-abcdefghijkl";
/** Its middle, so that a mask that lets through both ends is seen too. */
const TRACE = /CANARY|0123456789|abcdefg/;

const cwd = mkdtempSync(join(tmpdir(), "codeswitch-secrets-"));
afterAll(() => rmSync(cwd, { recursive: true }));

/** Everything that a person may see of a configuration, right or wrong. */
function said(yaml: string, variables: Variables = {}): string {
  writeFileSync(join(cwd, "codeswitch.yaml"), yaml);
  try {
    const config = loadConfig(undefined, {}, { variables, cwd, vendors: VENDORS });
    return [...config.warnings, greeting(config, "http://127.0.0.1:4141", "1"), printConfig(config)].join("\n");
  } catch (error) {
    if (error instanceof ConfigError) return error.report();
    throw error;
  }
}

type Tree = { [name: string]: unknown };
/** One of everything that the schema knows. */
const whole = (): Tree => ({
  server: {
    host: "127.0.0.1",
    port: 1,
    body_bytes_max: 9999,
    cors_origins: ["http://localhost"],
    heartbeat_ms: 1,
    drain_ms: 1,
  },
  auth: {
    keys: [{ name: "me", key: "k".repeat(32), models: ["*"], strict: true, show_reasoning: "auto", vault: "disk" }],
  },
  providers: {
    azure: {
      kind: "azure",
      base_url: "https://x.openai.azure.com",
      api_key: "a".repeat(32),
      api_version: "2025-04-01-preview",
      headers: { "x-a": "b" },
      first_byte_ms: 1,
      idle_ms: 1,
    },
    other: { kind: "openai-compatible", base_url: "https://x.example.com/v1", vendor: "groq", api_key: "b".repeat(32) },
  },
  models: {
    gpt: {
      targets: [
        {
          provider: "azure",
          model: "gpt-5",
          base_model: "gpt-5",
          dialect: "openai-chat",
          reasoning: { effort: "low", summary: "auto", budget_tokens: 1 },
          verbosity: "low",
          truncation: "auto",
          max_tokens: 1,
          store: true,
        },
      ],
      strict: true,
      show_reasoning: "auto",
    },
  },
  search: { kind: "brave", base_url: "https://search.example.com", api_key: "c".repeat(32) },
  log: { format: "text" },
});

type Path = readonly (string | number)[];
function placesIn(value: unknown, path: Path = []): { readonly path: Path; readonly isLeaf: boolean }[] {
  if (typeof value !== "object" || value === null) return [{ path, isLeaf: true }];
  const inner = Object.entries(value).flatMap(([name, child]) =>
    placesIn(child, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return [{ path, isLeaf: false }, ...inner];
}
function changed(path: Path, change: (parent: Tree, name: string | number) => void): string {
  const root = { root: whole() };
  const full = ["root", ...path];
  const parent = full.slice(0, -1).reduce<unknown>((at, step) => (at as Tree)[step], root);
  change(parent as Tree, full.at(-1) as string | number);
  return stringify(root.root);
}
const PLACES = placesIn(whole());
/** What `config print` is there to show: a host, and names of models, keys and deployments. */
const PUBLIC = /^(server\.host|auth\.keys\.0\.(name|models\.0)|models\.gpt\.targets\.0\.(model|base_model))$/;
const isPublic = (place: { path: Path }): boolean => PUBLIC.test(named(place));
const named = ({ path }: { path: Path }): string => path.join(".") || "the file";

test("the file of this test has every key of the schema", () => {
  const keys = new Set(JSON.stringify(configJsonSchema()).match(/(?<=")[a-z_]+(?=":\{)/g));
  const mine = new Set(PLACES.flatMap(({ path }) => path));
  const known = ["host", "api_key", "headers", "targets", "vendor", "vault", "budget_tokens", "format", "base_model"];
  for (const key of known) expect([key, keys.has(key), mine.has(key)]).toEqual([key, true, true]);
  expect(said(stringify(whole()))).toContain("codeswitch 1 is ready");
});

describe("nothing of a key is shown", () => {
  const WRONG_TYPES: readonly (readonly [what: string, value: unknown])[] = [
    ["text", CANARY],
    ["a list", [CANARY, { key: [CANARY] }]],
    ["a group", { inner: CANARY }],
  ];
  for (const place of PLACES)
    test.each(WRONG_TYPES)(`at ${named(place)}, as %s`, (_what, value) => {
      const seen = said(changed(place.path, (parent, name) => void (parent[name] = value)));
      if (!isPublic(place) || typeof value !== "string") expect(seen).not.toMatch(TRACE);
    });

  for (const place of PLACES.filter(({ isLeaf }) => !isLeaf))
    test(`under a misspelt key of ${named(place)}, written there or brought in`, () => {
      for (const name of ["apikey", "token"])
        for (const value of [CANARY, "${KEY}", [CANARY], { x: "${KEY}" }, 12345678901234]) {
          const yaml = changed(place.path, (parent, last) => {
            const at = parent[last] as Tree;
            if (Array.isArray(at)) at.push({ [name]: value });
            else at[name] = value;
          });
          const seen = said(yaml, { KEY: CANARY });
          expect(seen).not.toMatch(TRACE);
          expect(seen).not.toContain("12345678901234");
        }
    });

  for (const place of PLACES.filter(({ isLeaf }) => !isLeaf))
    test(`as a name in ${named(place)}, written there or brought in`, () => {
      for (const name of [CANARY, "${KEY}", `\${NONE:-${CANARY}}`, `${CANARY}\${NONE:-}`, `\${KEY}-x`])
        for (const value of [1, "x", "${UNSET}", { kind: "anthropic", api_key: "x" }, [{ y: "${UNSET}" }]]) {
          const yaml = changed(place.path, (parent, last) => {
            const at = parent[last] as Tree;
            if (Array.isArray(at)) at.push({ [name]: value });
            else at[name] = value;
          });
          expect(said(yaml, { KEY: CANARY })).not.toMatch(TRACE);
        }
    });

  test.each([
    ["a provider", ["providers", CANARY], { kind: "anthropic", api_key: "x".repeat(20) }],
    ["a header", ["providers", "azure", "headers", CANARY], "x"],
    ["a model", ["models", CANARY], { targets: [{ provider: "azure", model: "gpt-5" }] }],
    ["a caller", ["auth", "keys", 0, "name"], CANARY],
  ] as const)("in the name of %s, which is refused", (_what, path, value) => {
    const seen = said(changed(path, (parent, name) => void (parent[name] = value)));
    expect(seen).toContain("is called by what looks like a key. Give it a name of its own");
    expect(seen).not.toMatch(TRACE);
  });

  for (const place of PLACES.filter(({ isLeaf }) => isLeaf))
    test(`at ${named(place)}, brought in by a variable: its name is told instead`, () => {
      const yaml = changed(place.path, (parent, name) => void (parent[name] = "${KEY}"));
      const seen = said(yaml, { KEY: CANARY });
      if (!isPublic(place)) expect(seen).not.toMatch(TRACE);
      if (!seen.includes("is ready")) expect(seen).toContain("from ${KEY}");
    });

  test.each([
    ["user and password", `https://u:${CANARY}@x.example.com/v1`],
    ["a query", `https://x.example.com/v1?key=${CANARY}`],
    ["a query without a value", `https://x.openai.azure.com?${CANARY}`],
    ["a fragment", `https://x.example.com/v1#${CANARY}`],
    ["no URL at all", CANARY],
    ["an api-version", `https://x.openai.azure.com?api-version=${CANARY}`],
  ])("in a base_url with %s", (_what, url) => {
    for (const name of ["azure", "other"])
      expect(said(changed(["providers", name, "base_url"], (parent) => void (parent.base_url = url)))).not.toMatch(
        TRACE,
      );
    const search = changed(["search", "base_url"], (parent) => void (parent.base_url = url));
    expect(said(search)).not.toMatch(TRACE);
  });

  test.each([
    ["behind an alias", `a: &k ${CANARY}\nserver: { port: *k }\n`],
    ["brought in behind an alias", `a: &k "\${KEY}"\nserver: { port: *k }\nlog: { format: *k }\n`],
    ["brought in as a name", `providers: { "\${KEY}": { kind: azrue } }\nmodels: {}\n`],
    [
      "brought in as the name of a provider that is off",
      `providers: { "\${KEY}": { kind: anthropic } }\nmodels: { "\${KEY}": { targets: [ { provider: "\${KEY}", model: x }, { provider: y, model: "\${KEY}*" } ] } }\n`,
    ],
    ["in braces as a variable", `log: { format: "\${${CANARY}}" }\n`],
    ["as an alias", `log: { format: *${CANARY} }\n`],
    ["as a tag", `log: { format: !${CANARY} x }\n`],
    ["where YAML breaks off", `log: { format: "${CANARY}\n`],
    ["behind a value", `log: { format: "text" ${CANARY} }\n`],
    ["as a directive", `%${CANARY} x\n---\nlog: {}\n`],
    ["twice", `log: {}\nlog: {${CANARY}: 1}\n`],
    ["behind a block's mark", `log: | ${CANARY}\n  x\n`],
    ["with an escape", `log: { format: "\\q${CANARY}" }\n`],
  ])("%s", (_what, yaml) => {
    const seen = said(yaml, { KEY: CANARY });
    expect(seen).toContain("codeswitch.yaml");
    expect(seen).not.toMatch(TRACE);
  });

  test("in a variable that is read without a file", () => {
    rmSync(join(cwd, "codeswitch.yaml"), { force: true });
    const base = { AZURE_BASE_URL: "https://x.openai.azure.com", AZURE_API_KEY: "a".repeat(32), BIG_MODEL: "gpt-5" };
    const VARIABLES = ["AZURE_BASE_URL", "AZURE_API_VERSION", "AZURE_MODEL_DEPLOYMENTS", "AZURE_VERBOSITY_LEVEL"];
    const more = ["BIG_EFFORT", "PORT", "HOST", "CODESWITCH_LOG_FORMAT", "AZURE_TRUNCATION"];
    for (const name of [...VARIABLES, ...more]) {
      const around = {
        variables: { ...base, [name]: name.endsWith("DEPLOYMENTS") ? `{"${CANARY}":1}` : CANARY },
        cwd,
        vendors: VENDORS,
      };
      let seen: string;
      try {
        seen = loadConfig(undefined, {}, around).warnings.join("\n");
      } catch (error) {
        seen = (error as Error).message;
      }
      expect([name, seen]).toEqual([name, expect.stringContaining(name)]);
      expect(seen).not.toMatch(TRACE);
    }
  });
});

test("a number in a number's place and a word that is nearly known are shown", () => {
  const at = (path: Path, value: unknown): string => said(changed(path, (parent, name) => void (parent[name] = value)));
  expect(at(["server", "port"], 70_000)).toContain("server.port (70000) is too large");
  expect(at(["providers", "azure", "kind"], "azrue")).toContain('kind ("azrue") is not one of the choices');
  expect(at(["models", "gpt", "targets", 0, "provider"], "azur")).toContain('provider ("azur") is not one');
});

test("a name that is not known is told where it is an ordinary word or nearly a known one, and else said to be left out", () => {
  const under = (name: string): string =>
    said(changed(["providers", "azure", name], (parent, last) => void (parent[last] = 1)));
  expect(under("apikey")).toContain('providers.azure.apikey is not a known key. Did you mean "api_key"? Keys of');
  expect(under("apiKey")).toContain('providers.azure["apiKey"] is not a known key. Did you mean "api_key"? Keys of');
  expect(under("secret")).toContain("providers.azure.secret is not a known key. Keys of providers.azure: kind");
  expect(under(CANARY)).toContain(
    'providers.azure["…"] is not a known key. Its name is not shown, since it may be a secret. Keys of providers.azure: kind',
  );
});

test("names of models and deployments as vendors have them look like no key", () => {
  const NAMES = [
    ...["gpt-5-high", "claude-opus-4-5-20251101", "kimi-k2-thinking", "*", "my-2nd-gateway", "sk", "hf-mirror"],
    ...["meta-llama/Llama-3.3-70B-Instruct-Turbo", "accounts/fireworks/models/llama-v3p1-405b-instruct"],
    ...["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "ft:gpt-4o-mini-2024-07-18:acme::AbC123xy"],
    ...["nvidia/llama-3.1-nemotron-ultra-253b-v1", "hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M"],
    "ep-20250101123456-abcde",
  ];
  expect(NAMES.filter(looksLikeKey)).toEqual([]);
  const KEYS = [
    CANARY,
    "sk-ant-api03-abcdefgh",
    "gsk_abcdefghijkl1",
    "AIzaSyA-1234567890",
    "0123456789abcdef0123456789abcdef",
  ];
  expect(KEYS.filter((key) => !looksLikeKey(key))).toEqual([]);
});
