/** `thread` in a Messages body: a conversation that Anthropic holds. Nobody else may answer the rest of one without the beginning. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Running, provider, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { post, WHOLE, type Wire, WIRES } from "./wires.ts";

const CREATE = { thread: { type: "create" } };
const CONTINUE = { thread: { type: "continue", previous_message_id: "msg_1" } };
const RESULT = [{ role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "21 degrees" }] }];
const LOST = { type: "error", error: { type: "not_found_error", details: { error_code: "thread_not_found" } } };

let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
/** Of the Messages vendor: 200, or what it fails with. */
let status = 200;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream =>
    upstream(() =>
      wire === "messages" && status !== 200
        ? Response.json({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, { status })
        : Response.json(WHOLE[wire]),
    );
  servers = { chat: serve("chat"), responses: serve("responses"), messages: serve("messages") };
  gateway = await start({
    providers: [
      ...WIRES.map((wire) => provider(wire, wire, servers[wire].url)),
      provider("foundry", "messages", servers.messages.url, { kind: "azure" }),
    ],
    models: [
      ...WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
      { name: "budget", targets: [target("messages", "messages", "claude-sonnet-4-5", { effort: "high" })] },
      { name: "foundry", targets: [target("foundry", "messages", "claude-sonnet-4-5")] },
      { name: "imitation", targets: [target("messages", "messages", "deepseek-v4")] },
      { name: "then-chat", targets: [target("messages", "messages"), target("chat", "chat")] },
      { name: "chat-then", targets: [target("chat", "chat"), target("messages", "messages")] },
    ],
  });
});
beforeEach(() => void (status = 200));
afterAll(async () => {
  await gateway?.stop();
  for (const wire of WIRES) await servers?.[wire].stop();
});

const bodyOf = (model: string, more: object) => ({ model, max_tokens: 3000, messages: RESULT, ...more });
const ask = (model: string, more: object, headers: Record<string, string> = {}) =>
  post(gateway.url, "/v1/messages", bodyOf(model, more), headers);
const askedOf = (): number => WIRES.reduce((sum, wire) => sum + servers[wire].asked.length, 0);

describe("where Anthropic holds the conversation", () => {
  for (const [what, thread] of [
    ["begun", CREATE],
    ["continued", CONTINUE],
    ["resumed with nothing new", { ...CONTINUE, messages: [] }],
  ] as const)
    test(`a thread that is ${what} passes by its bytes`, async () => {
      const text = JSON.stringify(bodyOf("messages", thread));
      expect((await post(gateway.url, "/v1/messages", text)).status).toBe(200);
      expect(servers.messages.asked.at(-1)?.text).toBe(text.replace('"messages"', '"served"'));
      expect(gateway.records.at(-1)).toMatchObject({ lane: "native", lossCount: 0 });
    });

  test("its answer says nothing of a fallback", async () => {
    expect(await (await ask("messages", CREATE)).json()).toEqual(WHOLE.messages);
  });

  test("thinking with a budget stays on where a result comes without its call", async () => {
    const thinking = { type: "enabled", budget_tokens: 2000 };
    const text = JSON.stringify(bodyOf("budget", { ...CONTINUE, thinking }));
    expect((await post(gateway.url, "/v1/messages", text)).status).toBe(200);
    expect(servers.messages.asked.at(-1)?.text).toBe(text.replace('"budget"', '"claude-sonnet-4-5"'));
  });

  test("a budget that the configuration sets is set where a thread goes on, too", async () => {
    expect((await ask("budget", { ...CONTINUE, max_tokens: 30_000 })).status).toBe(200);
    expect(servers.messages.asked.at(-1)?.body["thinking"]).toMatchObject({ type: "enabled" });
    expect(servers.messages.asked.at(-1)?.body["messages"]).toEqual(RESULT);
  });

  test("a strict call passes", async () => {
    const strict = { "x-codeswitch-strict": "true" };
    expect((await ask("messages", CREATE, strict)).status).toBe(200);
    expect((await ask("messages", CONTINUE, strict)).status).toBe(200);
  });
});

for (const model of ["chat", "responses", "foundry", "imitation"])
  describe(`over ${model}, where nobody holds a conversation`, () => {
    test("a thread that begins is answered whole, its loss is told, and the answer says that a fallback wrote it", async () => {
      const response = await ask(model, CREATE);
      const { usage } = (await response.json()) as { usage: { iterations: unknown } };
      expect(response.status).toBe(200);
      expect(usage.iterations).toEqual([
        expect.objectContaining({ type: "fallback_message", model, input_tokens: 5, output_tokens: 2 }),
      ]);
      const record = gateway.records.at(-1);
      expect(record?.lane).toBe("translated");
      expect(record?.losses).toContainEqual(
        expect.objectContaining({ path: "thread", feature: "thread", weight: "meaning" }),
      );
      expect(lastBody()).not.toHaveProperty("thread");
    });

    for (const [what, thread] of [
      ["goes on", CONTINUE],
      ["does what came after us", { thread: { type: "fork", from: "msg_1" } }],
    ] as const)
      test(`a thread that ${what} is not found, before anybody is asked`, async () => {
        const asked = askedOf();
        const response = await ask(model, thread);
        expect([response.status, askedOf()]).toEqual([404, asked]);
        expect(await response.json()).toMatchObject(LOST);
      });

    test("a strict call is told that threads are not supported", async () => {
      const asked = askedOf();
      const response = await ask(model, CREATE, { "x-codeswitch-strict": "true" });
      const { error } = (await response.json()) as { error: object };
      expect([response.status, askedOf()]).toEqual([400, asked]);
      const details = { error_code: "thread_unsupported_request", unsupported: ["thread"] };
      expect(error).toMatchObject({ type: "invalid_request_error", details });
      expect((await ask(model, CONTINUE, { "x-codeswitch-strict": "true" })).status).toBe(404);
    });

    test("null is no thread", async () => {
      expect((await ask(model, { thread: null })).status).toBe(200);
    });
  });

const lastBody = (): unknown => {
  const { provider: name } = gateway.records.at(-1) ?? {};
  return servers[name === "foundry" ? "messages" : (name as Wire)].asked.at(-1)?.body;
};

describe("where targets differ", () => {
  test("a thread that goes on is not answered by the next vendor, when the one that holds it fails", async () => {
    status = 529;
    const asked = servers.chat.asked.length;
    const response = await ask("then-chat", CONTINUE);
    expect([response.status, servers.chat.asked.length]).toEqual([404, asked]);
    expect(await response.json()).toMatchObject(LOST);
  });
  test("nor when it is streamed", async () => {
    status = 529;
    const response = await ask("then-chat", { ...CONTINUE, stream: true });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject(LOST);
  });
  test("a thread that begins is answered by the next vendor, when the first fails", async () => {
    status = 529;
    expect((await ask("then-chat", CREATE)).status).toBe(200);
    expect(gateway.records.at(-1)?.provider).toBe("chat");
  });
  test("a thread that goes on finds the vendor that holds it behind one that cannot", async () => {
    expect((await ask("chat-then", CONTINUE)).status).toBe(200);
    expect(gateway.records.at(-1)).toMatchObject({ provider: "messages", lane: "native" });
  });
});
