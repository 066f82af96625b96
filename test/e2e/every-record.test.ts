/** Every route that takes a call, and every way in which a call can end, leaves one record; whoever was let in nowhere leaves none. Together they fill every column. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DIALECTS } from "../../src/dialects/index.ts";
import { generate } from "../../src/http/generate.ts";
import { ROUTES } from "../../src/http/routes.ts";
import { surfaceOf } from "../../src/http/surfaces.ts";
import { GatewayError } from "../../src/ir/error.ts";
import { type CallRecord, ledgerOf } from "../../src/ledger/ledger.ts";
import type { Level } from "../../src/limits/counters.ts";
import { memoryCounters } from "../../src/limits/memory-counters.ts";
import { type Measure, metersOf } from "../../src/limits/meters.ts";
import type { Scope } from "../../src/limits/scope.ts";
import { openCalls } from "../../src/relay/open-calls.ts";
import type { CallRow } from "../../src/store/call-row.ts";
import { rowOf } from "../fixtures/call-record.ts";
import { exchangeOf } from "../fixtures/exchange.ts";
import { DIALECT_OF, provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { type Answering, heldStream, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, post, stepsOf, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

const KEY = "a-key-of-30-characters-0123456";
const HEADERS = { authorization: `Bearer ${KEY}`, "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64)" };

const BUDGETS = [{ usd: 1_000, per: "total", soft: [], degrade: [], status: 422 }] as const;

const counters = memoryCounters(Date.now);
let vendor: Upstream;
let gateway: Running;
let answer: Answering;
const rows: CallRow[] = [];
beforeAll(async () => {
  vendor = upstream((asked, count) => answer(asked, count));
  gateway = await start({
    keys: [
      {
        ...{ name: "me", key: KEY, models: [...WIRES, "nobody", "elsewhere"], tags: { team: "search" } },
        limits: { requestsPerMinute: 100_000, parallel: 2 },
        budgets: BUDGETS,
      },
    ],
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url, { prices: { input: 1, output: 10 } })),
    models: [
      ...WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire, "claude-sonnet-4-5")] })),
      { name: "not-mine", targets: [target("chat", "chat")] },
    ],
    counters,
    hooks: {
      guards: [],
      admit: ({ record }) => {
        const { refuse } = record.draft.tags;
        if (refuse === "422") throw new GatewayError("budget-exceeded", "spent", { ours: true });
        if (refuse === "429") throw new GatewayError("rate-limited", "too many", { ours: true });
        return undefined;
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await vendor.stop();
});

/** Runs a call to its record, and holds that there is one and no more. */
async function recordOf(run: () => Promise<unknown>): Promise<CallRecord> {
  const known = gateway.records.length;
  await run();
  await recordAfter(gateway, known);
  await settled();
  expect(gateway.records.length).toBe(known + 1);
  const record = gateway.records[known] as CallRecord;
  rows.push(rowOf(record));
  return record;
}
/** What is still under way in this turn of the loop, and in the next. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const pathOf = (path: (typeof ROUTES)[number]["path"], model: string): string =>
  typeof path === "string" ? path : `${path.before}${model}${path.after}`;
const POSTS = ROUTES.filter(({ method }) => method === "POST");
const COUNTS = new Set(
  Object.values(DIALECTS).flatMap(({ tokenCount }) => tokenCount?.paths.map((path) => pathOf(path, "")) ?? []),
);
const wireOf = (dialect: string | undefined): Wire => WIRES.find((wire) => DIALECT_OF[wire] === dialect) as Wire;

const refusal = (status: number): Response =>
  Response.json({ type: "error", error: { type: "x", message: "told" } }, { status, headers: { "retry-after": "0" } });
const good =
  (wire: Wire): Answering =>
  ({ body, path }) => {
    if (path.includes("count_tokens")) return Response.json({ input_tokens: 7 });
    return body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);
  };
/** The first words of a stream, and then what the test does. */
const begun =
  (wire: Wire, then: (held: ReturnType<typeof heldStream>) => void): Answering =>
  (asked) => {
    const held = heldStream(asked.signal);
    held.push(stepsOf(wire)[0]?.send ?? "");
    setTimeout(() => then(held), 20);
    return held.response;
  };

for (const { path, dialect } of POSTS) {
  const wire = wireOf(dialect);
  const isCount = COUNTS.has(pathOf(path, ""));
  const kind = isCount ? "count" : "call";
  const ask = (model: string, more: object = {}, headers: object = {}, signal?: AbortSignal): Promise<string> =>
    post(
      gateway.url,
      pathOf(path, model),
      { ...bodyFor(wire, model), ...more },
      { ...HEADERS, ...headers },
      signal,
    ).then((response) => response.text());

  describe(`POST ${pathOf(path, "MODEL")}`, () => {
    test("ended", async () => {
      answer = good(wire);
      expect(await recordOf(() => ask(wire))).toMatchObject({ kind, outcome: "ended", status: 200 });
    });
    test("refused by the vendor", async () => {
      answer = () => refusal(400);
      expect(await recordOf(() => ask(wire))).toMatchObject({ kind, outcome: "failed", status: 400 });
    });
    test("a model that nobody serves, and one that the key may not have", async () => {
      expect(await recordOf(() => ask("nobody"))).toMatchObject({ kind, outcome: "failed", status: 404 });
      expect(await recordOf(() => ask("not-mine"))).toMatchObject({ kind, outcome: "failed", attempts: [] });
    });
    test("a body that cannot be read, or is of another type", async () => {
      const at = pathOf(path, wire);
      expect(await recordOf(() => post(gateway.url, at, "{", HEADERS))).toMatchObject({ kind, status: 400 });
      const text = { ...HEADERS, "content-type": "text/plain" };
      expect(await recordOf(() => post(gateway.url, at, "{}", text))).toMatchObject({ kind, status: 415 });
    });
    test("left before an answer", async () => {
      const leaving = new AbortController();
      answer = () => (leaving.abort(), new Promise<Response>(() => {}));
      const record = await recordOf(() => ask(wire, {}, {}, leaving.signal).catch(() => {}));
      expect(record).toMatchObject({ kind, outcome: "abandoned", status: 499 });
    });
    if (isCount) return;
    test.each([422, 429])("refused by a limit with %d", async (status) => {
      const asked = vendor.asked.length;
      const record = await recordOf(() => ask(wire, {}, { "x-codeswitch-tags": `refuse=${status}` }));
      // Cursor shows the words of a 400 alone.
      expect([status, 400]).toContain(record.status);
      expect(record).toMatchObject({ outcome: "failed", attempts: [] });
      expect(vendor.asked.length).toBe(asked);
    });
    test("ended, streamed", async () => {
      answer = good(wire);
      expect(await recordOf(() => ask(wire, { stream: true }))).toMatchObject({
        outcome: "ended",
        usage: { source: "reported" },
      });
    });
    test("failed at every attempt", async () => {
      answer = () => refusal(500);
      const record = await recordOf(() => ask(wire));
      expect(record).toMatchObject({ outcome: "failed", error: "upstream-failed" });
      expect(record.attempts.length).toBe(3);
    });
    test("cut in mid-stream", async () => {
      answer = begun(wire, (held) => held.cut());
      const record = await recordOf(() => ask(wire, { stream: true }).catch(() => {}));
      expect(record).toMatchObject({ outcome: "failed", error: "upstream-cut", usage: { source: "estimated" } });
    });
    test("left in mid-stream", async () => {
      const leaving = new AbortController();
      answer = begun(wire, () => leaving.abort());
      const record = await recordOf(() => ask(wire, { stream: true }, {}, leaving.signal).catch(() => {}));
      expect(record).toMatchObject({ outcome: "abandoned", status: 499, usage: { source: "estimated" } });
    });
  });
}

test("whoever has no key, asks for something else or for nothing leaves no record", async () => {
  const known = gateway.records.length;
  const headers = { authorization: "Bearer nobody's" };
  for (const wire of WIRES) {
    const { path } = POSTS.find(({ dialect }) => wireOf(dialect) === wire) as (typeof POSTS)[number];
    const url = gateway.url + pathOf(path, wire);
    expect((await post(gateway.url, pathOf(path, wire), bodyFor(wire, wire), headers)).status).toBe(401);
    expect((await post(gateway.url, pathOf(path, wire), bodyFor(wire, wire))).status).toBe(401);
    for (const method of ["GET", "HEAD", "OPTIONS", "DELETE"])
      expect((await fetch(url, { method, headers: HEADERS })).status).toBeGreaterThanOrEqual(400);
  }
  for (const path of ["/v1/models", "/health", "/nowhere"]) await fetch(gateway.url + path, { headers: HEADERS });
  await settled();
  expect(gateway.records.length).toBe(known);
});

test("a gateway that has no room for a call leaves a record of it", async () => {
  const records: CallRecord[] = [];
  const { exchange } = exchangeOf(new Request("http://x/v1/chat/completions", { method: "POST", body: "{}" }));
  const sinks = [{ write: (record: CallRecord) => void records.push(record) }];
  const ledger = ledgerOf({ sinks, clock: Date.now, failed: () => {} });
  const full = { ...exchange, calls: openCalls(0), gateway: { ...exchange.gateway, ledger } };
  expect(Promise.resolve(generate(surfaceOf("openai-chat"))(full))).rejects.toThrow();
  await settled();
  expect(records).toMatchObject([{ outcome: "failed", status: 503, error: "gateway-full" }]);
});

describe("what else fills a row", () => {
  const METADATA = JSON.stringify({
    ...{ agent_name: "/root/scout/reader", turn_id: "t-1", request_kind: "turn" },
    workspaces: {
      "/x": { associated_remote_urls: { origin: "git@github.com:acme/shop.git" }, latest_git_commit_hash: "7fd1a60b" },
    },
  });

  test("a turn of a coding agent in a repository, labelled", async () => {
    answer = good("responses");
    const headers = {
      ...HEADERS,
      "session-id": "s-1",
      "x-codex-turn-metadata": METADATA,
      "x-codeswitch-branch": "main",
      "x-codeswitch-pr": "17",
    };
    const body = { ...bodyFor("responses", "chat", { reasoning: { effort: "high" } }), truncation: "auto", n: 1 };
    answer = good("chat");
    const record = await recordOf(() => post(gateway.url, "/v1/responses", body, headers));
    expect(record).toMatchObject({
      ...{ session: "s-1", turn: "t-1", repo: "github.com/acme/shop", branch: "main", pr: "17" },
    });
  });

  test("an answer that wrote to caches of every length, thought, searched, and was of a tier", async () => {
    const usage = {
      ...{ input_tokens: 10, cache_read_input_tokens: 20, cache_creation_input_tokens: 7, output_tokens: 9 },
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: { web_search_requests: 2 },
      service_tier: "standard",
    };
    answer = () => Response.json({ ...WHOLE.messages, usage });
    await recordOf(() =>
      post(
        gateway.url,
        "/v1/messages",
        bodyFor("messages", "messages", { output_config: { effort: "high" }, thinking: { type: "adaptive" } }),
        HEADERS,
      ),
    );
    const openai = {
      ...{ prompt_tokens: 30, completion_tokens: 9, total_tokens: 39 },
      prompt_tokens_details: {
        cached_tokens: 5,
        cache_write_tokens: 12,
        cache_write_tokens_details: { ttl_12h_tokens: 8 },
      },
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    answer = () => Response.json({ ...WHOLE.chat, usage: openai });
    await recordOf(() =>
      post(gateway.url, "/v1/chat/completions", bodyFor("chat", "chat", { reasoning_effort: "low" }), HEADERS),
    );
  });
});

test("a request of which something that matters is lost", async () => {
  answer = good("responses");
  const body = bodyFor("messages", "responses", { stop_sequences: ["x"] });
  expect(await recordOf(() => post(gateway.url, "/v1/messages", body, HEADERS))).toMatchObject({ lossCount: 1 });
});

/** Something that a row without the fact would not say. */
const says = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.keys(value).length > 0
    : value !== null && value !== 0 && value !== false && value !== "";

test("each of these calls that was let in is one counted request, none holds anything, and the budget is what the rows cost", async () => {
  const scope: Scope = {
    ...{ kind: "key", id: "me", label: "" },
    ...{ limits: { requestsPerMinute: 100_000, parallel: 2 }, budgets: BUDGETS },
  };
  const meters = metersOf([scope], () => ({ input: 0, output: 0, nano: 0 }), Date.now());
  const levels = await counters.levels(meters.map(({ meter }) => meter));
  const of = (measure: Measure): Level | undefined => levels[meters.findIndex((one) => one.measure === measure)];
  const letIn = rows.filter((row) => row.model_entry !== null && (row.attempts.length > 0 || row.error === null));
  expect(letIn.length).toBeGreaterThan(100);
  expect(of("requests")).toEqual({ spent: letIn.length, held: 0 });
  expect(of("parallel")?.held).toBe(0);
  expect(of("cost")).toEqual({ spent: rows.reduce((sum, row) => sum + (row.cost_nano ?? 0), 0), held: 0 });
  expect(letIn.filter((row) => row.kind === "call" && !row.settled)).toEqual([]);
});

test("every column of a call is filled by one of these calls", () => {
  const columns = Object.keys(rows[0] ?? {}) as (keyof CallRow)[];
  expect(columns.length).toBeGreaterThan(60);
  expect(columns.filter((column) => !rows.some((row) => says(row[column])))).toEqual([]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});
