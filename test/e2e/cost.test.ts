/** What a call cost, as its record, its answer and the console say it: over HTTP, on every wire. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { type Answering, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

const KEY = "a-key-of-30-characters-0123456";
const HEADERS = { authorization: `Bearer ${KEY}` };
/** Five tokens in and two out, at the prices below: 5 × 2 + 2 × 10 = 30 µ$. */
const PRICES = { input: 2, output: 10 };
const MICRO = 30;

let server: Upstream;
let gateway: Running;
let answer: Answering;

beforeAll(async () => {
  server = upstream((asked, count) => answer(asked, count));
  gateway = await start({
    keys: [{ name: "me", key: KEY }],
    providers: [
      ...WIRES.map((wire) => provider(wire, wire, server.url)),
      provider("dear", "chat", server.url, { prices: { input: 100, output: 100 } }),
    ],
    models: [
      ...WIRES.flatMap((wire) => [
        { name: wire, targets: [target(wire, wire, "served", { prices: PRICES })] },
        { name: `${wire}-unknown`, targets: [target(wire, wire)] },
      ]),
      {
        name: "second",
        targets: [
          target("messages", "messages", "served", { prices: PRICES }),
          target("chat", "chat", "served", { prices: PRICES }),
        ],
      },
      { name: "dear", targets: [target("dear", "chat")] },
      { name: "bargain", targets: [target("dear", "chat", "served", { prices: PRICES })] },
      { name: "gpt-5.1", targets: [target("responses", "responses", "prod", { baseModel: "gpt-5.1" })] },
    ],
  });
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});

const good =
  (wire: Wire): Answering =>
  (asked) =>
    asked.body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);

async function ask(client: Wire, model: string, stream: boolean): Promise<{ record: CallRecord; headers: Headers }> {
  const before = gateway.records.length;
  const response = await post(gateway.url, PATH[client], bodyFor(client, model, { stream }), HEADERS);
  await response.text();
  return { record: await recordAfter(gateway, before), headers: response.headers };
}

for (const wire of WIRES)
  for (const client of WIRES) {
    test(`${client} over ${wire}, whole: in the record and in a header`, async () => {
      answer = good(wire);
      const { record, headers } = await ask(client, wire, false);
      expect(record.cost).toEqual({ nano: MICRO * 1000, priceVersion: "target", priced: true });
      expect(headers.get("x-codeswitch-cost")).toBe("0.00003");
    });

    test(`${client} over ${wire}, streamed: in the record`, async () => {
      answer = good(wire);
      const { record, headers } = await ask(client, wire, true);
      expect(record.cost).toEqual({ nano: MICRO * 1000, priceVersion: "target", priced: true });
      expect(headers.has("x-codeswitch-cost")).toBe(false);
    });
  }

test("a model without a price: no cost, and no header that says 0", async () => {
  answer = good("chat");
  const { record, headers } = await ask("chat", "chat-unknown", false);
  expect(record.cost).toEqual({ nano: null, priceVersion: null, priced: false });
  expect(headers.has("x-codeswitch-cost")).toBe(false);
});

test("a provider's prices hold for all its models, and a target's win over them", async () => {
  answer = good("chat");
  expect((await ask("chat", "dear", false)).record.cost).toMatchObject({ nano: 700_000, priceVersion: "provider" });
  expect((await ask("chat", "bargain", false)).record.cost).toMatchObject({ nano: 30_000, priceVersion: "target" });
});

test("base_model names the model of a deployment whose own name says nothing", async () => {
  answer = good("responses");
  const { record } = await ask("responses", "gpt-5.1", false);
  expect(record.cost).toMatchObject({ nano: 26_250, priced: true });
  expect(record.cost.priceVersion).toMatch(/^20\d\d-\d\d-\d\d-[\da-f]{8}$/);
});

test("the tier that the vendor says served is billed, whatever was asked for", async () => {
  answer = () => Response.json({ ...WHOLE.responses, service_tier: "priority" });
  expect((await ask("responses", "gpt-5.1", false)).record.cost.nano).toBe(52_500);
  answer = () => Response.json({ ...WHOLE.responses, service_tier: "default" });
  expect((await ask("responses", "gpt-5.1", false)).record.cost.nano).toBe(26_250);
});

test("what a vendor refuses costs nothing, and is no unknown", async () => {
  answer = () => Response.json({ error: { message: "no" } }, { status: 400 });
  expect((await ask("chat", "chat", false)).record.cost).toEqual({ nano: 0, priceVersion: null, priced: true });
});

test("what an attempt reported before it failed is part of the call's cost", async () => {
  const start = {
    type: "message_start",
    message: { ...WHOLE.messages, content: [], usage: { input_tokens: 5, output_tokens: 1 } },
  };
  const fault = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const broken = [start, fault].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  answer = (asked, count) =>
    asked.body["messages"] !== undefined && asked.body["max_tokens"] !== undefined
      ? new Response(broken, { headers: { "content-type": "text/event-stream" } })
      : good("chat")(asked, count);
  const { record } = await ask("chat", "second", true);
  expect(record.attempts).toMatchObject([
    { provider: "messages", error: "overloaded", billedNano: 20_000 },
    { provider: "chat", status: 200 },
  ]);
  expect(record.cost).toEqual({ nano: (20 + MICRO) * 1000, priceVersion: "target", priced: true });
});
