import { afterEach, expect, test } from "bun:test";
import { type StubReply, type StubUpstream, createGate, stubUpstream } from "./upstream.ts";

let stub: StubUpstream | undefined;
afterEach(() => stub?.stop());
const serving = (reply: StubReply): StubUpstream => (stub = stubUpstream({ reply: () => reply }));

test("a request is recorded with its headers and its exact body", async () => {
  const { url, requests } = serving({ body: "{}" });
  await (await fetch(`${url}/v1/x?a=1`, { method: "POST", headers: { "X-Api-Key": "k" }, body: '{"a":  1.0}' })).text();
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: "POST", path: "/v1/x?a=1", text: '{"a":  1.0}', json: { a: 1 } });
  expect(requests[0]?.headers["x-api-key"]).toBe("k");
});

test("frame k arrives before frame k+1 is released", async () => {
  const gate = createGate(1);
  const { url } = serving({ body: ["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"], gate });
  const reader = (await fetch(url)).body!.getReader();
  const text = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toBe("data: 0\n\n");
  await gate.reached(1);
  gate.release();
  expect(await text()).toBe("data: 1\n\n");
  gate.open();
  expect(await text()).toBe("data: 2\n\n");
  expect((await reader.read()).done).toBe(true);
});

test("a cut is no end", async () => {
  const { url } = serving({ body: ["data: 0\n\n", "data: 1"], then: "cut" });
  const reply = await fetch(url);
  await expect(reply.text()).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a client that goes while the stub is silent is noticed", async () => {
  const upstream = serving({ body: ["data: 0\n\n"], then: "wait" });
  const leaving = new AbortController();
  const reply = await fetch(upstream.url, { signal: leaving.signal });
  await reply.body!.getReader().read();
  leaving.abort();
  expect(await upstream.waitForAbort(2_000)).toBe(true);
});

test("a client that stays until the end is no abort", async () => {
  const upstream = serving({ body: ["data: 0\n\n"] });
  await (await fetch(upstream.url)).text();
  expect(upstream.aborts).toBe(0);
});
