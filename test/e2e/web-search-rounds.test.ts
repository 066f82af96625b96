/** What a model is asked in each round of a search that the gateway runs for it, and how the turn ends. */
import { afterEach, expect, test } from "bun:test";
import { startGateway } from "../../src/gateway.ts";
import { paidTotals } from "../../src/ir/usage.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { configOf, provider, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { PATH, post } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const answer = (message: Fields, finish: string, usage?: Fields): Response =>
  Response.json({
    ...(usage && { usage }),
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "served",
    choices: [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: finish }],
  });
const searches = (id: string, more: Fields = {}, usage?: Fields): Response => {
  const call = { id, type: "function", function: { name: "web_search", arguments: `{"query":"${id}"}` } };
  return answer({ tool_calls: [call], ...more }, "tool_calls", usage);
};
const says = (content: string, usage?: Fields): Response => answer({ content }, "stop", usage);

/** A model that thinks, behind a gateway that can search. `rounds`: its answer to each round. */
async function world(
  rounds: readonly (() => Response)[],
): Promise<{ url: string; model: Upstream; records: readonly CallRecord[] }> {
  const model = upstream((_asked, count) => rounds[Math.min(count, rounds.length) - 1]?.() ?? says("No round."));
  const engine = upstream(() =>
    Response.json({ results: [{ title: "Bun", url: "https://bun.sh/", content: "Fast." }] }),
  );
  const config = configOf({
    providers: [provider("p", "chat", model.url, { kind: "kimi" })],
    models: [{ name: "m", targets: [target("p", "chat", "kimi-k2-thinking")] }],
  });
  const records: CallRecord[] = [];
  const log = { info: () => {}, warn: () => {}, write: (record: CallRecord) => void records.push(record) };
  const gateway = await startGateway({ ...config, search: { kind: "searxng", baseUrl: engine.url } }, { log });
  open.push(model, engine, gateway);
  return { url: gateway.url, model, records };
}

const SEARCH = { type: "web_search_20250305", name: "web_search" };
const READ = { name: "read", description: "Reads a file.", input_schema: { type: "object", properties: {} } };
async function ask(
  url: string,
  tools: readonly Fields[],
): Promise<{ stop_reason: string; content: readonly Fields[] }> {
  const body = { model: "m", max_tokens: 1_000, messages: [{ role: "user", content: "Search." }], tools };
  const response = await post(url, PATH.messages, body);
  expect(response.status).toBe(200);
  return (await response.json()) as never;
}

test("the client's other tools stand beside the search, in their order and in every round", async () => {
  const { url, model } = await world([() => searches("one"), () => says("Fast.")]);
  await ask(url, [READ, SEARCH, { ...READ, name: "write" }]);
  expect(model.asked).toHaveLength(2);
  for (const { body } of model.asked) {
    const tools = body["tools"] as readonly { readonly function: { readonly name: string } }[];
    expect(tools.map((tool) => tool.function.name)).toEqual(["read", "web_search", "write"]);
  }
});

test("the thinking of a round goes back in the next ones, in front of the call that it led to", async () => {
  const { url, model } = await world([
    () => searches("one", { reasoning_content: "First I look." }),
    () => searches("two", { reasoning_content: "Once more." }),
    () => says("Fast."),
  ]);
  await ask(url, [SEARCH]);
  const turns = ((model.asked.at(-1)?.body["messages"] ?? []) as readonly Fields[]).filter(
    ({ role }) => role === "assistant",
  );
  expect(turns).toMatchObject([
    { reasoning_content: "First I look.", tool_calls: [{ id: "one" }] },
    { reasoning_content: "Once more.", tool_calls: [{ id: "two" }] },
  ]);
});

test("a turn that ends by itself after its searches were used up has ended, and is not paused", async () => {
  const { url, model } = await world([() => searches("one"), () => searches("two"), () => says("Fast.")]);
  const { stop_reason: reason, content } = await ask(url, [{ ...SEARCH, max_uses: 1 }]);
  expect([reason, content.at(-1)]).toEqual(["end_turn", { type: "text", text: "Fast." }]);
  expect(model.asked).toHaveLength(3);
});

test("a turn that searches on although it may not any more is paused", async () => {
  const { url, model } = await world([() => searches("one")]);
  const { stop_reason: reason } = await ask(url, [{ ...SEARCH, max_uses: 1 }]);
  expect([reason, model.asked.length]).toEqual(["pause_turn", 3]);
});

test("a turn without a search tells of none", async () => {
  const { url } = await world([() => says("Known.")]);
  const { usage } = (await ask(url, [SEARCH])) as unknown as { usage: Fields };
  expect(usage).not.toHaveProperty("server_tool_use");
});

/** Each round has the ones before in its prompt. */
const used = (prompt: number, completion: number): Fields => ({ prompt_tokens: prompt, completion_tokens: completion });

test("the client is told the context of the last round, and round by round what was paid; the log counts all of it", async () => {
  const { url, records } = await world([
    () => searches("one", {}, used(100, 10)),
    () => searches("two", {}, used(150, 20)),
    () => says("Fast.", used(200, 30)),
  ]);
  const { usage } = (await ask(url, [SEARCH])) as unknown as { usage: Fields & { iterations: readonly Fields[] } };
  expect([usage["input_tokens"], usage["output_tokens"]]).toEqual([200, 30]);
  expect(usage.iterations.map(({ type, input_tokens: tokens }) => [type, tokens])).toEqual([
    ["message", 100],
    ["message", 150],
    ["message", 200],
  ]);
  while (records.length === 0) await Bun.sleep(2);
  const paid = paidTotals((records[0] as CallRecord).usage);
  expect([paid.prompt, paid.output]).toEqual([450, 60]);
});

test("a last round that says nothing of its usage leaves what the others said", async () => {
  const { url, records } = await world([() => searches("one", {}, used(100, 10)), () => says("Fast.")]);
  const { usage } = (await ask(url, [SEARCH])) as unknown as { usage: Fields };
  expect([usage["input_tokens"], usage["output_tokens"]]).toEqual([100, 10]);
  while (records.length === 0) await Bun.sleep(2);
  expect(paidTotals((records[0] as CallRecord).usage).prompt).toBe(100);
});
