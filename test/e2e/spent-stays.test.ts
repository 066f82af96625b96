/** What was spent is remembered: a gateway that starts again asks its ledger, and a count of tokens is a request like any other. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyConfig } from "../../src/config/config.ts";
import { provider, type Running, type Setup, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE } from "./wires.ts";

let server: Upstream;
let dataDir = "";
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "codeswitch-spent-"));
  server = upstream(({ path }) => Response.json(path.includes("count_tokens") ? { input_tokens: 9 } : WHOLE.messages));
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

const KEY = "a-key-of-a-caller-0123456789";
const key: KeyConfig = { name: "laptop", key: KEY, tags: { team: "search" } };
const budget = (usd: number, per: string) => ({ usd, per, soft: [], degrade: [], status: 422 }) as const;
const begin = (more: Partial<Setup>): Promise<Running> =>
  start({
    providers: [provider("p", "messages", server.url, { prices: { input: 0, output: 50_000 } })],
    models: [{ name: "m-*", targets: [target("p", "messages", "*")] }],
    keys: [key],
    ...more,
  });
const ask = (gateway: Running): Promise<Response> =>
  post(gateway.url, PATH.messages, bodyFor("messages", "m-one"), { authorization: `Bearer ${KEY}` });

test.each([
  ["a key's", { keys: [{ ...key, budgets: [budget(0.25, "30d")] }] }],
  [
    "a model's",
    { models: [{ name: "m-*", targets: [target("p", "messages", "*")], budgets: [budget(0.25, "month")] }] },
  ],
  ["a provider's", {}],
  ["a tag's", { config: { budgets: [{ ...budget(0.25, "day"), tag: "team=search" }] } }],
  ["everybody's", { config: { budgets: [budget(0.25, "year")] } }],
] as const)("%s budget that is spent stays spent over a restart", async (whose, given) => {
  const folder = join(dataDir, whose.replaceAll(/\W/g, "-"));
  const more: Partial<Setup> = {
    ...given,
    ...(whose === "a provider's" && {
      providers: [
        provider("p", "messages", server.url, {
          prices: { input: 0, output: 50_000 },
          budgets: [budget(0.25, "total")],
        }),
      ],
    }),
    dataDir: folder,
  };
  const first = await begin(more);
  const statuses: number[] = [];
  // Each costs $0.10.
  for (let call = 0; call < 4; call++) statuses.push((await ask(first)).status);
  expect(statuses).toEqual([200, 200, 200, 422]);
  await first.stop();
  const second = await begin(more);
  const refused = await ask(second);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("$0.3000 of $0.2500");
  await second.stop();
});

test("a count of tokens is a request, and uses no tokens and no slot", async () => {
  const limits = { requestsPerMinute: 3, tokensPerMinute: 1, parallel: 1 };
  const gateway = await begin({ keys: [{ ...key, limits }] });
  const count = async (): Promise<number> =>
    (await post(gateway.url, `${PATH.messages}/count_tokens`, bodyFor("messages", "m-one"), { "x-api-key": KEY }))
      .status;
  expect([await count(), await count(), await count(), await count()]).toEqual([200, 200, 200, 429]);
  expect(gateway.records.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
    "count 200",
    "count 200",
    "count 200",
    "count 429",
  ]);
  await gateway.stop();
});
