/** A target that was refused or is down cools: the next calls go to the others, and a lone one is not asked before the wait is over that its vendor named. */
import { afterEach, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Answering, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, WHOLE, wholeStream, type Wire } from "./wires.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const sse = (text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, { headers: { "content-type": "text/event-stream", ...headers } });
const refused = (status: number, headers: Record<string, string> = {}): Response =>
  Response.json({ error: { message: `told ${status}`, type: "x", code: null } }, { status, headers });
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`;

async function chain(
  wire: Wire,
  ...answers: readonly Answering[]
): Promise<{ readonly gateway: Running; readonly upstreams: readonly Upstream[] }> {
  const upstreams = answers.map(upstream);
  const gateway = await start({
    providers: upstreams.map((one, at) => provider(`p${at}`, wire, one.url)),
    models: [{ name: "m", targets: upstreams.map((_, at) => target(`p${at}`, wire)) }],
  });
  open.push(...upstreams, gateway);
  return { gateway, upstreams };
}
const counts = (upstreams: readonly Upstream[]): readonly number[] => upstreams.map(({ asked }) => asked.length);
const good = (): Response => Response.json(WHOLE.chat);
const ask = (gateway: Running): Promise<Response> => post(gateway.url, PATH.chat, bodyFor("chat", "m"));

/** A limit that refuses inside a 200, before the first word: as the vendor of each wire says it. Pieces are sent one after the other. */
const LIMITED: Readonly<Record<Wire, readonly string[]>> = {
  // Azure, in August 2026 (earendil-works/pi#7983): the reason comes behind the end.
  responses: [
    typed({
      type: "response.created",
      ...{ response: { id: "resp_1", status: "in_progress", model: "served", output: [] } },
    }),
    typed({ type: "response.failed", ...{ response: { id: "resp_1", status: "failed", error: null, output: [] } } }),
    typed({ type: "error", ...{ code: "rate_limit_exceeded", message: "Over the limit.", param: null } }),
  ],
  chat: [data({ error: { code: "rate_limit_exceeded", type: "rate_limit_error", message: "Over the limit." } })],
  messages: [
    typed({
      type: "message_start",
      ...{
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "served",
          content: [],
          usage: { input_tokens: 5, output_tokens: 1 },
        },
      },
    }),
    typed({ type: "error", ...{ error: { type: "rate_limit_error", message: "Over the limit." } } }),
  ],
};

/** Each piece in a packet of its own, with a pause between that a start of a stream alone would not outlast. */
function drip(pieces: readonly string[], pauseMs: number): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      for (const [at, piece] of pieces.entries()) {
        if (at > 0) await Bun.sleep(pauseMs);
        controller.enqueue(encoder.encode(piece));
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "retry-after": "30" } });
}

describe.each(CROSSINGS)(
  "a limit that refuses inside a 200, $client client, $upstream upstream",
  ({ client, upstream: wire }) => {
    for (const pauseMs of [0, 250])
      test(`leads to the next target, and cools the first, ${pauseMs} ms between its events`, async () => {
        const { gateway, upstreams } = await chain(
          wire,
          () => drip(LIMITED[wire], pauseMs),
          () => sse(wholeStream(wire)),
        );
        const stream = async (): Promise<unknown> => {
          const response = await post(gateway.url, PATH[client], bodyFor(client, "m", { stream: true }));
          const { ended, error } = await readStream(client, response).until(() => false);
          return [response.status, ended, error];
        };
        expect(await stream()).toEqual([200, true, undefined]);
        expect(counts(upstreams)).toEqual([1, 1]);
        expect(await stream()).toEqual([200, true, undefined]);
        expect(counts(upstreams)).toEqual([1, 2]);
        expect(gateway.records[0]?.attempts.map(({ provider: name, error }) => [name, error])).toEqual([
          ["p0", "rate-limited"],
          ["p1", undefined],
        ]);
      });
  },
);

test("a lone target that refused inside a 200 is left alone for the wait in its head", async () => {
  const { gateway, upstreams } = await chain("responses", () => drip(LIMITED.responses, 0));
  const asked = (): Promise<Response> => post(gateway.url, PATH.responses, bodyFor("responses", "m", { stream: true }));
  expect((await asked()).status).toBe(429);
  const second = await asked();
  expect([second.status, Number(second.headers.get("retry-after")) > 25, counts(upstreams)]).toEqual([429, true, [1]]);
});

describe("the next call goes to the second target", () => {
  test.each<[string, () => Response, number]>([
    ["a 429 with a wait", () => refused(429, { "retry-after": "30" }), 1],
    ["a 429 without one", () => refused(429), 1],
    ["a 402", () => refused(402), 1],
    ["five failures", () => refused(500), 5],
  ])("after %s of the first", async (_name, first, calls) => {
    const { gateway, upstreams } = await chain("chat", first, good);
    for (let call = 0; call < calls; call++) expect((await ask(gateway)).status).toBe(200);
    expect(counts(upstreams)).toEqual([calls, calls]);
    expect((await ask(gateway)).status).toBe(200);
    expect(counts(upstreams)).toEqual([calls, calls + 1]);
  });

  test("after a 401 of the first, which is the caller's to see once", async () => {
    const { gateway, upstreams } = await chain("chat", () => refused(401), good);
    expect((await ask(gateway)).status).toBe(401);
    expect((await ask(gateway)).status).toBe(200);
    expect(counts(upstreams)).toEqual([1, 1]);
  });

  test("and not after a request that was wrong", async () => {
    const { gateway, upstreams } = await chain("chat", () => refused(400), good);
    for (let call = 0; call < 12; call++) expect((await ask(gateway)).status).toBe(400);
    expect(counts(upstreams)).toEqual([12, 0]);
  });

  test("and not after a request that is larger than the limit: smaller ones fit", async () => {
    const error = {
      message: "Request too large for served: Limit 30000, Requested 60000.",
      code: "rate_limit_exceeded",
    };
    const first: Answering = (_asked, count) => (count === 1 ? Response.json({ error }, { status: 429 }) : good());
    const { gateway, upstreams } = await chain("chat", first, good);
    await ask(gateway);
    await ask(gateway);
    expect(counts(upstreams)).toEqual([2, 1]);
  });
});

describe("where all targets cool", () => {
  test("the call waits for the first, if that is no longer than two seconds", async () => {
    const first: Answering = (_asked, count) => (count === 1 ? refused(429, { "retry-after": "1" }) : good());
    const { gateway, upstreams } = await chain("chat", first, (_asked, count) => (count === 1 ? refused(401) : good()));
    expect((await ask(gateway)).status).toBe(401);
    const from = performance.now();
    expect((await ask(gateway)).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(700);
    expect(counts(upstreams)).toEqual([2, 1]);
  });

  test("else it is refused with the time of the earliest, and the log says which and why", async () => {
    const { gateway, upstreams } = await chain(
      "chat",
      () => refused(429, { "retry-after": "40" }),
      () => refused(429, { "retry-after": "20" }),
    );
    expect((await ask(gateway)).status).toBe(429);
    const response = await ask(gateway);
    const wait = Number(response.headers.get("retry-after"));
    expect([response.status, wait > 15 && wait <= 20, counts(upstreams)]).toEqual([429, true, [1, 1]]);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(
      /^Nobody can be asked for "m" now: p1 \(served\) is over its rate limit, for \d+ s; p0/,
    );
    expect(gateway.records.at(-1)).toMatchObject({ attempts: [], why: error.message });
  });
});

test("where all cool by a guess of ours, the one that opens first is asked rather than nobody", async () => {
  const first: Answering = (_asked, count) => (count === 1 ? refused(429) : good());
  const { gateway, upstreams } = await chain("chat", first, () => refused(401));
  expect((await ask(gateway)).status).toBe(401);
  expect((await ask(gateway)).status).toBe(200);
  expect(counts(upstreams)).toEqual([2, 1]);
});

test("a lone target is asked whatever befell it, but not before the wait is over that its vendor named", async () => {
  for (const status of [401, 402, 500, 503, 429]) {
    const { gateway, upstreams } = await chain("chat", () => refused(status));
    for (let call = 0; call < 3; call++) await ask(gateway);
    expect(upstreams[0]?.asked.length).toBeGreaterThanOrEqual(3);
  }
  const { gateway, upstreams } = await chain("chat", () => refused(429, { "retry-after": "3600" }));
  await ask(gateway);
  const response = await ask(gateway);
  expect([response.status, counts(upstreams)]).toEqual([429, [1]]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(3_500);
});
