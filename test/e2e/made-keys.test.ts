/** Keys that are made beside gateways that run, over real HTTP and one real file. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentialSeal } from "../../src/access/credentials.ts";
import { makeKey } from "../../src/access/made-key.ts";
import { startGateway } from "../../src/gateway.ts";
import { openSecrets, rotateSecret } from "../../src/store/secret.ts";
import { anthropicSdk, openAi, SDKS, WITHOUT_SDKS } from "../clients/sdk.ts";
import { load } from "../config-folder.ts";
import { beside, type Beside, until } from "../fixtures/made.ts";
import { provider, type Running, type Setup, start, target } from "./gateway.ts";
import { heldStream, type HeldStream, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE } from "./wires.ts";

let dir: string;
let made: Beside;
let vendor: Upstream;
const streams: HeldStream[] = [];
const CHUNK = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "served", choices: [{ index: 0, delta: { role: "assistant", content: "word " }, finish_reason: null }] })}\n\n`;
const FILE_KEY = "a-key-of-the-file-0123456789";

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "codeswitch-keys-"));
  made = await beside(dir);
  vendor = upstream(({ body, signal }) => {
    if (body["stream"] !== true) return Response.json(WHOLE.chat);
    const stream = heldStream(signal);
    streams.push(stream);
    stream.push(CHUNK);
    return stream.response;
  });
});
afterAll(async () => {
  await made.close();
  await vendor.stop();
  rmSync(dir, { recursive: true });
});

const gateway = (more: Partial<Setup> = {}): Promise<Running> =>
  start({
    providers: [provider("p", "chat", vendor.url)],
    models: ["m", "other"].map((name) => ({ name, targets: [target("p", "chat")] })),
    dataDir: dir,
    ...more,
  });
const FILED = { keys: [{ name: "filed", key: FILE_KEY }] };

const call = (url: string, key: string, more: object = {}): Promise<Response> =>
  post(url, PATH.chat, bodyFor("chat", "m", { ...more }), { authorization: `Bearer ${key}` });
const status = async (url: string, key: string): Promise<number> => {
  const response = await call(url, key);
  await response.text();
  return response.status;
};
const message = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { message: string } }).error.message;

/** Everything that a folder holds, byte by byte. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name)).toString("latin1"));

/** What changes a key, and what is said of the old one from then on. */
const CHANGES: Readonly<Record<string, { change: (name: string) => Promise<unknown>; words: string }>> = {
  "is blocked": { change: (name) => made.block(name), words: "is blocked" },
  "is deleted": { change: (name) => made.delete(name), words: "was deleted" },
  "is rotated": { change: (name) => made.rotate(name, 0), words: "was replaced by a rotation" },
  "is rotated, when its grace is over": {
    change: async (name) => {
      await made.rotate(name, 1_000);
      await Bun.sleep(1_000);
    },
    words: "was replaced by a rotation",
  },
};

describe("revocation", () => {
  for (const [what, { change, words }] of Object.entries(CHANGES))
    test(`a key that ${what} is refused within a second, by two gateways over one store, with fifty streams open`, async () => {
      const gateways = [await gateway(FILED), await gateway(FILED)];
      const name = `revoked: ${what}`;
      const key = await made.make(name);
      streams.length = 0;
      const open = await Promise.all(
        Array.from({ length: 50 }, (_, at) => call(String(gateways[at % 2]?.url), key, { stream: true })),
      );
      expect(new Set(open.map((one) => one.status))).toEqual(new Set([200]));
      const readers = open.map((one) => one.body?.getReader());
      await Promise.all(readers.map((reader) => reader?.read()));
      const done = new AbortController();
      // Calls go on meanwhile, as a busy key's do, so that whatever they bring back would be brought back.
      const busy = gateways.map(async ({ url }) => {
        while (!done.signal.aborted) await status(url, key);
      });
      await change(name);
      const took = await Promise.all(
        gateways.map(({ url }) => until(async () => (await status(url, key)) === 401, 1_000)),
      );
      expect(Math.max(...took)).toBeLessThan(1_000);
      for (const stream of streams) {
        stream.push(CHUNK);
        stream.push("data: [DONE]\n\n");
        stream.end();
      }
      // Calls that were open go on to their end.
      for (const reader of readers) for (let end = false; !end;) end = (await reader?.read())?.done ?? true;
      for (let again = 0; again < 20; again++) {
        await Bun.sleep(100);
        for (const { url } of gateways) expect(await status(url, key)).toBe(401);
      }
      for (const { url } of gateways) expect(await message(await call(url, key))).toContain(words);
      done.abort();
      await Promise.all(busy);
      for (const { stop } of gateways) await stop();
    }, 30_000);

  test("is taken back: a key that is unblocked is let in within a second", async () => {
    const { url, stop } = await gateway(FILED);
    const key = await made.make("unblocked");
    await made.block("unblocked");
    await until(async () => (await status(url, key)) === 401, 1_000);
    const row = await made.book.named("unblocked");
    if (row) await made.book.setBlocked(row, false);
    await until(async () => (await status(url, key)) === 200, 1_000);
    await stop();
  });
});

describe("a made key", () => {
  test("works at once beside those of the file, from the first call on", async () => {
    const { url, stop, records } = await gateway(FILED);
    expect(await status(url, FILE_KEY)).toBe(200);
    const key = await made.make("at once");
    expect(await status(url, key)).toBe(200);
    expect(records.map(({ caller }) => caller)).toEqual(["filed", "at once"]);
    expect(records.map(({ keyId }) => keyId)).toEqual(["file:filed", (await made.book.named("at once"))?.id]);
    await stop();
  });

  test("that was asked for before it was made is let in within a second", async () => {
    const { url, stop } = await gateway(FILED);
    const unknown = makeKey();
    expect(await status(url, unknown)).toBe(401);
    const key = await made.make("late");
    expect(await status(url, key)).toBe(200);
    await stop();
  });

  test("has its models, its strictness and its end", async () => {
    const { url, stop } = await gateway(FILED);
    const key = await made.make("narrow", { models: ["other"], strict: true }, Date.now() + 1_000);
    expect(await status(url, key)).toBe(403);
    const allowed = await post(url, PATH.chat, bodyFor("chat", "other"), { "x-api-key": key });
    expect(allowed.status).toBe(200);
    await allowed.text();
    const models = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(((await models.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(["other"]);
    await until(async () => (await status(url, key)) === 401, 1_500);
    expect(await message(await call(url, key))).toContain("The API key narrow expired on ");
    await stop();
  });

  test("is taken from its addresses only, whatever a header says", async () => {
    const { url, stop } = await gateway(FILED);
    const here = await made.make("here", { addresses: ["127.0.0.0/8", "::1/128"] });
    const elsewhere = await made.make("elsewhere", { addresses: ["10.0.0.0/8"] });
    expect(await status(url, here)).toBe(200);
    const forged = await post(url, PATH.chat, bodyFor("chat", "m"), {
      "x-api-key": elsewhere,
      "x-forwarded-for": "10.0.0.1",
    });
    expect(forged.status).toBe(403);
    expect(await message(forged)).toContain("may not be used from the address 127.0.0.1");
    await stop();
  });

  test("outlives the server's secret: a gateway with a newer one takes it, and only where it has the older one too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "codeswitch-rotated-"));
    const keys = await beside(folder);
    const key = await keys.make("older");
    await keys.close();
    const far = Date.now() + 365 * 86_400_000;
    const { id } = openSecrets(folder, undefined, 0)[0];
    rotateSecret(folder, Date.now(), 0, (one) => one === id);
    rotateSecret(folder, far, 0, (one) => one === id);
    expect(openSecrets(folder, undefined, 0).map((one) => one.id)).toContain(id);
    const after = await gateway({ ...FILED, dataDir: folder });
    expect(await status(after.url, key)).toBe(200);
    await after.stop();
    rmSync(join(folder, "secret"));
    const lost = await gateway({ dataDir: folder });
    expect([await status(lost.url, key), await status(lost.url, "anything")]).toEqual([401, 401]);
    expect(lost.warnings.join()).toContain("A key was made under another secret than this gateway's");
    await lost.stop();
    rmSync(folder, { recursive: true });
  });

  test("is in no file of the data folder, and neither is anything of it", async () => {
    const { url, stop } = await gateway(FILED);
    const key = await made.make("hidden");
    expect(await status(url, key)).toBe(200);
    await stop();
    const secret = key.slice(3, 46);
    for (const bytes of filesIn(dir))
      for (const part of [secret, secret.slice(0, 12), secret.slice(-12)]) expect(bytes.includes(part)).toBe(false);
    expect(readFileSync(join(dir, "codeswitch.db")).length).toBeGreaterThan(0);
  });
});

describe("an open gateway", () => {
  const fresh = (): string => mkdtempSync(join(tmpdir(), "codeswitch-open-"));

  test("is shut within a second of its first key, and stays so when that is deleted", async () => {
    const folder = fresh();
    const { url, stop } = await gateway({ dataDir: folder });
    const keys = await beside(folder);
    const access = async (): Promise<string | null> =>
      (await fetch(`${url}/health`)).headers.get("x-codeswitch-access");
    expect([await status(url, "anything"), await access()]).toEqual([200, "open"]);
    const key = await keys.make("first");
    await until(async () => (await status(url, "anything")) === 401, 1_000);
    expect([await status(url, key), await access()]).toEqual([200, "key"]);
    await keys.delete("first");
    await until(async () => (await status(url, key)) === 401, 1_000);
    expect([await status(url, "anything"), await access()]).toEqual([401, "key"]);
    await stop();
    await keys.close();
    rmSync(folder, { recursive: true });
  });

  test("is none from its first call on where a key was made before", async () => {
    const folder = fresh();
    const keys = await beside(folder);
    const key = await keys.make("first");
    const { url, stop } = await gateway({ dataDir: folder });
    expect(await status(url, "anything")).toBe(401);
    expect(await status(url, key)).toBe(200);
    await stop();
    await keys.close();
    rmSync(folder, { recursive: true });
  });
});

describe("a stored key at a vendor", () => {
  test("is used within a second by a gateway that runs, and no more within a second of its end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "codeswitch-credentials-"));
    const config = load(`providers:
  stored: { kind: anthropic }
  hosted: { kind: openai-compatible, base_url: "${vendor.url}/v1" }
models:
  mine: { targets: [ { provider: stored, model: x } ] }
  m: { targets: [ { provider: hosted, model: served } ] }
`);
    const warnings: string[] = [];
    const log = { info: () => {}, warn: (words: string) => void warnings.push(words), write: () => {} };
    const running = await startGateway({ ...config, server: { ...config.server, port: 0 } }, { log, dataDir: folder });
    const keys = await beside(folder);
    const seal = credentialSeal(openSecrets(folder, undefined, Date.now()));
    const models = async (): Promise<readonly string[]> => {
      const { data } = (await (await fetch(`${running.url}/v1/models`)).json()) as { data: { id: string }[] };
      return data.map(({ id }) => id);
    };
    const sent = async (): Promise<string | null> => {
      expect(await status(running.url, "anything")).toBe(200);
      return vendor.asked.at(-1)?.headers.get("authorization") ?? null;
    };
    expect([await models(), await sent()]).toEqual([["m"], null]);
    expect(warnings.filter((one) => one.includes("stored"))).toEqual([
      "Provider stored is switched off: it has no api_key. Not served without it: mine.",
    ]);
    await keys.store.credentials.put(seal.seal("stored", "canary-of-the-vendor-1", Date.now()));
    await keys.store.credentials.put(seal.seal("hosted", "canary-of-the-vendor-2", Date.now()));
    await until(async () => (await models()).length === 2, 1_000);
    expect(await sent()).toBe("Bearer canary-of-the-vendor-2");
    await keys.store.credentials.delete("hosted");
    await until(async () => (await sent()) === null, 1_000);
    await running.stop();
    const again = await startGateway({ ...config, server: { ...config.server, port: 0 } }, { log, dataDir: folder });
    expect(again.config().models.map(({ name }) => name)).toEqual(["mine", "m"]);
    expect(warnings.filter((one) => one.includes("stored"))).toHaveLength(1);
    await again.stop();
    await keys.close();
    for (const bytes of filesIn(folder)) expect(bytes.includes("canary-of-the-vendor")).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(!SDKS)(`official SDKs with a made key${SDKS ? "" : ` (${WITHOUT_SDKS})`}`, () => {
  test("are answered, and told in their own error when it is blocked", async () => {
    const { url, stop } = await gateway(FILED);
    const key = await made.make("sdks");
    const messages = [{ role: "user", content: "Go." }];
    const asks = {
      openai: () => openAi(url, key).chat.completions.create({ model: "m", messages }),
      anthropic: () => anthropicSdk(url, key).messages.create({ model: "m", messages, max_tokens: 100 }),
    };
    for (const ask of Object.values(asks)) expect(JSON.stringify(await ask())).toContain("Done.");
    await made.block("sdks");
    await until(async () => (await status(url, key)) === 401, 1_000);
    for (const ask of Object.values(asks)) {
      const error = await ask().then(
        () => undefined,
        (thrown: unknown) => thrown as Error & { status: number },
      );
      expect([error?.constructor.name, error?.status]).toEqual(["AuthenticationError", 401]);
      expect(error?.message).toContain("The API key sdks is blocked.");
    }
    await stop();
  });
});
