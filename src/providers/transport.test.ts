/** The four axes of a vendor's row: protocol, address, authentication and framing fit what no vendor of the catalog needs yet. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { upstream, type Upstream } from "../../test/e2e/upstream.ts";
import {
  BINARY,
  BINARY_HEADERS,
  binaryFrame,
  SIGNATURE,
  signatureOf,
  SIGNED,
} from "../../test/fixtures/signed-vendor.ts";
import type { ProviderConfig } from "../config/config.ts";
import type { Frame } from "../wire/machine.ts";
import { SSE } from "../wire/sse.ts";
import { VENDORS } from "./catalog.ts";
import { endpoint, endpointOf } from "./endpoint.ts";
import { transportOf, type Vendor } from "./vendor.ts";

const VENDOR: Vendor = {
  id: "made-up",
  title: "Made up",
  kind: "openai-compatible",
  keyVariables: [],
  hosts: [],
  models: [],
  prefixes: [],
  dialect: "openai-chat",
  traits: {},
  transports: {
    "openai-chat": {
      address: ({ base, model }) => `${base}/model/${encodeURIComponent(model)}/converse-stream`,
      auth: SIGNED,
      framing: BINARY,
    },
  },
};
const FRAMES: readonly Frame[] = [
  { event: "messageStart", data: '{"role":"assistant"}' },
  { data: '{"text":"Grüße, 世界"}' },
  { event: "messageStop", data: "{}" },
];

let server: Upstream;
const provider = (more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  name: "it",
  kind: "openai-compatible",
  baseUrl: server.url,
  apiKey: "the-secret",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
  ...more,
});
const at = (more?: Partial<ProviderConfig>) =>
  endpointOf(VENDOR, provider(more), "openai-chat", "a:model/1", "generate");

describe("a vendor that signs each request and streams in binary frames", () => {
  beforeAll(() => {
    server = upstream(async ({ path, bytes, headers }) => {
      const request = { method: "POST", url: server.url + path, body: bytes } as const;
      if (headers.get(SIGNATURE) !== (await signatureOf(request, "the-secret")))
        return new Response("", { status: 403 });
      const sent = Buffer.concat(FRAMES.map(binaryFrame));
      return new Response(sent, { headers: BINARY_HEADERS });
    });
  });
  afterAll(() => server.stop());

  test("is asked at its own address with a signature over the bytes, and read in its own framing", async () => {
    const { url, headers, sign, framing } = at();
    expect(url).toBe(`${server.url}/model/a%3Amodel%2F1/converse-stream`);
    expect(Object.keys(headers)).toEqual(["user-agent"]);
    const body = new TextEncoder().encode('{"messages":[]}');
    const post = (more: Readonly<Record<string, string>> = {}) =>
      fetch(url, { method: "POST", headers: { ...headers, ...more }, body });
    expect((await post()).status).toBe(403);
    const response = await post(await sign?.({ method: "POST", url, body }));
    expect([response.status, framing.isStream(response.headers), SSE.isStream(response.headers)]).toEqual([
      200,
      true,
      false,
    ]);
    const [found, reader] = [[] as Frame[], framing.reader()];
    for (const byte of new Uint8Array(await response.arrayBuffer()))
      reader.push(Uint8Array.of(byte), (frame) => found.push(frame));
    reader.end("eof", (frame) => found.push(frame));
    expect(found).toEqual([...FRAMES]);
  });

  test("keeps the operator's own headers over what was signed", async () => {
    const signed = await at({ headers: { [SIGNATURE.toUpperCase()]: "mine" } }).sign?.({
      method: "POST",
      url: "",
      body: new Uint8Array(),
    });
    expect(signed).toEqual({ [SIGNATURE]: "mine" });
  });

  test("speaks its other dialects as everybody does", () => {
    expect(transportOf(VENDOR, "openai-responses")).toMatchObject({ framing: SSE, auth: { kind: "static" } });
  });
});

test("every vendor of the catalog has a static key and server-sent events: nothing is waited for", () => {
  for (const row of VENDORS) {
    const config: ProviderConfig = { ...provider(), kind: row.kind, vendor: row.id };
    const { sign, framing } = endpoint(config, row.dialect, "m", "generate");
    expect([row.id, sign, framing]).toEqual([row.id, undefined, SSE]);
  }
});
