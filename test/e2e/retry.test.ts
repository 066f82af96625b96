/** Targets in order, each once, before the first byte only; the last again, twice and two seconds at most; a longer wait is the caller's to decide. */
import { afterEach, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Answering, type Asked, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, readStream, stepsOf, WHOLE, wholeStream, WIRES } from "./wires.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const good = (): Response => Response.json(WHOLE.chat);
const bad = (status: number, headers: Record<string, string> = {}): Response =>
  Response.json({ error: { message: `told ${status}`, type: "x", code: null } }, { status, headers });
const sse = (text: string): Response => new Response(text, { headers: { "content-type": "text/event-stream" } });

/** One model, its targets in order, one upstream for each. */
async function chain(
  ...answers: readonly Answering[]
): Promise<{ readonly gateway: Running; readonly upstreams: readonly Upstream[] }> {
  const upstreams = answers.map(upstream);
  const gateway = await start({
    providers: upstreams.map((one, at) => provider(`p${at}`, "chat", one.url)),
    models: [{ name: "m", targets: upstreams.map((_, at) => target(`p${at}`, "chat")) }],
  });
  open.push(...upstreams, gateway);
  return { gateway, upstreams };
}

const ask = (
  gateway: Running,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Response> => post(gateway.url, PATH.chat, bodyFor("chat", "m", more), headers);
const counts = (upstreams: readonly Upstream[]): readonly number[] => upstreams.map((one) => one.asked.length);

/** Half of the shortest wait that is not waited for here. */
const NOT_WAITED_MS = 15_000;

async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const from = performance.now();
  return { value: await work, ms: performance.now() - from };
}

describe("the next target answers", () => {
  for (const status of [408, 429, 500, 502, 503, 529])
    test(`when the first says ${status}`, async () => {
      const { gateway, upstreams } = await chain(() => bad(status), good);
      expect((await ask(gateway)).status).toBe(200);
      expect(counts(upstreams)).toEqual([1, 1]);
    });

  test("when the first three are down", async () => {
    const { gateway, upstreams } = await chain(
      () => bad(503),
      () => bad(429),
      () => bad(500),
      good,
    );
    expect((await ask(gateway)).status).toBe(200);
    expect(counts(upstreams)).toEqual([1, 1, 1, 1]);
  });

  test("when the first says 429 with a long Retry-After", async () => {
    const { gateway, upstreams } = await chain(() => bad(429, { "retry-after": "60" }), good);
    const { value, ms } = await timed(ask(gateway));
    expect([value.status, counts(upstreams)]).toEqual([200, [1, 1]]);
    expect(ms).toBeLessThan(NOT_WAITED_MS);
  });

  test("when nobody listens at the first", async () => {
    const dead = upstream(good);
    await dead.stop();
    const alive = upstream(good);
    const gateway = await start({
      providers: [provider("dead", "chat", dead.url), provider("alive", "chat", alive.url)],
      models: [{ name: "m", targets: [target("dead", "chat"), target("alive", "chat")] }],
    });
    open.push(alive, gateway);
    expect((await ask(gateway)).status).toBe(200);
  });

  for (const stream of [false, true])
    test(`when the first says its error inside a 200, stream ${stream}`, async () => {
      const told = { error: { message: "Overloaded", type: "server_error", code: 503 } };
      const first = (): Response => (stream ? sse(`data: ${JSON.stringify(told)}\n\n`) : Response.json(told));
      const { gateway, upstreams } = await chain(first, () => (stream ? sse(wholeStream("chat")) : good()));
      const response = await ask(gateway, { stream });
      expect([response.status, counts(upstreams)]).toEqual([200, [1, 1]]);
      expect(await response.text()).not.toContain("Overloaded");
    });
});

describe("nobody else is asked", () => {
  for (const status of [400, 403, 404, 413, 422])
    test(`after a ${status} of a lone target`, async () => {
      const { gateway, upstreams } = await chain(() => bad(status));
      expect((await ask(gateway)).status).toBeGreaterThanOrEqual(400);
      expect(counts(upstreams)).toEqual([1]);
    });

  test("after a 400, although there is another target: the request is at fault", async () => {
    const { gateway, upstreams } = await chain(() => bad(400), good);
    expect((await ask(gateway)).status).toBe(400);
    expect(counts(upstreams)).toEqual([1, 0]);
  });

  test("once a word has reached the client", async () => {
    const first = (stepsOf("chat")[0]?.send ?? "") + 'data: {"error":{"message":"broke","code":500}}\n\n';
    const { gateway, upstreams } = await chain(
      () => sse(first),
      () => sse(wholeStream("chat")),
    );
    const reader = readStream("chat", await ask(gateway, { stream: true }));
    const end = await reader.until(() => false);
    expect(end).toMatchObject({ text: "One ", ended: false });
    expect(end.error).toContain("broke");
    expect(counts(upstreams)).toEqual([1, 0]);
  });
});

describe("one target is tried again", () => {
  test("and answers at the third time", async () => {
    const { gateway, upstreams } = await chain((_asked, count) => (count < 3 ? bad(503) : good()));
    expect([(await ask(gateway)).status, counts(upstreams)]).toEqual([200, [3]]);
  });

  test("with the same bytes", async () => {
    const { gateway, upstreams } = await chain((_asked, count) => (count < 2 ? bad(500) : good()));
    await ask(gateway);
    const [first, second] = (upstreams[0] as Upstream).asked as [Asked, Asked];
    expect(second.text).toBe(first.text);
  });

  // That the waits add up to two seconds at most: src/relay/retry.test.ts, on a clock of its own.
  test("at most twice", async () => {
    const { gateway, upstreams } = await chain(() => bad(500));
    expect((await ask(gateway)).status).toBeGreaterThanOrEqual(500);
    expect(counts(upstreams)).toEqual([3]);
  });

  test("the last one, twice at most", async () => {
    const { gateway, upstreams } = await chain(
      () => bad(500),
      () => bad(500),
      () => bad(500),
      () => bad(500),
    );
    await ask(gateway);
    expect(counts(upstreams)).toEqual([1, 1, 1, 3]);
  });

  test("after a short Retry-After, once it is over", async () => {
    const { gateway, upstreams } = await chain((_asked, count) =>
      count < 2 ? bad(429, { "retry-after": "1" }) : good(),
    );
    const { value, ms } = await timed(ask(gateway));
    expect([value.status, counts(upstreams)]).toEqual([200, [2]]);
    expect(ms).toBeGreaterThan(950);
  });
});

describe("a wait that is too long is the caller's", () => {
  for (const wait of ["30", "Wed, 21 Oct 2099 07:28:00 GMT"])
    test(`Retry-After ${wait} arrives at once and unchanged`, async () => {
      const { gateway, upstreams } = await chain(() => bad(429, { "retry-after": wait }));
      const { value, ms } = await timed(ask(gateway));
      expect([value.status, value.headers.get("retry-after"), counts(upstreams)]).toEqual([429, wait, [1]]);
      expect(ms).toBeLessThan(NOT_WAITED_MS);
    });

  for (const wire of WIRES)
    test(`every 429 carries a Retry-After, at ${wire} too`, async () => {
      const { gateway } = await chain(() => bad(429));
      const response = await post(gateway.url, PATH[wire], bodyFor(wire, "m"));
      expect(response.status).toBe(429);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    });
});

test("a silent upstream is left when its first byte is late", async () => {
  const silent = upstream(() => new Promise<Response>(() => {}));
  const gateway = await start({
    providers: [provider("silent", "chat", silent.url, { firstByteMs: 300 })],
    models: [{ name: "m", targets: [target("silent", "chat")] }],
  });
  open.push(silent, gateway);
  expect((await ask(gateway, { stream: true })).status).toBe(504);
});

test("a stream that falls silent is broken off with an error", async () => {
  const server = upstream(() => {
    const piece = new TextEncoder().encode(stepsOf("chat")[0]?.send);
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(piece) }), {
      headers: { "content-type": "text/event-stream" },
    });
  });
  const gateway = await start({
    providers: [provider("p", "chat", server.url, { idleMs: 300 })],
    models: [{ name: "m", targets: [target("p", "chat")] }],
  });
  open.push(server, gateway);
  for (const wire of WIRES) {
    const end = await readStream(wire, await post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true }))).until(
      () => false,
    );
    expect(end).toMatchObject({ text: "One ", ended: false });
    expect(end.error).toBeDefined();
  }
});

test("a redirect is not followed", async () => {
  const elsewhere = upstream(good);
  const { gateway } = await chain(() => Response.redirect(`${elsewhere.url}/v1/chat/completions`, 307));
  open.push(elsewhere);
  expect((await ask(gateway)).status).toBeGreaterThanOrEqual(500);
  expect(elsewhere.asked.length).toBe(0);
});

test("headers: ours go, the caller's secrets and strangers stay", async () => {
  const { gateway, upstreams } = await chain(good);
  await ask(
    gateway,
    {},
    {
      authorization: "Bearer callers-secret",
      cookie: "a=b",
      "x-callers-own": "x",
      "user-agent": "Cursor/1.0",
      "accept-encoding": "br",
    },
  );
  const headers = upstreams[0]?.asked[0]?.headers as Headers;
  expect(headers.get("authorization")).toBe("Bearer upstream-key");
  expect([headers.get("cookie"), headers.get("x-callers-own")]).toEqual([null, null]);
  expect(headers.get("user-agent")).toMatch(/^codeswitch/);
});

test("Cursor reads the reason and the wait in a 400, everybody else keeps status and Retry-After", async () => {
  // A gateway each: one that was told to wait does not ask again.
  const told = (): ReturnType<typeof chain> => chain(() => bad(429, { "retry-after": "30" }));
  const body = bodyFor("chat", "m");
  for (const [path, agent] of [
    ["/cursor/chat/completions", "x"],
    ["/v1/chat/completions", "Cursor/1.0"],
  ] as const) {
    const { gateway } = await told();
    const response = await post(gateway.url, path, body, { "user-agent": agent });
    const { error } = (await response.json()) as { error: { message: string; type: string } };
    expect(response.status).toBe(400);
    expect(error.message).toContain("told 429");
    expect(error.message).toContain("30");
    expect(error.type).not.toBe("server_error");
  }
  const { gateway } = await told();
  const plain = await post(gateway.url, "/v1/chat/completions", body, { "user-agent": "OpenAI/JS 7" });
  expect([plain.status, plain.headers.get("retry-after")]).toEqual([429, "30"]);
});
