/** What a gateway remembers of its calls, read by the commands: real processes, killed and started again. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator } from "../../src/simulator/index.ts";
import type { CallRow } from "../../src/store/call-row.ts";
import { until } from "../fixtures/until.ts";
import { type Person, person, type StartedGateway } from "./terminal.ts";

setDefaultTimeout(60_000);

const simulator = startSimulator({});
let me: Person;
let cwd = "";
beforeEach(() => {
  me = person();
  cwd = me.folder(`
server: { port: 0, drain_ms: 100 }
providers: { sim: { kind: simulator, base_url: "${simulator.url}" } }
models:
  quick: { targets: [ { provider: sim, model: sim-echo } ] }
  slow: { targets: [ { provider: sim, model: sim-slow } ] }
`);
});
afterEach(() => me.leave());

const ask = (gateway: StartedGateway, model: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-codeswitch-session": "s-1" },
    body: JSON.stringify({ model, stream: model === "slow", messages: [{ role: "user", content: "a secret prompt" }] }),
  });
const idOf = (response: Response): string => response.headers.get("x-codeswitch-request-id") ?? "";

async function logs(...flags: readonly string[]): Promise<readonly CallRow[]> {
  const { out, err, code } = await me.run(cwd, ["logs", "--json", ...flags]);
  if (code !== 0) throw new Error(err);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CallRow);
}
const journals = (): string[] => {
  const root = join(me.data, "journal");
  return existsSync(root) ? readdirSync(root) : [];
};

test("a gateway that is killed in the middle of calls: those that ended are there as they ended, the open one is unknown", async () => {
  const first = await me.start(cwd);
  const ended: string[] = [];
  for (let at = 0; at < 5; at++) {
    const answer = await ask(first, "quick");
    await answer.text();
    ended.push(idOf(answer));
  }
  const open = await ask(first, "slow");
  await first.kill();
  await open.text().catch(() => {});
  const second = await me.start(cwd);
  await until("all rows are there", async () => (await logs().catch(() => [])).length === 6, 30_000);
  const rows = new Map((await logs()).map((row) => [row.id, row]));
  for (const id of ended)
    expect(rows.get(id)).toMatchObject({ outcome: "ended", status: 200, model_asked: "quick", key: "local" });
  expect(rows.get(idOf(open))).toMatchObject({ outcome: "unknown", estimated: true, model_asked: "slow" });
  await second.stop();
  expect(await logs()).toHaveLength(6);
  expect(journals()).toEqual([]);
});

test("the commands read what is remembered, beside a gateway that runs and without one", async () => {
  const gateway = await me.start(cwd);
  const answer = await ask(gateway, "quick");
  await answer.text();
  await until("the row is there", async () => (await logs().catch(() => [])).length === 1, 30_000);
  const table = await me.run(cwd, ["logs"]);
  expect(table.out.split("\n")[0]).toStartWith("TIME");
  expect(table.out).toContain("quick → sim/sim-echo");
  await gateway.stop();

  expect(await logs("--model", "sim-echo", "--since", "1h", "--outcome", "ended")).toHaveLength(1);
  expect(await logs("--key", "nobody")).toEqual([]);
  const page = await me.run(cwd, ["logs", "--id", idOf(answer)]);
  expect(page.out).toContain(`id                      ${idOf(answer)}\n`);
  const usage = await me.run(cwd, ["usage", "--json"]);
  expect(JSON.parse(usage.out)).toMatchObject({ by: "model", calls: 1, failed: 0 });
  expect((await me.run(cwd, ["usage", "--by", "day"])).out).toMatch(/all +1 +0 /);
  const csv = await me.run(cwd, ["export", "--format", "csv"]);
  expect(csv.out.split("\r\n")).toHaveLength(3);
  const parquet = await me.run(cwd, ["export", "--out", "calls.parquet"]);
  expect(parquet.err).toContain("1 calls are in calls.parquet.");
  expect((await Bun.file(join(cwd, "calls.parquet")).bytes()).subarray(0, 4)).toEqual(new TextEncoder().encode("PAR1"));
  const everything = [table, page, usage, csv].map(({ out }) => out).join("\n");
  expect(everything).not.toContain("a secret prompt");
});

test("logs -f shows a call soon after its end", async () => {
  const gateway = await me.start(cwd);
  await (await ask(gateway, "quick")).text();
  await until("the row is there", async () => (await logs().catch(() => [])).length === 1, 30_000);
  const following = me.spawn(cwd, ["logs", "-f", "--json"]);
  const reader = following.stdout.getReader();
  let text = "";
  const lines = async (count: number): Promise<readonly CallRow[]> => {
    while (text.split("\n").length <= count) text += new TextDecoder().decode((await reader.read()).value);
    return text
      .split("\n")
      .slice(0, count)
      .map((line) => JSON.parse(line) as CallRow);
  };
  await lines(1);
  const answer = await ask(gateway, "quick");
  await answer.text();
  expect((await lines(2))[1]?.id).toBe(idOf(answer));
  following.kill();
  await following.exited;
});

test("where nothing was ever remembered, the sentence says so", async () => {
  const { code, err } = await me.run(cwd, ["logs"]);
  expect([code, err]).toEqual([1, expect.stringContaining("Nothing is remembered in")]);
});

test("a folder in which nothing can be kept keeps no gateway from serving", async () => {
  mkdirSync(me.data);
  writeFileSync(join(me.data, "journal"), "no folder");
  mkdirSync(join(me.data, "codeswitch.db"));
  const gateway = await me.start(cwd);
  expect((await ask(gateway, "quick")).status).toBe(200);
  const warned = await gateway.line(({ level, message }) => level === "warn" && String(message).includes("database"));
  expect(warned["message"]).toContain("takes no rows now");
  expect(await gateway.stop()).toBe(0);
});
