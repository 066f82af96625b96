/** prices as a person types it: shown, updated, checked, and past calls priced again. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../store/place.ts";
import { LIMITS } from "../wire/limits.ts";
import { callRowOf } from "../../test/fixtures/call-rows.ts";
import { places, type Place, run } from "../../test/fixtures/place.ts";
import { priceSource } from "./price-source.ts";

const { newPlace } = places();

const YAML = `providers:
  gpt: { kind: openai, api_key: "vendor-key-0123456789" }
  mine: { kind: openai-compatible, base_url: "https://llm.example/v1", api_key: "vendor-key-0123456789" }
models:
  five: { targets: [ { provider: gpt, model: gpt-5.1 } ] }
  team: { targets: [ { provider: mine, model: llama, prices: { input: 0.5, output: 2 } } ] }
`;
const UNKNOWN = `${YAML}  other: { targets: [ { provider: mine, model: mystery } ] }\n`;

const dataOf = (place: Place): string => join(place.home, ".local", "share", "codeswitch");
/** What LiteLLM would write if the model became dearer. */
const LITELLM = JSON.stringify({
  "gpt-5.1": { litellm_provider: "openai", mode: "chat", input_cost_per_token: 2.5e-6, output_cost_per_token: 2e-5 },
  "gpt-7": { litellm_provider: "openai", mode: "chat", input_cost_per_token: 1e-6, output_cost_per_token: 4e-6 },
  "gpt-5.4": { litellm_provider: "openai", mode: "chat", input_cost_per_token: 2.5e-6, output_cost_per_token: 1.5e-5 },
});

const cells = (text: string): string[][] => text.split("\n").map((line) => line.trim().split(/ {2,}/));

test("show: each target with its price and the level that says it", async () => {
  const { code, out } = await run(await newPlace(UNKNOWN), "prices", "show");
  expect(code).toBe(0);
  const lines = cells(out).map((line) => line.slice(0, 5));
  expect(lines).toContainEqual(["gpt/gpt-5.1", "1.25", "10", "0.125", "-"]);
  expect(lines).toContainEqual(["mine/llama", "0.5", "2", "0.5", "0.5 / 0.5 / 0.5"]);
  expect(out).toContain("target's prices in the configuration");
  expect(out).toMatch(/bundled 20\d\d-\d\d-\d\d-[\da-f]{8}/);
  expect(out).toContain("no price: calls are recorded with an");
});

test("show MODEL: by a caller's name or a vendor's, with tiers; one that nobody knows is said", async () => {
  const place = await newPlace(YAML);
  expect((await run(place, "prices", "show", "five")).out).toContain("priority");
  const vendors = await run(place, "prices", "show", "gpt-5.4");
  expect(cells(vendors.out).map((line) => line.slice(0, 4))).toContainEqual(["openai: gpt-5.4", "2.5", "15", "0.25"]);
  expect(vendors.out).toContain("over 272000 tokens");
  const unknown = await run(place, "prices", "show", "gpt-99");
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("No price is known for gpt-99.")]);
});

test("show --json is a file of prices that the configuration can name", async () => {
  const place = await newPlace(YAML);
  const { out } = await run(place, "prices", "show", "five", "--json");
  const row = JSON.parse(out) as Record<string, unknown>;
  expect(row).toMatchObject({ vendor: "openai", model: "gpt-5.1", in: 1_250_000, level: "bundled" });
  writeFileSync(join(place.cwd, "mine.jsonl"), JSON.stringify({ ...row, in: 7_000_000 }));
  writeFileSync(join(place.cwd, "codeswitch.yaml"), `${YAML}prices_file: mine.jsonl\n`);
  const again = await run(place, "prices", "show", "five", "--json");
  expect(JSON.parse(again.out)).toMatchObject({ in: 7_000_000, level: "file" });
});

test("update: what differs and what is new is told and written; calls of before keep their price", async () => {
  const place = await newPlace(YAML);
  writeFileSync(join(place.cwd, "new.json"), LITELLM);
  const dry = await run(place, "prices", "update", "new.json", "--dry-run");
  expect(dry.out).toContain("openai/gpt-5.1 in: 1.25 → 2.5 $ per million tokens");
  expect(existsSync(join(dataOf(place), "prices.json"))).toBe(false);
  const { code, out } = await run(place, "prices", "update", "new.json");
  expect([code, out]).toEqual([0, expect.stringContaining("1 models are new: gpt-7")]);
  expect(out).not.toContain("gpt-5.4");
  const { rows } = JSON.parse(readFileSync(join(dataOf(place), "prices.json"), "utf8")) as { rows: object[] };
  const now = expect.stringMatching(/^20\d\d-/) as unknown as string;
  expect(rows).toMatchObject([
    { model: "gpt-5.1", in: 1_250_000, until: now },
    { model: "gpt-5.1", in: 2_500_000, from: now, read: 125_000 },
    { model: "gpt-7", in: 1_000_000 },
  ]);
  expect((await run(place, "prices", "show", "five", "--json")).out).toContain('"level":"updated"');
  expect((await run(place, "prices", "update", "new.json")).out).toContain("Nothing differs");
});

test("check: models without a price, and where another list differs", async () => {
  const place = await newPlace(UNKNOWN);
  const alone = await run(place, "prices", "check");
  expect([alone.code, alone.out]).toEqual([1, expect.stringContaining("mine/mystery: no price.")]);
  writeFileSync(join(place.cwd, "new.json"), LITELLM);
  const beside = await run(place, "prices", "check", "new.json");
  expect(beside.out).toContain("openai/gpt-5.1 out: 10 here, 20 there");
  const good = await run(await newPlace(YAML), "prices", "check");
  expect([good.code, good.out]).toEqual([0, expect.stringContaining("2 targets have a price")]);
});

test("what is no list of prices is refused in words", async () => {
  const place = await newPlace(YAML);
  writeFileSync(join(place.cwd, "bad.json"), '{"rows":[{"vendor":"openai"}]}');
  expect((await run(place, "prices", "update", "bad.json")).err).toContain("bad.json is no price table: rows.0.model");
  expect((await run(place, "prices", "update", "absent.json")).err).toContain(
    "absent.json is no file that can be read",
  );
  expect((await run(place, "prices", "update")).err).toContain("Name a file or an address");
});

test("recompute: past calls at today's knowledge of their moment; what cannot be priced again stays", async () => {
  const place = await newPlace(YAML);
  const ended_at = Date.now() - 3_600_000;
  const usage = [{ kind: "message", input: 1_000, output: 100 }];
  const common = {
    ended_at,
    provider: "gpt",
    model_served: "gpt-5.1",
    model_entry: "five",
    usage_source: "reported",
  } as const;
  const rows = [
    callRowOf({
      ...common,
      id: "01a204dd-a4d6-740a-856f-000000000001",
      usage_lines: usage,
      cost_nano: null,
      priced: false,
    }),
    callRowOf({
      ...common,
      id: "01a204dd-a4d6-740a-856f-000000000002",
      usage_lines: usage,
      cost_nano: 2_250_000,
      priced: true,
    }),
    callRowOf({
      ...common,
      id: "01a204dd-a4d6-740a-856f-000000000003",
      usage_lines: usage,
      cost_nano: 5,
      provider: "gone",
    }),
    callRowOf({ ...common, id: "01a204dd-a4d6-740a-856f-000000000004", usage_source: "none", cost_nano: null }),
  ];
  const within = async <T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> => {
    const store = await openStore({ dataDir: dataOf(place) });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  await within((store) => store.calls.insert(JSON.stringify(rows)));
  const dry = await run(place, "prices", "recompute", "--dry-run");
  expect(dry.out).toContain("1 of 4 calls would change, by +$0.0022 together.");
  expect((await run(place, "prices", "recompute")).out).toContain("1 of 4 calls changed, by +$0.0022 together.");
  expect((await run(place, "prices", "recompute")).out).toContain("0 of 4 calls changed");
  const costs = await within(async (store) => {
    const found = await store.calls.list({}, { limit: 10 });
    return Object.fromEntries(found.map(({ id, cost_nano }) => [id.at(-1), cost_nano]));
  });
  expect(costs).toEqual({ 1: 2_250_000, 2: 2_250_000, 3: 5, 4: null });
});

let server: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    idleTimeout: 0,
    fetch: ({ url }) =>
      url.endsWith("/prices")
        ? new Response(LITELLM)
        : url.endsWith("/endless")
          ? new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))
          : new Response("no", { status: 404 }),
  });
});
afterAll(() => server.stop(true));

test("an address is read like a file, and its refusal is said", async () => {
  const { rows } = await priceSource(`${server.url}prices`);
  expect(rows.map(({ model }) => model)).toEqual(["gpt-5.1", "gpt-7", "gpt-5.4"]);
  expect(priceSource(`${server.url}nothing`)).rejects.toThrow("answers 404");
});

test("an address that does not end is given up", async () => {
  expect(LIMITS.priceFileMs).toBe(30_000);
  expect(priceSource(`${server.url}endless`, 50)).rejects.toThrow("did not end within");
});
