/** The deployments of a resource: what is missing, refused or out of reach is told in the caller's own protocol, with the deployment and what to set. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { startGateway } from "../../src/gateway.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { VENDORS } from "../../src/providers/catalog.ts";
import { AZURE_KEY, type AzureStub, azureStub } from "./azure-stub.ts";
import { bodyFor, PATH, post, type Wire, WIRES } from "./wires.ts";

type Variables = Readonly<Record<string, string>>;

const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-azure-"));
const closing: (() => Promise<void>)[] = [];
let azure: AzureStub;
beforeAll(() => void (azure = azureStub(["gpt-5"])));
afterAll(async () => {
  for (const close of closing) await close();
  await azure.stop();
  rmSync(FOLDER, { recursive: true });
});

/** A gateway as the environment, or a file, makes it. */
async function started(variables: Variables, yaml?: string) {
  const records: CallRecord[] = [];
  const log = { info: () => {}, warn: () => {}, write: (record: CallRecord) => void records.push(record) };
  const file = join(FOLDER, "codeswitch.yaml");
  if (yaml !== undefined) writeFileSync(file, yaml);
  const around = { variables: { ...variables, PORT: "0" }, cwd: FOLDER, vendors: VENDORS };
  const gateway = await startGateway(loadConfig(yaml === undefined ? undefined : file, {}, around), { log });
  if (yaml !== undefined) rmSync(file);
  closing.push(gateway.stop);
  return { url: gateway.url, records };
}
const ENV = (): Variables => ({ AZURE_BASE_URL: azure.url, AZURE_API_KEY: AZURE_KEY });

interface Refused {
  readonly status: number;
  readonly message: string;
  /** What a client decides by. */
  readonly word: string;
}
async function refused(url: string, wire: Wire, model: string, stream = false): Promise<Refused> {
  const response = await post(url, PATH[wire], bodyFor(wire, model, { stream }));
  const { error } = (await response.json()) as { error: { message: string; type: string; code?: string } };
  return { status: response.status, message: error.message, word: error.code ?? error.type };
}

describe.each(WIRES)("over %s", (wire) => {
  test.each([false, true])(
    "a deployment that is not there is named, with who asked and what to set (streamed: %p)",
    async (stream) => {
      const { url, records } = await started({ ...ENV(), AZURE_DEPLOYMENT: "my-gpt5" });
      const { status, message, word } = await refused(url, wire, "gpt-high", stream);
      const says =
        "azure has no deployment 'my-gpt5' (asked for as gpt-high). Set AZURE_DEPLOYMENT, or AZURE_MODEL_DEPLOYMENTS.";
      expect([status, message]).toEqual([404, says]);
      expect(word).toBe(wire === "messages" ? "not_found_error" : "model_not_found");
      expect(records.at(-1)).toMatchObject({
        error: "unknown-model",
        why: says,
        attempts: [{ status: 404, why: says }],
      });
    },
  );

  test("one that nobody configured is named too", async () => {
    const { url } = await started(ENV());
    expect(await refused(url, wire, "gpt-5.4")).toMatchObject({
      message: "azure has no deployment 'gpt-5.4' (asked for as gpt-5.4). Set AZURE_MODEL_DEPLOYMENTS.",
    });
  });

  test("one that a file names is told with its place, and the variable in it", async () => {
    const yaml = `providers:
  prod: { kind: azure, base_url: "${azure.url}", api_key: "${AZURE_KEY}" }
models:
  big: { targets: [ { provider: prod, model: "\${MINE}" } ] }
`;
    const { url } = await started({ MINE: "my-gpt5" }, yaml);
    expect((await refused(url, wire, "big")).message).toMatch(
      /^prod has no deployment 'my-gpt5' \(asked for as big\)\. Set models\.big\.targets\[0\]\.model \(.*codeswitch\.yaml:4, from MINE\)\.$/,
    );
  });

  test.each([
    ["the v1 API", {}],
    ["a dated API", { AZURE_API_VERSION: "2025-04-01-preview" }],
    ["Chat Completions only", { AZURE_API_VERSION: "2024-10-21" }],
  ])("a wrong key is told to be the provider's, with the variable that holds it: %s", async (_which, version) => {
    const { url, records } = await started({ ...ENV(), ...version, AZURE_API_KEY: "another-key-0123456789" });
    const { status, message } = await refused(url, wire, "gpt-high");
    expect(status).toBe(401);
    expect(message).toStartWith(
      "azure refuses its key, which is the gateway's and not the caller's. Check AZURE_API_KEY",
    );
    expect(message).toContain("It said: Access denied due to invalid subscription key");
    expect(message).not.toContain("another-key");
    expect(records.at(-1)?.why).toStartWith("azure refuses its key");
    expect(records.at(-1)?.why).not.toContain("Access denied");
  });

  test("a version that is not supported names the version and its variable", async () => {
    const { url } = await started({ ...ENV(), AZURE_API_VERSION: "2020-01-01" });
    const { status, message } = await refused(url, wire, "gpt-high");
    expect(status).toBe(400);
    expect(message).toStartWith("azure does not know the API version 2020-01-01. Set AZURE_API_VERSION");
  });

  test("a vendor that is down is told in words, and not by the system's name for it", async () => {
    const gone = azureStub([]);
    await gone.stop();
    const { url, records } = await started({ ...ENV(), AZURE_BASE_URL: gone.url });
    const { status, message } = await refused(url, wire, "gpt-high");
    expect(status).toBe(502);
    expect(message).toBe(
      "The provider azure could not be reached: nothing listens there. Check host and port, and that the server runs.",
    );
    expect(records.at(-1)).toMatchObject({ why: message, attempts: [{}, {}, { error: "upstream-unreachable" }] });
  });
});

test("Cursor, which shows the text of a 400 only, is told whose key it was", async () => {
  const { url } = await started({ ...ENV(), AZURE_API_KEY: "another-key-0123456789" });
  const response = await post(url, "/cursor/v1/chat/completions", bodyFor("chat", "gpt-high"));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("Check AZURE_API_KEY");
});

test.each([
  ["missing", AZURE_KEY, /^prod has no deployment 'claude-opus-5' \(asked for as c\)\. Set models\.c\./],
  ["whose key is wrong", "another-key-0123456789", /^prod refuses its key, .* Check providers\.prod\.api_key \(/],
])("Claude in a resource speaks its own dialect, and one that is %s is told likewise", async (_what, key, says) => {
  const yaml = `providers:
  prod: { kind: azure, base_url: "${azure.url}", api_key: "${key}" }
models:
  c: { targets: [ { provider: prod, model: claude-opus-5 } ] }
`;
  const { url, records } = await started({}, yaml);
  expect((await refused(url, "messages", "c")).message).toMatch(says);
  expect(records.at(-1)?.lane).toBe("native");
});
