/** Hooks that break, wait for ever or answer too late: each call has one record, its vendor is let go, and no slot stays taken. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Guard, Hooks } from "../../src/relay/call.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { heldStream, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, post, stepsOf, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

let guard: Omit<Guard, "watches"> = {};
let waits: "nowhere" | "admit" | "beforeAttempt" = "nowhere";
const forEver = new Promise<never>(() => {});
const hooks: Hooks = {
  admit: () => (waits === "admit" ? forEver : undefined),
  beforeAttempt: () => (waits === "beforeAttempt" ? forEver : undefined),
  guards: [
    {
      watches: () => true,
      request: (request, call) => guard.request?.(request, call) ?? request,
      answer: (attempt) => guard.answer?.(attempt) ?? { push: (event, emit) => emit(event), end: () => {} },
    },
  ],
};

let server: Upstream;
let gateway: Running;
let isHeld = false;
const left: string[] = [];
beforeAll(async () => {
  server = upstream(({ path, body, signal }) => {
    const wire = WIRES.find((one) => path.endsWith(PATH[one].slice("/v1".length))) as Wire;
    signal.addEventListener("abort", () => left.push(path));
    if (!body.stream) return Response.json(WHOLE[wire]);
    if (!isHeld) return new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } });
    const stream = heldStream(signal);
    stream.push(stepsOf(wire)[0]?.send ?? "");
    return stream.response;
  });
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, server.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
    hooks,
  });
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});
afterEach(() => {
  guard = {};
  waits = "nowhere";
  isHeld = false;
});

const recordsAfter = async (before: number, count: number): Promise<readonly object[]> => {
  while (gateway.records.length < before + count) await Bun.sleep(5);
  await Bun.sleep(50);
  return gateway.records.slice(before);
};
const broken = (): never => {
  throw new Error("a guard with a secret 7f3a");
};

const BREAKS: Readonly<Record<string, Omit<Guard, "watches">>> = {
  "at the request": { request: broken },
  "at the request, later": { request: async () => broken() },
  "before the answer": { answer: broken },
  "at an event": { answer: () => ({ push: broken, end: () => {} }) },
  "at the end": { answer: () => ({ push: (event, emit) => emit(event), end: broken }) },
};
describe.each(WIRES)("%s", (wire) => {
  test.each(Object.keys(BREAKS).flatMap((at) => [[at, true] as const, [at, false] as const]))(
    "a guard that throws %s, streamed %s: an error without its words, and one record",
    async (at, stream) => {
      guard = BREAKS[at] ?? {};
      const before = gateway.records.length;
      const response = await post(gateway.url, PATH[wire], bodyFor(wire, wire, { stream }));
      const text = await within(5_000, "an answer", response.text());
      expect(text).not.toContain("7f3a");
      const records = await recordsAfter(before, 1);
      expect(records).toHaveLength(1);
    },
  );

  test("a guard that throws before the answer lets its vendor go", async () => {
    guard = { answer: broken };
    isHeld = true;
    const before = left.length;
    await (await post(gateway.url, PATH[wire], bodyFor(wire, wire, { stream: true }))).text();
    await within(
      3_000,
      "the vendor is let go",
      (async () => {
        while (left.length === before) await Bun.sleep(5);
      })(),
    );
  });
});

test.each(["admit", "beforeAttempt", "request"] as const)(
  "a client that leaves ends a call that %s holds for ever",
  async (at) => {
    if (at === "request") guard = { request: () => forEver };
    else waits = at;
    const before = gateway.records.length;
    const leaving = new AbortController();
    const call = fetch(gateway.url + PATH.chat, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(bodyFor("chat", "chat")),
      signal: leaving.signal,
    }).catch(() => {});
    await Bun.sleep(200);
    leaving.abort();
    await call;
    const records = await within(3_000, "a record", recordsAfter(before, 1));
    expect(records).toMatchObject([{ outcome: "abandoned", status: 499 }]);
  },
);
