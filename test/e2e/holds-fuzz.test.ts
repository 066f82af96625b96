/** Thousands of calls of every surface and outcome: afterwards nothing is held, and every counter is the sum of its records, to the nano-dollar. */
import { expect, test } from "bun:test";
import type { BudgetConfig, Config, KeyConfig } from "../../src/config/config.ts";
import { paidTotals } from "../../src/ir/usage.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { memoryCounters } from "../../src/limits/memory-counters.ts";
import { type Measure, metersOf } from "../../src/limits/meters.ts";
import { allScopes, type Scope } from "../../src/limits/scope.ts";
import { configOf, provider, type Setup, start, target } from "./gateway.ts";
import { upstream } from "./upstream.ts";
import { bodyFor, PATH, type Wire, WHOLE, wholeStream, WIRES } from "./wires.ts";

/** `CALLS=5000 npm test -- test/e2e/holds-fuzz.test.ts` for more. */
const CALLS = Number(process.env.CALLS ?? 1_500);
const AT_ONCE = 40;

const budget = (usd: number, per: string): BudgetConfig => ({ usd, per, soft: [], degrade: [], status: 422 });
const BUDGETS = [budget(5_000, "month"), budget(7_000, "30d"), budget(9_000, "total")];
const LIMITS = {
  requestsPerMinute: 1e6,
  tokensPerMinute: 1e9,
  inputTokensPerMinute: 1e9,
  outputTokensPerMinute: 1e9,
  parallel: 1_000,
};
const keyOf = (name: string): KeyConfig => ({
  name,
  key: `key-of-${name}-0123456789abcdef`,
  tags: { team: name === "ann" ? "search" : "shop" },
  limits: LIMITS,
  budgets: BUDGETS,
});
const KEYS = [keyOf("ann"), keyOf("ben")];
const CUTS = new Set<string>();

/** mulberry32: the same calls in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FATES = ["ok", "ok", "ok", "400", "500", "cut", "error", "leave", "leave early", "failover"] as const;
type Fate = (typeof FATES)[number];

const wireOf = (path: string): Wire => WIRES.find((one) => path.endsWith(PATH[one].slice("/v1".length))) as Wire;
const asStream = (body: string | Uint8Array<ArrayBuffer>): Response =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });

/** What the vendor does stands in the model's name that it is asked for. */
function vendor(path: string, body: Readonly<Record<string, unknown>>): Response | Promise<Response> {
  const wire = wireOf(path);
  const fate = String(body.model).split(" ").slice(1).join(" ") as Fate;
  const first = !path.includes("second");
  if (fate === "400")
    return Response.json({ error: { message: "no", type: "invalid_request_error" } }, { status: 400 });
  if (fate === "500" || (fate === "failover" && first))
    return Response.json({ error: { message: "down" } }, { status: 500 });
  const whole = body.stream === true ? wholeStream(wire) : JSON.stringify(WHOLE[wire]);
  if (fate === "cut") {
    const bytes = new TextEncoder().encode(whole);
    CUTS.add(wire);
    const part = bytes.slice(0, Math.floor(bytes.length * 0.6));
    return body.stream === true
      ? asStream(part)
      : new Response(part, { headers: { "content-type": "application/json" } });
  }
  return body.stream === true ? asStream(whole) : Response.json(WHOLE[wire]);
}

async function one(url: string, pick: () => number): Promise<void> {
  const any = <T>(list: readonly T[]): T => list[Math.floor(pick() * list.length)] as T;
  const [wire, to, fate, key] = [any(WIRES), any(WIRES), any(FATES), any(KEYS)];
  const stream = pick() < 0.6;
  const leaving = new AbortController();
  const body = { ...bodyFor(wire, `${to} ${fate}`, { stream }), ...(pick() < 0.3 && { max_tokens: 50 }) };
  const asked = fetch(url + PATH[wire], {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key.key}` },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  const leaves = fate.startsWith("leave");
  const after = Math.floor(pick() * 600);
  if (fate === "leave early") setTimeout(() => leaving.abort(), pick() * 4);
  try {
    const response = await asked;
    if (!leaves) return void (await response.arrayBuffer());
    let read = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      read += piece?.value?.length ?? 0;
      if (!piece || piece.done || read >= after) break;
    }
    leaving.abort();
  } catch {
    // It left.
  }
}

function sumOf(records: readonly CallRecord[], scope: Scope, measure: Measure): number {
  const isOf = (record: CallRecord): boolean => {
    switch (scope.kind) {
      case "key":
        return record.caller === scope.id;
      case "model":
        return record.modelEntry === scope.id;
      case "provider":
        return record.provider === scope.id;
      case "tag":
        return Object.entries(record.tags).some(([name, value]) => `${name}=${value}` === scope.id);
      case "global":
        return true;
    }
  };
  return records.filter(isOf).reduce((sum, { usage, cost }) => {
    const { prompt, output } = paidTotals(usage);
    const of = { requests: 1, input: prompt, output, tokens: prompt + output, parallel: 0, cost: cost.nano ?? 0 };
    return sum + of[measure];
  }, 0);
}

test("nothing stays held, and counters are the sums of the records", async () => {
  const server = upstream(({ path, body }) => vendor(path, body));
  const prices = { input: 1.37, output: 7.11, cacheRead: 0.137, cacheWrite: 1.7 };
  const setup: Setup = {
    providers: WIRES.flatMap((wire) => [
      provider(wire, wire, server.url, { prices, limits: { tokensPerMinute: 1e9 }, budgets: BUDGETS }),
      provider(`${wire}-2`, wire, `${server.url}/second`, { prices, budgets: BUDGETS }),
    ]),
    models: WIRES.map((wire) => ({
      name: `${wire} *`,
      targets: [target(wire, wire, "*"), target(`${wire}-2`, wire, "*")],
      limits: LIMITS,
      budgets: BUDGETS,
    })),
    keys: KEYS,
    config: { limits: LIMITS, budgets: [...BUDGETS, { ...budget(8_000, "week"), tag: "team=search" }] },
  };
  const counters = memoryCounters(Date.now);
  const gateway = await start({ ...setup, counters });
  const pick = random(41);
  let made = 0;
  const worker = async (): Promise<void> => {
    while (made++ < CALLS) await one(gateway.url, pick);
  };
  const began = Date.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const config: Config = configOf(setup);
  const meters = allScopes(config).flatMap((scope) =>
    metersOf([scope], () => ({ input: 1, output: 1, nano: 1 }), Date.now()),
  );
  const levels = () => counters.levels(meters.map(({ meter }) => meter));
  const deadline = Date.now() + 20_000;
  while (levels().some((level) => (level?.held ?? 0) > 0) && Date.now() < deadline) await Bun.sleep(20);
  const took = Date.now() - began;
  const outcomes = Map.groupBy(gateway.records, ({ outcome }) => outcome);
  for (const outcome of ["ended", "failed", "abandoned"] as const)
    expect(outcomes.get(outcome)?.length ?? 0).toBeGreaterThan(CALLS / 30);
  expect(gateway.records.filter(({ status }) => status === 429)).toEqual([]);
  // What is over a minute old has left the windows of tokens.
  const compared = meters.filter(({ measure }) => measure === "cost" || measure === "parallel" || took < 55_000);
  expect(compared.length).toBeGreaterThan(40);
  const counted = levels();
  const found = compared.map((metered) => {
    const level = counted[meters.indexOf(metered)];
    return [metered.meter.id, level?.held ?? 0, level?.spent ?? 0];
  });
  // A provider that was asked in vain was asked: its requests are counted, and stand in no row's provider.
  const isCounted = ({ scope, measure }: (typeof meters)[number]): boolean =>
    !(scope.kind === "provider" && measure === "requests");
  expect(found.filter((_, at) => isCounted(compared[at]!))).toEqual(
    compared
      .filter(isCounted)
      .map(({ meter, scope, measure }) => [meter.id, 0, sumOf(gateway.records, scope, measure)]),
  );
  const costs = gateway.records.map(({ cost }) => cost.nano ?? 0);
  expect(costs.reduce((sum, nano) => sum + nano, 0)).toBeGreaterThan(0);
  await gateway.stop();
  await server.stop();
}, 120_000);
