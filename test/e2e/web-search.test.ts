/** Anthropic's web search for models that have none: Claude Code's own sub-request, over a Chat backend. */
import { afterEach, describe, expect, test } from "bun:test";
import { configOf, provider, start, target } from "./gateway.ts";
import { startGateway } from "../../src/gateway.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { type Answering, type Upstream, upstream } from "./upstream.ts";
import { PATH, post, WHOLE } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
const message = (more: Fields, finish: string): Response =>
  Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "served",
    choices: [{ index: 0, message: { role: "assistant", content: null, ...more }, finish_reason: finish }],
    usage,
  });
const call = (id: string, name: string, input: Fields): Fields => ({
  id,
  type: "function",
  function: { name, arguments: JSON.stringify(input) },
});
const searching = (...ids: readonly string[]): Response =>
  message(
    { content: "Let me look.", tool_calls: ids.map((id) => call(id, "web_search", { query: `bun ${id}` })) },
    "tool_calls",
  );
const saying = (content: string): Response => message({ content }, "stop");

interface World {
  readonly url: string;
  readonly records: readonly CallRecord[];
  readonly model: Upstream;
  readonly engine: Upstream;
}
async function world(model: Answering, engine: Answering | "none" = found): Promise<World> {
  const [one, other] = [upstream(model), upstream(engine === "none" ? found : engine)];
  const records: CallRecord[] = [];
  const config = configOf({
    providers: [provider("p", "chat", one.url)],
    models: [{ name: "m", targets: [target("p", "chat")] }],
  });
  const gateway = await startGateway(
    { ...config, ...(engine !== "none" && { search: { kind: "searxng" as const, baseUrl: other.url } }) },
    { log: { info: () => {}, warn: () => {}, write: (record) => void records.push(record) } },
  );
  open.push(one, other, gateway);
  return { url: gateway.url, records, model: one, engine: other };
}
const found: Answering = () =>
  Response.json({ results: [{ title: "Bun", url: "https://bun.sh/", content: "A fast runtime." }] });

/** As Claude Code 2.1.329 asks. */
const TOOL = { type: "web_search_20250305", name: "web_search", max_uses: 8 };
const ask = (at: World, more: Fields = {}): Promise<Response> =>
  post(at.url, PATH.messages, {
    model: "m",
    max_tokens: 1_000,
    system: "You are an assistant for performing a web search tool use",
    messages: [{ role: "user", content: "Perform a web search for the query: bun" }],
    tools: [TOOL],
    ...more,
  });
const read = async (response: Response) =>
  (await response.json()) as { content: readonly Fields[]; stop_reason: string; usage: Fields };
const types = (content: readonly Fields[]): readonly unknown[] => content.map((block) => block["type"]);
const bodies = (at: World): readonly Fields[] => at.model.asked.map((asked) => asked.body);

describe("the gateway searches", () => {
  test("and the client sees one message, as Anthropic writes it, with the usage of each round", async () => {
    const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("Bun is fast.")));
    const answer = await read(await ask(at));
    expect(answer.content).toMatchObject([
      { type: "text", text: "Let me look." },
      { type: "server_tool_use", name: "web_search", input: { query: "bun c1" } },
      {
        type: "web_search_tool_result",
        content: [{ type: "web_search_result", title: "Bun", url: "https://bun.sh/" }],
      },
      { type: "text", text: "Bun is fast." },
    ]);
    expect(answer.content[2]?.["tool_use_id"]).toBe(answer.content[1]?.["id"]);
    expect(answer.stop_reason).toBe("end_turn");
    const round = { type: "message", input_tokens: 10, output_tokens: 3 };
    expect(answer.usage).toMatchObject({
      input_tokens: 10,
      output_tokens: 3,
      iterations: [round, round],
      server_tool_use: { web_search_requests: 1 },
    });
    expect(at.engine.asked[0]?.path).toBe("/search?q=bun+c1&format=json");
    expect(at.records).toMatchObject([{ outcome: "ended", usage: { hostedCalls: { web_search_requests: 1 } } }]);
    expect(at.records[0]?.losses.map(({ feature }) => feature)).toContain("web-search");
  });

  test("and the model sees a function, its call and what was found", async () => {
    const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("Done.")));
    await ask(at, { tool_choice: { type: "tool", name: "web_search" } });
    const [first, second] = bodies(at) as [Fields, Fields];
    expect(first["tools"]).toMatchObject([{ type: "function", function: { name: "web_search" } }]);
    expect(first["tool_choice"]).toEqual({ type: "function", function: { name: "web_search" } });
    // What forced the first call would force one for ever.
    expect(second["tool_choice"]).toBeUndefined();
    const [, , said, result] = second["messages"] as readonly Fields[];
    expect(said).toMatchObject({ role: "assistant", content: "Let me look.", tool_calls: [{ id: "c1" }] });
    expect(result).toMatchObject({
      role: "tool",
      tool_call_id: "c1",
      content: "Bun\nhttps://bun.sh/\nA fast runtime.",
    });
  });

  test("streamed, in events that an SDK adds up", async () => {
    const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("Bun is fast.")));
    const text = await (await ask(at, { stream: true })).text();
    const events = text
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice(6)) as Fields);
    const starts = events.filter((event) => event["type"] === "content_block_start");
    expect(starts.map((event) => (event["content_block"] as Fields)["type"])).toEqual([
      ...["text", "server_tool_use", "web_search_tool_result", "text"],
    ]);
    expect(starts.map((event) => event["index"])).toEqual([0, 1, 2, 3]);
    expect(text).toContain(String.raw`"partial_json":"{\"query\":\"bun c1\"}"`);
    expect(events.at(-1)).toEqual({ type: "message_stop" });
  });

  test("several times in one turn and in several, up to max_uses", async () => {
    const at = await world((_asked, count) =>
      count === 1 ? searching("a", "b") : count < 4 ? searching(`c${count}`) : saying("Enough."),
    );
    const { content } = await read(await ask(at, { tools: [{ ...TOOL, max_uses: 3 }] }));
    const results = content.filter((block) => block["type"] === "web_search_tool_result");
    expect(results.map((block) => (block["content"] as Fields)["error_code"])).toEqual([
      ...[undefined, undefined, undefined],
      "max_uses_exceeded",
    ]);
    expect(at.engine.asked).toHaveLength(3);
  });

  test("and stops a model that never does", async () => {
    const at = await world((_asked, count) => searching(`c${count}`));
    const { stop_reason } = await read(await ask(at, { tools: [{ ...TOOL, max_uses: 1 }] }));
    expect(stop_reason).toBe("pause_turn");
    expect(at.model.asked.length).toBeLessThan(6);
    expect(at.engine.asked).toHaveLength(1);
  });

  test("beside a call of the client's own, which ends the turn", async () => {
    const mixed = message(
      { tool_calls: [call("c1", "web_search", { query: "bun" }), call("c2", "read", {})] },
      "tool_calls",
    );
    const at = await world(() => mixed);
    const { content, stop_reason } = await read(
      await ask(at, { tools: [TOOL, { name: "read", input_schema: { type: "object" } }] }),
    );
    expect([types(content), stop_reason]).toEqual([
      ["server_tool_use", "web_search_tool_result", "tool_use"],
      "tool_use",
    ]);
    expect(at.model.asked).toHaveLength(1);
  });

  test("and remembers in the next turn what it found", async () => {
    const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("Bun is fast.")));
    const { content } = await read(await ask(at));
    const messages = [
      { role: "user", content: "Search." },
      { role: "assistant", content },
      { role: "user", content: "And now?" },
    ];
    expect((await ask(at, { messages })).status).toBe(200);
    const sent = (bodies(at)[2]?.["messages"] ?? []) as readonly Fields[];
    expect(sent.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "assistant", "user"]);
    expect(sent[3]?.["content"]).toContain("A fast runtime.");
  });
});

test("a search of ours that goes on to Anthropic, after a switch of models, is told in words", async () => {
  const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("Bun is fast.")));
  const { content } = await read(await ask(at));
  const vendor = upstream(() => Response.json(WHOLE.messages));
  const gateway = await start({
    providers: [provider("a", "messages", vendor.url)],
    models: [{ name: "m", targets: [target("a", "messages", "claude-sonnet-4-5")] }],
  });
  open.push(vendor, gateway);
  const messages = [
    { role: "user", content: "Search." },
    { role: "assistant", content },
    { role: "user", content: "And now?" },
  ];
  const body = { model: "m", max_tokens: 100, messages, tools: [TOOL] };
  expect((await post(gateway.url, PATH.messages, body)).status).toBe(200);
  const sent = vendor.asked[0]?.text ?? "";
  expect(sent).toContain("A fast runtime.");
  expect(sent).not.toContain("encrypted_content");
  expect(sent).not.toContain("srvtoolu_cs_");
});

describe("what cannot be searched", () => {
  test("is answered as unavailable where no search is configured", async () => {
    const at = await world((_asked, count) => (count === 1 ? searching("c1") : saying("I could not search.")), "none");
    const { content } = await read(await ask(at));
    expect(content[2]).toMatchObject({
      type: "web_search_tool_result",
      content: { type: "web_search_tool_result_error", error_code: "unavailable" },
    });
    expect(at.model.asked[1]?.text).toContain("unavailable");
    expect(at.engine.asked).toHaveLength(0);
  });
  test("is told when the engine fails, and the turn goes on", async () => {
    const at = await world(
      (_asked, count) => (count === 1 ? searching("c1") : saying("Later.")),
      () => new Response("", { status: 429 }),
    );
    const { content } = await read(await ask(at));
    expect(content[2]).toMatchObject({ content: { error_code: "too_many_requests" } });
  });
  test("is an error where the model fails in a later round", async () => {
    const at = await world((_asked, count) =>
      count === 1 ? searching("c1") : Response.json({ error: { message: "bad", type: "x" } }, { status: 400 }),
    );
    expect((await ask(at)).status).toBe(400);
  });
  test("stays the client's own function of that name", async () => {
    const own = { name: "web_search", input_schema: { type: "object" } };
    const at = await world(() => searching("c1"));
    const { content } = await read(await ask(at, { tools: [own] }));
    expect(types(content)).toEqual(["text", "tool_use"]);
    expect(at.engine.asked).toHaveLength(0);
  });
});
