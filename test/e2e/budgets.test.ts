/** Budgets over HTTP: what is spent refuses in words, marks are told once, and a budget that is nearly spent changes what answers, at the next user's turn. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { BudgetConfig, KeyConfig } from "../../src/config/config.ts";
import { memoryCounters } from "../../src/limits/memory-counters.ts";
import { until } from "../fixtures/until.ts";
import { provider, type Running, type Setup, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

let server: Upstream;
let told: Upstream;
let hookFails = 0;
const running: Running[] = [];
beforeAll(() => {
  server = upstream(({ path, body }) => {
    const wire = WIRES.find((one) => path.endsWith(PATH[one].slice("/v1".length))) as Wire;
    return body.stream
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);
  });
  told = upstream(() => (hookFails-- > 0 ? new Response("", { status: 500 }) : new Response("ok")));
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
  hookFails = 0;
});
afterAll(async () => {
  await server.stop();
  await told.stop();
});

const KEY = "a-key-of-a-caller-0123456789";
const HEADERS = { authorization: `Bearer ${KEY}` };
const keyOf = (...budgets: readonly Partial<BudgetConfig>[]): KeyConfig => ({
  name: "laptop",
  key: KEY,
  budgets: budgets.map((one) => ({ usd: 1, per: "month", soft: [], degrade: [], status: 422, ...one })),
});
/** So dear that a call or two spend a dollar. */
const PRICES = { input: 0, output: 50_000 };

async function begin(setup: Partial<Setup>): Promise<Running> {
  const gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, server.url, { prices: PRICES })),
    models: WIRES.flatMap((wire) => [
      { name: wire, targets: [target(wire, wire, "claude-sonnet-4-5")] },
      { name: `cheap-${wire}`, targets: [target(wire, wire, "claude-haiku-4-5")] },
    ]),
    counters: memoryCounters(Date.now),
    ...setup,
  });
  running.push(gateway);
  return gateway;
}

describe.each(WIRES)("%s", (wire) => {
  const ask = (gateway: Running, more: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
    post(gateway.url, PATH[wire], { ...bodyFor(wire, wire), ...more }, { ...HEADERS, ...headers });

  test.each([422, 402, 403, 429] as const)(
    "a spent budget refuses with its status %d: whose, how much, until when",
    async (status) => {
      const gateway = await begin({ keys: [keyOf({ usd: 0.05, status, zone: "Europe/Berlin" })] });
      expect((await ask(gateway)).status).toBe(200);
      const asked = server.asked.length;
      const refused = await ask(gateway, { stream: true });
      expect(refused.status).toBe(status);
      expect(refused.headers.get("x-should-retry")).toBe("false");
      const { error } = (await refused.json()) as { error: { message: string; type: string } };
      expect(error.message).toMatch(
        /^The budget of the key "laptop" is spent: \$\d+\.\d+ of \$0\.0500 this month \(Europe\/Berlin\)\. It opens again at \d{4}-\d\d-01 00:00 Europe\/Berlin, or when it is raised\.$/,
      );
      expect(error.type).toBe(wire === "messages" ? "billing_error" : "budget_exceeded");
      expect(server.asked).toHaveLength(asked);
      expect(gateway.records.at(-1)).toMatchObject({ error: "budget-exceeded", status, heldNano: 0, attempts: [] });
    },
  );

  test("the record says what was held, and that it came to its end", async () => {
    const gateway = await begin({ keys: [keyOf({ usd: 1_000 })] });
    await (await ask(gateway, { max_tokens: 100 })).text();
    const record = gateway.records.at(-1);
    // 100 tokens at $50,000 a million.
    if (wire !== "responses") expect(record?.heldNano).toBe(5_000_000_000);
    expect(record).toMatchObject({ settled: true, outcome: "ended" });
    expect(record?.heldNano).toBeGreaterThan(record?.cost.nano ?? Infinity);
  });

  test("the last of a budget is held by a call that would hold more", async () => {
    const gateway = await begin({ keys: [keyOf({ usd: 0.001 })] });
    await (await ask(gateway)).text();
    expect(gateway.records.at(-1)?.heldNano).toBe(1_000_000);
  });

  const result = {
    chat: [
      { role: "user", content: "Go." },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "read", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "text" },
    ],
    responses: [
      { role: "user", content: "Go." },
      { type: "function_call", call_id: "c1", name: "read", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "text" },
    ],
    messages: [
      { role: "user", content: "Go." },
      { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "read", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "text" }] },
    ],
  }[wire];
  const loop = wire === "responses" ? { input: result } : { messages: result };

  test("a mark that degrades changes the model at the next user's turn, and never inside a tool loop", async () => {
    const degrade = [{ at: 0.01, model: `cheap-${wire}` }];
    const gateway = await begin({
      keys: [keyOf({ usd: 1_000, degrade: [] }), { ...keyOf({ usd: 10, degrade }), name: "other", key: `${KEY}x` }],
    });
    const served = async (more: object = {}, session = "s1"): Promise<string | null> => {
      const response = await ask(gateway, more, { authorization: `Bearer ${KEY}x`, "x-session-id": session });
      await response.text();
      return response.headers.get("x-codeswitch-target");
    };
    const [dear, cheap] = [`${wire}/claude-sonnet-4-5`, `${wire}/claude-haiku-4-5`];
    expect(await served()).toBe(dear);
    expect(await served(loop)).toBe(dear);
    expect(await served(loop)).toBe(dear);
    expect(await served()).toBe(cheap);
    expect(await served(loop)).toBe(cheap);
    // Another conversation that is inside a loop goes on as it was.
    expect(await served(loop, "s2")).toBe(dear);
    const record = gateway.records.at(-2);
    expect(record?.modelAsked).toBe(wire);
    expect(record?.modelEntry).toBe(`cheap-${wire}`);
    expect(record?.losses).toContainEqual(expect.objectContaining({ path: "model", feature: "budget" }));
  });

  test("a mark that degrades the effort lowers it, and raises none", async () => {
    const effort = (name: string): object =>
      ({
        chat: { reasoning_effort: name },
        responses: { reasoning: { effort: name } },
        messages: { thinking: { type: "adaptive" }, output_config: { effort: name } },
      })[wire];
    const gateway = await begin({
      keys: [keyOf({ usd: 10, degrade: [{ at: 0.01, effort: "low" }] })],
      models: WIRES.map((one) => ({
        name: one,
        targets: [target(one, one, one === "messages" ? "claude-opus-4-6" : "gpt-5.4")],
      })),
    });
    const sent = async (name: string): Promise<string> => {
      const response = await ask(gateway, effort(name));
      await response.text();
      const said = server.asked.at(-1)?.text ?? "";
      return `${/"(?:reasoning_)?effort":\s*"(\w+)"/.exec(said)?.[1]} ${response.headers.get("x-codeswitch-losses")}`;
    };
    expect(await sent("high")).toBe("high 0");
    expect(await sent("high")).toBe("low 1");
    expect(await sent("low")).toBe("low 0");
    expect(gateway.records.at(-2)?.losses[0]).toMatchObject({ feature: "budget", weight: "meaning" });
  });
});

describe("marks", () => {
  test("each is told once, as JSON and as a sentence, also when the receiver fails at first", async () => {
    const before = told.asked.length;
    hookFails = 1;
    const gateway = await begin({
      keys: [keyOf({ usd: 10, soft: [0.02, 0.03, 0.9] })],
      config: { alerts: { webhook: `${told.url}/hook`, slack: `${told.url}/slack` } },
    });
    for (let call = 0; call < 4; call++)
      await (await post(gateway.url, PATH.chat, bodyFor("chat", "chat"), HEADERS)).text();
    await until("every mark is told", () => told.asked.length - before >= 5);
    await Bun.sleep(100);
    const asked = told.asked.slice(before).map(({ path, text }) => ({ path, ...JSON.parse(text) }));
    const hooks = asked.filter(({ path }) => path === "/hook");
    expect(new Set(hooks.map(({ mark }) => mark))).toEqual(new Set([0.02, 0.03]));
    expect(hooks[0]).toMatchObject({
      event: "budget-mark",
      of: "key",
      name: "laptop",
      max_nano: 10_000_000_000,
      per: "month",
    });
    const slack = asked.filter(({ path }) => path === "/slack").map(({ text }) => text);
    expect(slack[0]).toMatch(/^The budget of the key "laptop" has reached 2 %: \$0\.\d+ of \$10\.0000 this month\.$/);
    expect(new Set(slack).size).toBe(2);
    expect(asked).toHaveLength(5);
  });
});
