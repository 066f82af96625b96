/** Callers that leave while a vendor thinks: the vendor has read their prompt, so it is on their budget. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { memoryCounters } from "../../src/limits/memory-counters.ts";
import { provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { type Answering, heldStream, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, stepsOf, WHOLE, type Wire, WIRES } from "./wires.ts";

const KEY = "a-key-of-a-caller-0123456789";
const HEADERS = { authorization: `Bearer ${KEY}` };
/** Some 25,000 tokens: a quarter of a dollar. */
const PROMPT = "word ".repeat(20_000);
const PRICES = { input: 10, output: 50 };

let vendor: Upstream;
let answer: Answering;
let gateway: Running;
beforeAll(() => {
  vendor = upstream((asked, count) => answer(asked, count));
});
afterEach(() => gateway.stop());
afterAll(() => vendor.stop());

async function begin(firstByteMs = 10_000): Promise<void> {
  gateway = await start({
    keys: [
      {
        ...{ name: "laptop", key: KEY },
        budgets: [{ usd: 1, per: "total", soft: [], degrade: [], status: 422 }],
      },
    ],
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url, { prices: PRICES, firstByteMs })),
    models: [
      ...WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
      { name: "both", targets: [target("messages", "messages"), target("chat", "chat")] },
    ],
    counters: memoryCounters(Date.now),
  });
}

const ask = (wire: Wire, more: object, signal?: AbortSignal): Promise<Response> =>
  post(gateway.url, PATH[wire], { ...promptFor(wire), ...more }, HEADERS, signal);
function promptFor(wire: Wire): object {
  const said = [{ role: "user", content: PROMPT }];
  return { ...bodyFor(wire, wire), ...(wire === "responses" ? { input: said } : { messages: said }) };
}

async function recordOf(run: () => Promise<unknown>): Promise<CallRecord> {
  const known = gateway.records.length;
  await run();
  return recordAfter(gateway, known);
}

const leave = (wire: Wire, more: object): Promise<CallRecord> =>
  recordOf(async () => {
    const leaving = new AbortController();
    const thinks = new Promise<Response>(() => {});
    answer = () => (setTimeout(() => leaving.abort(), 5), thinks);
    await ask(wire, more, leaving.signal).then(
      (response) => response.text().catch(() => {}),
      () => {},
    );
  });

describe.each(WIRES)("%s", (wire) => {
  test.each([false, true])("that leave before a word pay for what the vendor read (streamed: %p)", async (stream) => {
    await begin();
    const record = await leave(wire, { stream });
    expect(record).toMatchObject({ outcome: "abandoned", usage: { source: "estimated" }, settled: true });
    expect(record.usage.lines[0]?.input).toBeWithin(10_000, 50_000);
    expect(record.usage.lines[0]?.output).toBe(0);
    expect(record.cost.nano).toBeWithin(100_000_000, 500_000_000);
    let left = 1;
    for (let last = record; last.status === 499 && left < 12; left++) last = await leave(wire, { stream });
    expect(left).toBeLessThan(12);
    expect(gateway.records.at(-1)).toMatchObject({ error: "budget-exceeded", cost: { nano: 0 } });
  });

  test("that leave a stream that began without a word pay too", async () => {
    await begin();
    const record = await recordOf(async () => {
      const leaving = new AbortController();
      answer = (asked) => {
        const held = heldStream(asked.signal);
        // A role, `message_start`, `response.created`: what 100 ms later is this target's answer.
        held.push(wire === "chat" ? ROLE : (stepsOf(wire)[0]?.send.split("\n\n")[0] ?? "") + "\n\n");
        setTimeout(() => leaving.abort(), 250);
        return held.response;
      };
      await ask(wire, { stream: true }, leaving.signal).then(
        (response) => response.text().catch(() => {}),
        () => {},
      );
    });
    expect(record).toMatchObject({ outcome: "abandoned", usage: { source: "estimated" } });
    expect(record.cost.nano).toBeGreaterThan(0);
  });

  test("a vendor that thinks for longer than it may is paid for the prompt", async () => {
    await begin(50);
    answer = () => new Promise<Response>(() => {});
    const record = await recordOf(async () => (await ask(wire, {})).text());
    expect(record).toMatchObject({ error: "upstream-timeout", usage: { source: "estimated" } });
    expect(record.cost.nano).toBeGreaterThan(0);
  });

  test("what the vendor refused before they left costs nothing", async () => {
    await begin();
    const record = await recordOf(async () => {
      const leaving = new AbortController();
      answer = () => {
        setTimeout(() => leaving.abort(), 100);
        return Response.json(
          { type: "error", error: { type: "x", message: "no" } },
          { status: 503, headers: { "retry-after": "1.5" } },
        );
      };
      await ask(wire, {}, leaving.signal).catch(() => {});
    });
    expect(record).toMatchObject({ outcome: "abandoned", cost: { nano: 0, priced: true }, usage: { source: "none" } });
  });
});

const ROLE = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] })}\n\n`;

test("an answer that comes after another vendor was left is billed alone", async () => {
  await begin(50);
  answer = (asked) => (asked.path.endsWith("/messages") ? new Promise<Response>(() => {}) : Response.json(WHOLE.chat));
  const record = await recordOf(async () => (await ask("chat", { model: "both" })).text());
  expect(record).toMatchObject({ outcome: "ended", usage: { source: "reported" } });
});
