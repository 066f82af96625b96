/** A whole answer that parses is whole, also where its vendor does not say why it ended. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, type Wire, WIRES } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;

let answer: Fields = {};
let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
beforeAll(async () => {
  // The spaces are the vendor's: whoever writes the answer anew loses them.
  const serve = (): Upstream =>
    upstream(() => new Response(JSON.stringify(answer, null, 3), { headers: { "content-type": "application/json" } }));
  servers = { chat: serve(), responses: serve(), messages: serve() };
  gateway = await startThree({
    chat: servers.chat.url,
    responses: servers.responses.url,
    messages: servers.messages.url,
  });
});
afterAll(async () => {
  await gateway?.stop();
  for (const wire of WIRES) await servers?.[wire].stop();
});

/** The answer "Done.", or a call, with this in place of the word for its end; undefined: without one. */
const ANSWERS: Readonly<Record<Wire, (word: unknown, calls: boolean) => Fields>> = {
  chat: (finish_reason, calls) => {
    const call = { id: "call_1", type: "function", function: { name: "read", arguments: '{"path":"a"}' } };
    const message = { role: "assistant", ...(calls ? { content: null, tool_calls: [call] } : { content: "Done." }) };
    return { ...WHOLE.chat, choices: [{ index: 0, message, finish_reason }] };
  },
  responses: (status, calls) => {
    const call = { type: "function_call", id: "fc_1", call_id: "call_1", name: "read", arguments: '{"path":"a"}' };
    return { ...WHOLE.responses, status, ...(calls && { output: [call] }) };
  },
  messages: (stop_reason, calls) => ({
    ...WHOLE.messages,
    stop_reason,
    ...(calls && { content: [{ type: "tool_use", id: "call_1", name: "read", input: { path: "a" } }] }),
  }),
};
/** What a client reads of its end. */
const END: Readonly<Record<Wire, (body: Fields) => unknown>> = {
  chat: (body) => (body["choices"] as readonly Fields[])[0]?.["finish_reason"],
  responses: (body) => body["status"],
  messages: (body) => body["stop_reason"],
};
const ENDS: Readonly<Record<Wire, readonly [text: string, call: string]>> = {
  chat: ["stop", "tool_calls"],
  responses: ["completed", "completed"],
  messages: ["end_turn", "tool_use"],
};

for (const vendor of WIRES)
  for (const word of [null, "", undefined])
    describe(`a ${vendor} answer that ends with ${JSON.stringify(word) ?? "no word"}`, () => {
      for (const client of WIRES)
        for (const stream of [false, true])
          test(`reaches a ${client} client, ${stream ? "which asked for a stream" : "whole"}`, async () => {
            for (const calls of [false, true]) {
              answer = ANSWERS[vendor](word, calls);
              const asked = servers[vendor].asked.length;
              const response = await post(gateway.url, PATH[client], bodyFor(client, vendor, { stream }));
              const text = await response.text();
              expect([response.status, servers[vendor].asked.length]).toEqual([200, asked + 1]);
              expect(text).toContain(calls ? "call_1" : "Done.");
              if (stream) expect(text).toContain(ENDS[client][calls ? 1 : 0]);
              else if (client === vendor) expect(text).toBe(JSON.stringify(answer, null, 3));
              else expect(END[client](JSON.parse(text) as Fields)).toBe(ENDS[client][calls ? 1 : 0]);
            }
          });
    });

test("a Chat answer without a message is none", async () => {
  for (const choices of [[], [{ index: 0, finish_reason: null }]]) {
    answer = { ...WHOLE.chat, choices };
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", "chat"));
    expect(response.status).toBe(502);
    // Nothing was lost on the way: that would send people to look at their network.
    expect(await response.text()).toContain("with no message");
  }
});
test("a Responses answer that still runs is none", async () => {
  answer = { ...WHOLE.responses, status: "in_progress" };
  expect((await post(gateway.url, PATH.responses, bodyFor("responses", "responses"))).status).toBe(502);
});
