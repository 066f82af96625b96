/** Threads as Anthropic holds them: only what is new is sent, and what cannot be gone on with says so to programs. */
import { afterAll, expect, test } from "bun:test";
import { startSimulator } from "./server.ts";

const simulator = startSimulator({ strict: true, record: true });
afterAll(() => simulator.stop());

type Fields = Readonly<Record<string, unknown>>;
const TOOLS = { tools: [{ name: "read", input_schema: { type: "object", properties: {} } }] };

async function ask(more: Fields): Promise<{ readonly status: number; readonly body: Fields }> {
  const headers = { "content-type": "application/json", "anthropic-version": "2023-06-01" };
  const body = JSON.stringify({ model: "claude-sonnet-4-5:sim-tool", max_tokens: 100, ...more });
  const response = await fetch(`${simulator.url}/v1/messages`, { method: "POST", headers, body });
  const text = await response.text();
  return { status: response.status, body: more["stream"] === true ? foldedIds(text) : (JSON.parse(text) as Fields) };
}
/** Of a stream: the answer's id, and its call's. */
function foldedIds(text: string): Fields {
  const [, id] = /"id":"(msg_[^"]+)"/.exec(text) ?? [];
  const [, call] = /"id":"(toolu_[^"]+)"/.exec(text) ?? [];
  return { id, content: [{ type: "tool_use", id: call }], text };
}
const question = { messages: [{ role: "user", content: "Go." }] };
const going = (previous: unknown): Fields => ({ thread: { type: "continue", previous_message_id: previous } });
const resultOf = (answer: Fields): Fields => {
  const [call] = answer["content"] as readonly { id: string }[];
  return { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: call?.id, content: "42" }] }] };
};
const codeOf = ({ error }: Fields): unknown => (error as { details?: Fields }).details?.["error_code"];

for (const stream of [false, true])
  test(`a thread goes on from an answer that came ${stream ? "streamed" : "whole"}, with its tools and its call`, async () => {
    const begun = await ask({ ...question, ...TOOLS, thread: { type: "create" }, stream });
    const { status, body } = await ask({ ...resultOf(begun.body), ...going(begun.body["id"]) });
    expect([status, JSON.stringify(body["content"])]).toEqual([200, expect.stringContaining("The tool answered: 42")]);
  });

test("an answer that nobody knows, or that was no thread's, is not found", async () => {
  const plain = await ask({ ...question, ...TOOLS });
  for (const id of ["msg_nobody", plain.body["id"]]) {
    const { status, body } = await ask({ ...question, ...going(id) });
    expect([status, codeOf(body)]).toEqual([404, "thread_not_found"]);
  }
});

test("an answer is gone on from once, and a refused call does not count", async () => {
  const begun = await ask({ ...question, ...TOOLS, thread: { type: "create" } });
  const next = { ...resultOf(begun.body), ...going(begun.body["id"]) };
  expect((await ask({ ...next, messages: [{ role: "user", content: [{ type: "tool_result" }] }] })).status).toBe(400);
  expect((await ask(next)).status).toBe(200);
  const again = await ask(next);
  expect([again.status, codeOf(again.body)]).toEqual([400, "thread_already_continued"]);
});

test("what a thread keeps may not be said again", async () => {
  const begun = await ask({ ...question, ...TOOLS, thread: { type: "create" } });
  for (const kept of [TOOLS, { system: "Be brief." }])
    expect((await ask({ ...resultOf(begun.body), ...going(begun.body["id"]), ...kept })).status).toBe(400);
});
