/** Deployments that are asked once, and what is offered of those that nobody configured. */
import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import type { ProviderConfig } from "../../src/config/config.ts";
import { knownSightings } from "../../src/doctor/stored-sightings.ts";
import { startGateway } from "../../src/gateway.ts";
import { VENDORS } from "../../src/providers/catalog.ts";
import { AZURE_KEY, type AzureStub, azureStub } from "./azure-stub.ts";
import { type GatewayProcess, startProcess } from "./process.ts";
import { PATIENCE_MS, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, post } from "./wires.ts";

/** Processes are started here, and a busy machine takes its time for them. */
setDefaultTimeout(60_000);

type Variables = Readonly<Record<string, string>>;

const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-deployments-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let azure: AzureStub;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => void (azure = azureStub(["gpt-5"])));
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await azure.stop();
});

const ENV = (): Variables => ({ AZURE_BASE_URL: azure.url, AZURE_API_KEY: AZURE_KEY });
const ALIASES = ["gpt-high", "gpt-medium", "gpt-low", "gpt-minimal"];

describe("what is offered", () => {
  async function started(more: Variables = {}): Promise<string> {
    const around = { variables: { ...ENV(), ...more, PORT: "0" }, cwd: FOLDER, vendors: VENDORS };
    const log = { info: () => {}, warn: () => {}, write: () => {} };
    const gateway = await startGateway(loadConfig(undefined, {}, around), { log });
    closing.push(gateway.stop);
    return gateway.url;
  }
  async function offered(url: string, headers: Variables = {}): Promise<string[]> {
    const { data } = (await (await fetch(`${url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  }
  const status = async (url: string, model: string): Promise<number> =>
    (await post(url, PATH.chat, bodyFor("chat", model))).status;

  test("is the aliases alone, where nobody listed a deployment", async () => {
    const url = await started({ AZURE_DEPLOYMENT: "prod" });
    expect(await offered(url)).toEqual(ALIASES);
    expect(await offered(url, { "anthropic-version": "2023-06-01" })).toEqual(ALIASES);
  });

  test("is what AZURE_MODEL_DEPLOYMENTS lists besides", async () => {
    expect(await offered(await started({ AZURE_MODEL_DEPLOYMENTS: '{"gpt-5.4":"prod-54"}' }))).toEqual([
      ...ALIASES,
      "gpt-5.4",
    ]);
  });

  test("is what was seen to answer, and a name that nobody saw yet is answered all the same", async () => {
    azure.deployments.push("gpt-5.4", "gpt-4.1");
    const url = await started();
    const names = ["gpt-5.4", "gpt-4.1", "gpt-5.5"];
    expect(await Promise.all(names.map((name) => status(url, name)))).toEqual([200, 200, 404]);
    expect(await offered(url)).toEqual([...ALIASES, "gpt-5.4"]);
  });

  test("is no longer what was seen to be gone", async () => {
    azure.deployments.push("gpt-5.4");
    const url = await started();
    expect(await status(url, "gpt-5.4")).toBe(200);
    azure.deployments.splice(0);
    expect(await status(url, "gpt-5.4")).toBe(404);
    expect(await offered(url)).toEqual(ALIASES);
  });
});

const yamlOf = (
  names: readonly string[],
  provider = `{ kind: azure, base_url: "${azure.url}", api_key: ${AZURE_KEY} }`,
) =>
  `providers: { azure: ${provider} }\nmodels:\n${names
    .map((name) => `  m-${name}: { targets: [ { provider: azure, model: ${name} } ] }\n`)
    .join("")}`;

describe("a start", () => {
  async function started(yaml: string, variables: Variables = {}): Promise<GatewayProcess> {
    const gateway = await startProcess(yaml, { variables });
    closing.push(gateway.stop);
    return gateway;
  }
  test("says which deployment is missing, once it is up, and asks each only once", async () => {
    const gateway = await started(yamlOf(["gpt-5", "my-gpt5"]));
    expect(gateway.warnings).toEqual([]);
    const line = await within(PATIENCE_MS, "a warning", gateway.line());
    expect(line).toMatchObject({ level: "warn", event: "deployment" });
    expect(line["message"]).toMatch(
      /^azure has no deployment 'my-gpt5' \(asked for as m-my-gpt5\)\. Set models\.m-my-gpt5\.targets\[0\]\.model \(.*:6\)\.$/,
    );
    expect(azure.generated().toSorted()).toEqual(["gpt-5", "my-gpt5"]);
  });

  test("says that the key is refused, once for all deployments", async () => {
    const yaml = yamlOf(["a", "b", "c"]).replace(AZURE_KEY, "another-key-0123456789");
    const gateway = await started(yaml);
    const line = await within(PATIENCE_MS, "a warning", gateway.line());
    expect(line["message"]).toContain("Check providers.azure.api_key");
    gateway.signal("SIGTERM");
    expect(await gateway.line()).toMatchObject({ message: "Stopped." });
    await expect(gateway.line()).rejects.toThrow("the log ended");
  });

  test("keeps what it saw, so that a command can tell it without asking", async () => {
    const data = join(FOLDER, "data");
    const gateway = await started(yamlOf(["gpt-5", "my-gpt5"]), { CODESWITCH_DATA_DIR: data });
    await within(PATIENCE_MS, "a warning", gateway.line());
    const at = (baseUrl: string): ProviderConfig => ({
      ...{ name: "other", kind: "azure", baseUrl, headers: {}, firstByteMs: 1, idleMs: 1 },
    });
    const known = async () => (await knownSightings(data)).of(at(azure.url), "my-gpt5");
    await within(PATIENCE_MS, "the row", untilDefined(known));
    const seen = await knownSightings(data);
    expect(seen.of(at(azure.url), "gpt-5")?.state).toBe("answers");
    expect(seen.of(at(azure.url), "my-gpt5")?.state).toBe("missing");
    expect(seen.of(at(azure.url), "gpt-5")?.at).toBeWithin(Date.now() - 60_000, Date.now() + 1);
    expect(seen.of(at(azure.url), "gpt-6")).toBeUndefined();
    expect(seen.of(at("https://elsewhere.example"), "gpt-5")).toBeUndefined();
  });

  test.each([
    ["of more than eight deployments", () => yamlOf(["a", "b", "c", "d", "e", "f", "g", "h", "i"]), {}],
    ["with CODESWITCH_ASK_DEPLOYMENTS=off", () => yamlOf(["gpt-5"]), { CODESWITCH_ASK_DEPLOYMENTS: "off" }],
    [
      "of a vendor whose list of models tells",
      () => yamlOf(["gpt-5"], `{ kind: openai, base_url: "${azure.url}/v1", api_key: ${AZURE_KEY} }`),
      {},
    ],
  ])("asks nobody: %s", async (_what, yaml, variables) => {
    const { url } = await started(yaml(), variables);
    // Had the start asked on its own, it would have before it was up for this call.
    const name = /m-[\w.-]+/.exec(yaml())?.[0] ?? "";
    await (await post(url, PATH.chat, bodyFor("chat", name))).text();
    expect(azure.asked.length).toBe(1);
  });

  test("waits for no vendor that says nothing", async () => {
    const silent = upstream(() => new Promise<Response>(() => {}));
    closing.push(silent.stop);
    const yaml = yamlOf(["gpt-5"]).replace(azure.url, silent.url);
    const gateway = await started(yaml);
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    gateway.signal("SIGTERM");
    expect(await within(PATIENCE_MS, "the end", gateway.exited)).toBe(0);
  });
});

async function untilDefined(read: () => Promise<unknown>): Promise<void> {
  while ((await read()) === undefined) await Bun.sleep(10);
}

describe("doctor", () => {
  interface Report {
    readonly ok: boolean;
    readonly findings: readonly { readonly state: string; readonly says: string; readonly check: string }[];
  }
  async function doctor(more: Variables, ...args: readonly string[]): Promise<Report & { faults: readonly string[] }> {
    const main = join(import.meta.dir, "../../src/main.ts");
    const { PATH: path = "" } = process.env;
    const child = Bun.spawn([process.execPath, "--no-env-file", main, "doctor", "azure", "--json", ...args], {
      cwd: FOLDER,
      env: { PATH: path, HOME: FOLDER, CODESWITCH_DATA_DIR: join(FOLDER, "doctor"), ...ENV(), ...more },
      stdout: "pipe",
      stderr: "ignore",
    });
    const report = JSON.parse(await new Response(child.stdout).text()) as Report;
    expect(await child.exited).toBe(report.ok ? 0 : 1);
    return { ...report, faults: report.findings.filter(({ state }) => state === "fault").map(({ says }) => says) };
  }

  test("asks the deployment behind the aliases once, and finds it", async () => {
    expect((await doctor({})).ok).toBe(true);
    expect(azure.generated()).toEqual(["gpt-5"]);
    expect(azure.asked.at(-1)?.body["max_output_tokens"]).toBe(16);
  });

  test("names a deployment that is missing, who asks for it, and the variable", async () => {
    const { faults } = await doctor({
      AZURE_DEPLOYMENT: "my-gpt5",
      AZURE_MODEL_DEPLOYMENTS: '{"gpt-5.4":"prod-54"}',
      SMALL_MODEL: "tiny",
    });
    expect(faults).toEqual([
      "azure has no deployment 'my-gpt5' (asked for as gpt-high). Set AZURE_DEPLOYMENT, or AZURE_MODEL_DEPLOYMENTS.",
      "azure has no deployment 'prod-54' (asked for as gpt-5.4). Set AZURE_MODEL_DEPLOYMENTS.",
      "azure has no deployment 'tiny' (asked for as *haiku*). Set SMALL_MODEL, or AZURE_MODEL_DEPLOYMENTS.",
    ]);
  });

  test("--deep judges what was configured: one healthy deployment is no fault, and thirteen names of Cursor's are not asked", async () => {
    expect((await doctor({}, "--deep")).faults).toEqual([]);
    expect([...new Set(azure.generated())]).toEqual(["gpt-5"]);
  });

  test("--deep says of what is wrong what to do", async () => {
    const { faults } = await doctor({ AZURE_DEPLOYMENT: "my-gpt5" }, "--deep");
    expect(faults).toEqual([
      "azure has no deployment 'my-gpt5' (asked for as gpt-high). Set AZURE_DEPLOYMENT, or AZURE_MODEL_DEPLOYMENTS.",
    ]);
  });

  test("names the variable of a refused key and of a version, and asks no deployment then", async () => {
    const key = await doctor({ AZURE_API_KEY: "another-key-0123456789" });
    expect(key.faults).toEqual([expect.stringContaining("Check AZURE_API_KEY, and that it is one of this vendor")]);
    const version = await doctor({ AZURE_API_VERSION: "2020-01-01" });
    expect(version.faults).toEqual([
      expect.stringContaining("azure does not know the API version 2020-01-01. Set AZURE_API_VERSION"),
    ]);
    expect(azure.generated()).toEqual([]);
  });
});
