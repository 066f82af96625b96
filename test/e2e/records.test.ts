/** The whole record of a call, for every lane and outcome: nothing missing, nothing besides. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { Attempt, CallRecord } from "../../src/ledger/ledger.ts";
import { NO_USAGE, usageLine, type Usage } from "../../src/ir/usage.ts";
import { UNTOUCHED } from "../fixtures/call-record.ts";
import { NEVER_COOL, DIALECT_OF, provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { headOf } from "./raw.ts";
import { type Answering, heldStream, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

const KEY = "a-key-of-30-characters-0123456";
const HEADERS = { authorization: `Bearer ${KEY}`, "user-agent": "curl/8" };

let server: Upstream;
let broken: Upstream;
let gateway: Running;
/** What the upstream does in this test. */
let answer: Answering;

beforeAll(async () => {
  server = upstream((asked, count) => answer(asked, count));
  broken = upstream(() => refusal(503));
  gateway = await start({
    cooldowns: NEVER_COOL,
    keys: [{ name: "me", key: KEY }],
    providers: WIRES.flatMap((wire) => [
      provider(wire, wire, server.url),
      provider(`broken-${wire}`, wire, broken.url),
    ]),
    models: WIRES.flatMap((wire) => [
      { name: wire, targets: [target(wire, wire)] },
      { name: `${wire}-second`, targets: [target(`broken-${wire}`, wire), target(wire, wire)] },
    ]),
  });
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
  await broken.stop();
});

/** Where it is tried again, then at once. */
const refusal = (status: number): Response =>
  Response.json(
    { type: "error", error: { type: "x", message: `told ${status}` } },
    { status, headers: { "retry-after": "0" } },
  );
const good =
  (wire: Wire): Answering =>
  (asked) =>
    asked.body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);

/** The usage of every answer in wires.ts. */
const USAGE: Usage = { lines: [usageLine({ input: 5, output: 2 })], hostedCalls: {}, source: "reported" };
const SOME_MS = expect.any(Number) as unknown as number;
const SOME_TOKENS = expect.any(Number) as unknown as number;
/** RFC 9562. */
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const ADDRESS = { keyId: "file:me", address: "127.0.0.1" } as const;
/** Of a caller that names no session. */
const GUESSED = {
  session: expect.stringMatching(/^[\da-f]{32}$/) as unknown as string,
  sessionFrom: "guessed",
} as const;
const NOTHING_LOST = { losses: [], lossCount: 0, hintCount: 0, answerLossCount: 0, answerHintCount: 0 } as const;

const answered = (name: string): Attempt => ({ provider: name, model: "served", status: 200, ms: SOME_MS });
const failed = (name: string, status: 400 | 500 | 503): Attempt => ({
  ...answered(name),
  status,
  ...FAULTS[status],
  why: `${name} ${status < 500 ? "refuses the request" : "failed"} (${status})`,
});
/** What a vendor refuses, and what it was never asked, is on no bill. */
const NO_BILL = { cost: { nano: 0, priceVersion: null, priced: true } } as const;
const FAULTS = {
  400: { error: "invalid-request" },
  500: { error: "upstream-failed" },
  503: { error: "unavailable" },
} as const;

/** Runs a call to its record, and holds what differs from run to run: the id is the answer's, the times lie within the test. */
async function recordOf(run: () => Promise<Response | undefined>): Promise<CallRecord> {
  const [before, from, known] = [Date.now(), performance.now(), gateway.records.length];
  const response = await run();
  if (response && !response.bodyUsed) await response.text();
  await recordAfter(gateway, known);
  const passed = performance.now() - from;
  expect(gateway.records.length).toBe(known + 1);
  const record = gateway.records[known] as CallRecord;
  expect(record.id).toMatch(UUID_V7);
  if (response) expect(record.id).toBe(response.headers.get("x-codeswitch-request-id") ?? "");
  expect(record.startedAt).toBeWithin(before, Date.now() + 1);
  expect(record.totalMs).toBeWithin(0, Math.ceil(passed) + 1);
  expect(record.firstTokenMs ?? 0).toBeWithin(0, record.totalMs + 1);
  return record;
}

const call = (client: Wire, model: string, more: object = {}, signal?: AbortSignal): Promise<Response> =>
  post(gateway.url, PATH[client], bodyFor(client, model, { ...more }), HEADERS, signal);

for (const { client, upstream: wire } of CROSSINGS) {
  const lane = client === wire ? "native" : "translated";
  /** What every record of this crossing holds, once somebody was asked. */
  const common = (stream: boolean): Omit<CallRecord, "outcome" | "status"> => ({
    id: expect.any(String) as unknown as string,
    startedAt: SOME_MS,
    caller: "me",
    client: "curl",
    surface: DIALECT_OF[client],
    dialect: DIALECT_OF[client],
    lane,
    stream,
    modelAsked: wire,
    modelEntry: wire,
    provider: wire,
    modelServed: "served",
    attempts: [answered(wire)],
    usage: NO_USAGE,
    ...UNTOUCHED,
    ...ADDRESS,
    ...GUESSED,
    totalMs: SOME_MS,
    queueMs: SOME_MS,
    overheadMs: SOME_MS,
    ...NOTHING_LOST,
  });

  describe(`${client} client, ${wire} upstream, ${lane}`, () => {
    for (const stream of [false, true]) {
      const how = stream ? "streamed" : "whole";

      test(`ended, ${how}`, async () => {
        answer = good(wire);
        const record = await recordOf(() => call(client, wire, { stream }));
        expect(record).toEqual({
          ...common(stream),
          outcome: "ended",
          status: 200,
          usage: USAGE,
          ...begun(wire),
          ...(stream ? { stopReason: "tool", tools: ["read"] } : { stopReason: "stop" }),
        });
      });

      test(`answered by the second target, ${how}`, async () => {
        answer = good(wire);
        const record = await recordOf(() => call(client, `${wire}-second`, { stream }));
        expect(record).toEqual({
          ...common(stream),
          modelAsked: `${wire}-second`,
          modelEntry: `${wire}-second`,
          outcome: "ended",
          status: 200,
          attempts: [failed(`broken-${wire}`, 503), answered(wire)],
          usage: USAGE,
          ...begun(wire),
          ...(stream ? { stopReason: "tool", tools: ["read"] } : { stopReason: "stop" }),
        });
      });

      test(`refused by the upstream, ${how}`, async () => {
        answer = () => refusal(400);
        const record = await recordOf(() => call(client, wire, { stream }));
        expect(record).toEqual({
          ...common(stream),
          outcome: "failed",
          status: 400,
          error: "invalid-request",
          why: `${wire} refuses the request (400)`,
          ...NO_BILL,
          responseMs: SOME_MS,
          attempts: [failed(wire, 400)],
        });
      });

      test(`failed at every attempt, ${how}`, async () => {
        answer = () => refusal(500);
        const record = await recordOf(() => call(client, wire, { stream }));
        expect(record).toEqual({
          ...common(stream),
          outcome: "failed",
          status: 500,
          error: "upstream-failed",
          why: `${wire} failed (500)`,
          ...NO_BILL,
          responseMs: SOME_MS,
          attempts: [failed(wire, 500), failed(wire, 500), failed(wire, 500)],
        });
      });

      test(`abandoned before the first byte, ${how}`, async () => {
        const leaving = new AbortController();
        answer = () => (leaving.abort(), new Promise<Response>(() => {}));
        const record = await recordOf(
          async () => void (await call(client, wire, { stream }, leaving.signal).catch(() => {})),
        );
        expect(record).toEqual({
          ...common(stream),
          outcome: "abandoned",
          status: 499,
          error: "aborted",
          attempts: [{ provider: wire, model: "served", error: "aborted", why: "the caller went away", ms: SOME_MS }],
          // The vendor has read the prompt.
          usage: { lines: [usageLine({ input: SOME_TOKENS })], hostedCalls: {}, source: "estimated" },
        });
      });
    }

    test("failed in mid-stream", async () => {
      answer = (asked) => {
        const held = heldStream(asked.signal);
        held.push(stepsOf(wire)[0]?.send ?? "");
        held.end();
        return held.response;
      };
      const record = await recordOf(() => call(client, wire, { stream: true }));
      expect(record).toEqual({
        ...common(true),
        outcome: "failed",
        status: 200,
        error: "upstream-cut",
        why: expect.stringContaining("broke off") as unknown as string,
        usage: billedSoFar(wire),
        ...begun(wire),
      });
    });

    test("abandoned in mid-stream", async () => {
      answer = (asked) => {
        const held = heldStream(asked.signal);
        held.push(stepsOf(wire)[0]?.send ?? "");
        return held.response;
      };
      const leaving = new AbortController();
      const record = await recordOf(async () => {
        const response = await call(client, wire, { stream: true }, leaving.signal);
        await readStream(client, response).until(({ text }) => text !== "");
        leaving.abort();
        return response;
      });
      expect(record).toEqual({
        ...common(true),
        outcome: "abandoned",
        status: 499,
        error: "aborted",
        usage: billedSoFar(wire),
        ...begun(wire),
      });
    });
  });
}

/** What an answer tells with its first word. */
const begun = (wire: Wire) => ({ responseMs: SOME_MS, firstTokenMs: SOME_MS, upstreamId: WHOLE[wire].id as string });

/** By what was delivered; Messages tells the input at the start of a stream already. */
const billedSoFar = (wire: Wire): Usage => ({
  lines: [usageLine({ input: wire === "messages" ? 5 : SOME_MS, output: SOME_MS })],
  hostedCalls: {},
  source: "estimated",
});

describe("before anybody is asked", () => {
  const common: Omit<CallRecord, "status" | "outcome"> = {
    id: expect.any(String) as unknown as string,
    startedAt: SOME_MS,
    caller: "me",
    client: "curl",
    surface: "openai-chat",
    stream: false,
    attempts: [],
    usage: NO_USAGE,
    ...UNTOUCHED,
    ...ADDRESS,
    totalMs: SOME_MS,
    ...NOTHING_LOST,
  };
  const refused = { ...common, ...NO_BILL, overheadMs: SOME_MS, outcome: "failed" } as const;
  const UNREADABLE = {
    status: 400,
    error: "invalid-request",
    why: "the gateway cannot read the request; its caller was told which field",
  } as const;

  test("a body that is no JSON has no dialect and no model", async () => {
    const record = await recordOf(() => post(gateway.url, PATH.chat, "{", HEADERS));
    expect(record).toEqual({ ...refused, ...UNREADABLE });
  });

  test("a body without a model", async () => {
    const record = await recordOf(() => post(gateway.url, PATH.chat, { messages: [], stream: true }, HEADERS));
    expect(record).toEqual({ ...refused, ...UNREADABLE, dialect: "openai-chat", stream: true });
  });

  test("a model that nobody serves", async () => {
    const record = await recordOf(() => call("chat", "nobody"));
    expect(record).toEqual({
      ...refused,
      ...GUESSED,
      dialect: "openai-chat",
      modelAsked: "nobody",
      status: 404,
      error: "unknown-model",
      why: "no model here has that name, or its provider is switched off",
    });
  });

  test("a body in another dialect than its path: the record tells both", async () => {
    answer = good("chat");
    const body = bodyFor("responses", "chat");
    const record = await recordOf(() => post(gateway.url, "/cursor/v1/chat/completions", body, HEADERS));
    expect(record).toMatchObject({
      surface: "openai-chat",
      dialect: "openai-responses",
      client: "cursor",
      status: 200,
    });
  });

  test("a caller that leaves in its upload is abandoned, and nobody is asked", async () => {
    const asked = server.asked.length;
    const record = await recordOf(async () => void (await leaveInUpload()));
    expect(record).toEqual({ ...common, ...NO_BILL, outcome: "abandoned", status: 499, error: "aborted" });
    expect(server.asked.length).toBe(asked);
  });

  test("a wrong key has no record", async () => {
    const known = gateway.records.length;
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", "chat"), { authorization: "Bearer wrong" });
    expect(response.status).toBe(401);
    answer = good("chat");
    await recordOf(() => call("chat", "chat"));
    expect(gateway.records.length).toBe(known + 1);
  });
});

/** Half a body, and the connection closed. */
function leaveInUpload(): Promise<void> {
  const { hostname, port } = new URL(gateway.url);
  const head = { ...HEADERS, "content-type": "application/json" };
  const request = { method: "POST", path: PATH.chat, headers: head, body: "" };
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${headOf(request, { "content-length": "1000" })}{"model":`, () => socket.end());
    });
    socket.once("error", reject);
    socket.once("close", () => resolve());
  });
}

test("what could not cross stands in the record", async () => {
  answer = good("messages");
  const record = await recordOf(() => call("chat", "messages", { field_of_nobody: 1 }));
  expect(record.losses).toEqual([{ path: "…", feature: "unknown-field", how: "dropped", weight: "hint" }]);
});
