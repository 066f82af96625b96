/** Limits over HTTP: which limit, whose, until when, in the caller's own dialect; and what an answer's head says of them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { KeyConfig } from "../../src/config/config.ts";
import { anthropicSdk, openAi, SDKS, WITHOUT_SDKS } from "../clients/sdk.ts";
import { type Counters } from "../../src/limits/counters.ts";
import { memoryCounters } from "../../src/limits/memory-counters.ts";
import { provider, type Running, type Setup, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

let server: Upstream;
let fails: Readonly<Record<string, number>> = {};
const running: Running[] = [];
beforeAll(() => {
  server = upstream(({ path, body }) => {
    const wire = WIRES.find((one) => path.endsWith(PATH[one].slice("/v1".length))) as Wire;
    const status = fails[wire];
    if (status !== undefined) return Response.json({ error: { message: "no" } }, { status });
    return body.stream
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire], {
          headers: { "x-ratelimit-limit-requests": "9999", "x-ratelimit-limit-tokens": "9999" },
        });
  });
});
afterEach(async () => {
  fails = {};
  for (const gateway of running.splice(0)) await gateway.stop();
});
afterAll(() => server.stop());

const KEY = "a-key-of-a-caller-0123456789";
const HEADERS = { authorization: `Bearer ${KEY}` };
const keyOf = (more: Partial<KeyConfig>): KeyConfig => ({ name: "laptop", key: KEY, ...more });

/** A gateway whose counters' clock the test moves. */
async function limited(setup: Partial<Setup>): Promise<{ gateway: Running; at: { now: number }; counters: Counters }> {
  const at = { now: Date.parse("2026-11-22T12:00:01.500Z") };
  const counters = memoryCounters(() => at.now);
  const gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, server.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
    counters,
    ...setup,
  });
  running.push(gateway);
  return { gateway, at, counters };
}

describe.each(WIRES)("%s", (wire) => {
  const ask = (gateway: Running, stream = false): Promise<Response> =>
    post(gateway.url, PATH[wire], bodyFor(wire, wire, { stream }), HEADERS);

  test("a full limit is a 429 that says which, whose and how long; waiting so long lets the call in, a second less does not", async () => {
    const { gateway, at } = await limited({ keys: [keyOf({ limits: { requestsPerMinute: 2 } })] });
    for (const stream of [true, false]) {
      const response = await ask(gateway, stream);
      expect(response.status).toBe(200);
      await response.text();
    }
    const refused = await ask(gateway, true);
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(55);
    const { error } = (await refused.json()) as { error: { message: string; type: string } };
    expect(error.message).toContain(
      `The limit of the key "laptop" is 2 requests a minute, and 2 are used up. Ask again in ${seconds} s`,
    );
    at.now += (seconds - 1) * 1_000;
    expect((await ask(gateway)).status).toBe(429);
    at.now += 1_000;
    expect((await ask(gateway)).status).toBe(200);
  });

  test("refused calls use nothing up: after ten of them the window passes once, and the whole limit is there", async () => {
    const { gateway, at } = await limited({ keys: [keyOf({ limits: { requestsPerMinute: 2 } })] });
    for (let call = 0; call < 12; call++) await (await ask(gateway)).text();
    at.now += 65_000;
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++) statuses.push((await ask(gateway)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test("one call at a time: the next gets in when it has ended, whatever the end", async () => {
    const { gateway } = await limited({ keys: [keyOf({ limits: { parallel: 1 } })] });
    for (let call = 0; call < 20; call++) {
      fails = call % 3 === 0 ? { [wire]: 400 } : {};
      const response = await ask(gateway, call % 2 === 0);
      await response.text();
      expect(response.status).not.toBe(429);
    }
  });

  test("an answer's head says what is left, in the words of its dialect and in place of the vendor's", async () => {
    const { gateway } = await limited({
      keys: [keyOf({ limits: { requestsPerMinute: 20, tokensPerMinute: 50_000 } })],
    });
    const { headers } = await ask(gateway);
    if (wire === "messages") {
      expect(headers.get("anthropic-ratelimit-requests-limit")).toBe("20");
      expect(headers.get("anthropic-ratelimit-requests-remaining")).toBe("19");
      expect(headers.get("anthropic-ratelimit-tokens-limit")).toBe("50000");
      expect(Date.parse(headers.get("anthropic-ratelimit-requests-reset") ?? "")).toBeGreaterThan(0);
      return;
    }
    expect(headers.get("x-ratelimit-limit-requests")).toBe("20");
    expect(headers.get("x-ratelimit-remaining-requests")).toBe("19");
    expect(headers.get("x-ratelimit-reset-requests")).toMatch(/^1m\ds$/);
    expect(headers.get("x-ratelimit-limit-tokens")).toBe("50000");
    expect(Number(headers.get("x-ratelimit-remaining-tokens"))).toBeLessThan(50_000);
  });

  test("the vendor's own headers stay where the caller has no limit here", async () => {
    const { gateway } = await limited({ keys: [keyOf({ limits: { requestsPerMinute: 20 } })] });
    const { headers } = await ask(gateway);
    if (wire !== "messages") expect(headers.get("x-ratelimit-limit-tokens")).toBe("9999");
  });
});

describe("a provider's limit", () => {
  const two: Partial<Setup> = {
    models: [{ name: "m", targets: [target("chat", "chat"), target("responses", "responses")] }],
  };
  const withLimit = (name: Wire): Partial<Setup> => ({
    ...two,
    providers: WIRES.map((wire) =>
      provider(wire, wire, server.url, wire === name ? { limits: { requestsPerMinute: 1 } } : {}),
    ),
  });
  const servedBy = async (gateway: Running): Promise<string | number | null> => {
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", "m"));
    await response.text();
    return response.status === 200 ? response.headers.get("x-codeswitch-target") : response.status;
  };

  test("leads to the next target, where nothing is full", async () => {
    const { gateway } = await limited(withLimit("chat"));
    expect([await servedBy(gateway), await servedBy(gateway)]).toEqual(["chat/served", "responses/served"]);
  });

  test("of the second target counts what goes on to it, and refuses what is too much for both", async () => {
    const { gateway } = await limited(withLimit("responses"));
    fails = { chat: 503 };
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", "m"));
    expect(response.headers.get("x-codeswitch-target")).toBe("responses/served");
    expect(await servedBy(gateway)).toBe(429);
    fails = {};
    expect(await servedBy(gateway)).toBe("chat/served");
  });

  test("a limit of the caller's never leads to another target", async () => {
    const { gateway } = await limited({ ...two, keys: [keyOf({ limits: { requestsPerMinute: 1 } })] });
    const asked = server.asked.length;
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++)
      statuses.push((await post(gateway.url, PATH.chat, bodyFor("chat", "m"), HEADERS)).status);
    expect(statuses).toEqual([200, 429, 429]);
    expect(server.asked.length - asked).toBe(1);
  });
});

test("limits of a model and of the whole gateway hold beside a key's", async () => {
  const { gateway } = await limited({
    models: [
      { name: "chat", targets: [target("chat", "chat")], limits: { requestsPerMinute: 2 } },
      { name: "other", targets: [target("chat", "chat")] },
    ],
    config: { limits: { requestsPerMinute: 3 } },
  });
  const said: string[] = [];
  for (const model of ["chat", "chat", "chat", "other", "other"]) {
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", model));
    const body = await response.text();
    said.push(response.status === 200 ? "ok" : (/limit of ([^,]*) is/.exec(body)?.[1] ?? body));
  }
  expect(said).toEqual(["ok", "ok", 'the model \\"chat\\"', "ok", "this gateway"]);
});

describe.skipIf(!SDKS)(`official SDKs${SDKS ? "" : ` (${WITHOUT_SDKS})`}`, () => {
  type Thrown = Error & { readonly status: number; readonly headers: Headers };
  const messages = [{ role: "user", content: "Go." }];
  const asks = (url: string, retries = 0) => ({
    chat: () => openAi(url, KEY, retries).chat.completions.create({ model: "chat", messages }),
    responses: () => openAi(url, KEY, retries).responses.create({ model: "responses", input: "Go." }),
    messages: () => anthropicSdk(url, KEY, retries).messages.create({ model: "messages", messages, max_tokens: 100 }),
  });
  const failed = (asked: Promise<unknown>): Promise<Thrown> =>
    asked.then(
      () => Promise.reject(new Error("it was let in")),
      (error: unknown) => error as Thrown,
    );

  /** Anthropic's shows the body as it came. */
  const unescaped = ({ message }: Thrown): string => message.replaceAll("\\", "");

  test.each(WIRES)("%s: a full limit is their RateLimitError with the wait", async (wire) => {
    const { gateway } = await limited({ keys: [keyOf({ limits: { requestsPerMinute: 1 } })] });
    const ask = asks(gateway.url)[wire];
    await ask();
    const error = await failed(ask());
    expect([error.constructor.name, error.status]).toEqual(["RateLimitError", 429]);
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(55);
    expect(unescaped(error)).toContain('The limit of the key "laptop" is one request a minute, and 1 is used up.');
  });

  test.each([422, 429] as const)("a spent budget with the status %d is asked for once", async (status) => {
    const prices = { input: 0, output: 50_000 };
    for (const wire of WIRES) {
      const budgets = [{ usd: 0.01, per: "month", soft: [], degrade: [], status }];
      const { gateway } = await limited({
        keys: [keyOf({ budgets })],
        providers: WIRES.map((one) => provider(one, one, server.url, { prices })),
      });
      const ask = asks(gateway.url, 2)[wire];
      await ask();
      const before = gateway.records.length;
      const error = await failed(ask());
      const name = status === 422 ? "UnprocessableEntityError" : "RateLimitError";
      expect([wire, error.constructor.name, error.status]).toEqual([wire, name, status]);
      expect(unescaped(error)).toContain('The budget of the key "laptop" is spent');
      expect(gateway.records.length - before).toBe(1);
    }
  });
});
