import { expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { VENDORS } from "../providers/catalog.ts";
import { holds } from "../../test/marked.ts";
import { printDotenv, printVariables } from "../../test/docs/variables.ts";
import { variables } from "./env/variables.ts";
import { resolve } from "./file/resolve.ts";
import { FileSchema } from "./schema/schema.ts";
import { printKeys } from "../../test/docs/keys.ts";
import { validate } from "./file/validate.ts";
import { readYaml } from "./yaml/yaml-file.ts";

const ROOT = join(import.meta.dir, "../..");
const VARIABLES = variables(VENDORS);
const UPDATE = process.env.UPDATE === "1" && !process.env.CI;

test("CONFIG.md has every variable of the table, word for word (UPDATE=1 writes it)", () =>
  holds("docs/CONFIG.md", "variables", printVariables(VENDORS)));
test("CONFIG.md has every key of the schema, word for word (UPDATE=1 writes it)", () =>
  holds("docs/CONFIG.md", "keys", printKeys()));

test(".env.example shows every variable (UPDATE=1 writes it)", async () => {
  const path = join(ROOT, ".env.example");
  if (UPDATE) await Bun.write(path, printDotenv(VENDORS));
  const text = await Bun.file(path).text();
  expect(text).toBe(printDotenv(VENDORS));
  for (const { name } of VARIABLES) expect(text).toMatch(new RegExp(`^#(${name}=| ${name}: )`, "m"));
});

/** Of the two Azure proxies (all their versions), the multi-backend fork, the Composer worker, AI/ML API's and LiteLLM's Cursor guides. */
const SEED_VARIABLES = `
  SERVICE_API_KEY AZURE_BASE_URL AZURE_API_KEY AZURE_DEPLOYMENT AZURE_API_VERSION AZURE_VERBOSITY_LEVEL AZURE_SUMMARY_LEVEL
  AZURE_TRUNCATION AZURE_MODEL_DEPLOYMENTS AZURE_DEPLOYMENT_MAP AZURE_REASONING_EFFORT ENABLE_AZURE ENABLE_CODEX CODEX_AUTH_PATH
  CODEX_RESPONSES_URL CODEX_SUPPORTED_MODELS CODEX_MODEL_REWRITES CODEX_ORIGINATOR CODEX_USER_AGENT CODEX_DISCOVERY_MODE
  CODEX_TOKEN_REFRESH_SKEW_SECONDS CODEX_REQUEST_TIMEOUT_SECONDS REASONING_DISPLAY_MODE RECORD_TRAFFIC RECORD_REDACT LOG_CONTEXT
  LOG_COMPLETION LOG_REDACT FLASK_ENV FLASK_DEBUG LOG_LEVEL GUNICORN_WORKERS MODEL_CONFIG_PATH ANTHROPIC_API_KEY KIMI_API_KEY
  AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_TENANT_ID AZURE_OPENAI_ENDPOINT AZURE_OPENAI_API_KEY ANTHROPIC_AUTH_TOKEN BIG_MODEL
  SMALL_MODEL BIG_EFFORT SMALL_EFFORT CURSOR_AZURE_DEPLOYMENT ASPNETCORE_URLS CURSOR_API_KEY ENCRYPTION_KEY WAITLIST_API_TOKEN
  CURSOR_BACKEND_BASE_URL CURSOR_CHAT_ENDPOINT CURSOR_CLIENT_VERSION OPENAI_API_KEY GEMINI_API_KEY YOUR_AIMLAPI_KEY LITELLM_MASTER_KEY
`
  .trim()
  .split(/\s+/);

test("every variable of the seeds is honoured, renamed or refused with a reason", () => {
  const known = new Map(VARIABLES.map((row) => [row.name, row]));
  expect(SEED_VARIABLES.filter((name) => !known.has(name))).toEqual([]);
  expect(VARIABLES.filter((row) => row.status !== "honoured" && !row.instead).map((row) => row.name)).toEqual([]);
  expect(known.size).toBe(VARIABLES.length);
});

test("every key variable of the vendors' catalog is in the table", () => {
  const names = new Set(VARIABLES.map((row) => row.name));
  expect(VENDORS.flatMap((vendor) => vendor.keyVariables).filter((name) => !names.has(name))).toEqual([]);
});

test("every variable that the source reads by name is in the table", async () => {
  const names = new Set(VARIABLES.map((row) => row.name));
  const found = new Set<string>();
  for (const file of new Bun.Glob("src/{config,cli}/**/*.ts").scanSync(ROOT)) {
    if (file.endsWith(".test.ts")) continue;
    const text = await Bun.file(join(ROOT, file)).text();
    for (const [, name] of text.matchAll(/\b(?:value|choice|first|readVariable)\((?:\w+, )?"([A-Z][A-Z0-9_]+)"/g))
      found.add(name ?? "");
  }
  expect(found.size).toBeGreaterThan(10);
  const platform = ["LOCALAPPDATA", "XDG_DATA_HOME"];
  expect([...found].filter((name) => !names.has(name) && !platform.includes(name))).toEqual([]);
});

test.each(["docs/CONFIG.md", "docs/MIGRATE.md", "codeswitch.example.yaml"])(
  "the YAML in %s is a configuration that starts",
  async (file) => {
    const text = await Bun.file(join(ROOT, file)).text();
    const blocks = file.endsWith(".yaml")
      ? [text]
      : [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
    const ours = blocks.filter((block) => block.includes("providers:"));
    expect(ours.length).toBeGreaterThan(0);
    for (const block of ours) {
      const variables = Object.fromEntries(
        [...block.matchAll(/\$\{(\w+)/g)].map(([, name]) => [name ?? "", `a-real-value-for-${name}`]),
      );
      const url = { AZURE_BASE_URL: "https://example.openai.azure.com" };
      const yaml = readYaml(file, block, { ...variables, ...url });
      const { models } = resolve(yaml, validate(yaml), VENDORS);
      expect(models.length).toBeGreaterThan(0);
    }
  },
);

test("codeswitch.example.yaml without any variable starts too: what has no key is switched off", async () => {
  const yaml = readYaml("codeswitch.example.yaml", await Bun.file(join(ROOT, "codeswitch.example.yaml")).text(), {
    SERVICE_API_KEY: "0123456789abcdef0123456789abcdef",
  });
  const { models, warnings } = resolve(yaml, validate(yaml), VENDORS);
  expect(models.map(({ name }) => name)).toEqual(["demo", "sim-*"]);
  expect(warnings.length).toBeGreaterThan(2);
});

test("the JSON Schema lets ${…} stand for a number and still knows every key", () => {
  const schema = JSON.stringify(FileSchema.shape ? Object.keys(FileSchema.shape) : []);
  expect(schema).toBe(
    '["server","auth","providers","models","limits","budgets","alerts","prices_file","storage","redis","outbox","search","log"]',
  );
  expect(parse("port: ${PORT:-4141}")).toEqual({ port: "${PORT:-4141}" });
});
