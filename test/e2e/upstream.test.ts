/** The upstream of these tests, itself: what it promises is what they stand on. */
import { afterEach, expect, test } from "bun:test";
import {
  type Answering,
  type HeldStream,
  heldStream,
  type Upstream,
  upstream,
  PATIENCE_MS,
  within,
} from "./upstream.ts";

let running: Upstream | undefined;
afterEach(() => running?.stop());
const answering = (answer: Answering): Upstream => (running = upstream(answer));

/** Holds each answer; `held` is the one of the first call. */
function holding(): { readonly url: string; readonly held: Promise<HeldStream> } {
  let tell = (_stream: HeldStream): void => {};
  const held = new Promise<HeldStream>((resolve) => void (tell = resolve));
  const { url } = answering(({ signal }) => {
    const stream = heldStream(signal);
    tell(stream);
    return stream.response;
  });
  return { url, held };
}

test("a request is remembered with its headers and its exact body", async () => {
  const { url, asked } = answering(() => Response.json({}));
  await (await fetch(`${url}/v1/x?a=1`, { method: "POST", headers: { "X-Api-Key": "k" }, body: '{"a":  1.0}' })).text();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ method: "POST", path: "/v1/x?a=1", text: '{"a":  1.0}', body: { a: 1 } });
  expect(asked[0]?.headers.get("x-api-key")).toBe("k");
});

test("a held stream moves only when it is told to, and ends when it is told to", async () => {
  const { url, held } = holding();
  const reading = fetch(url);
  const stream = await held;
  stream.push("data: 0\n\n");
  const reader = (await reading).body!.getReader();
  const text = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toBe("data: 0\n\n");
  stream.push("data: 1\n\n");
  expect(await text()).toBe("data: 1\n\n");
  stream.end();
  expect((await reader.read()).done).toBe(true);
});

test("a cut is no end", async () => {
  const { url, held } = holding();
  const reading = fetch(url);
  const stream = await held;
  stream.push("data: 0\n\n");
  const reader = (await reading).body!.getReader();
  await reader.read();
  stream.cut();
  await expect(reader.read()).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a client that goes while the upstream is silent is noticed", async () => {
  const { url, held } = holding();
  const leaving = new AbortController();
  const reading = fetch(url, { signal: leaving.signal });
  const stream = await held;
  stream.push("data: 0\n\n");
  await (await reading).body!.getReader().read();
  leaving.abort();
  await within(PATIENCE_MS, "the upstream notices", stream.gone);
});
