import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/wire/json.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { placeOf } from "./place.ts";
import { JUDGE_MISSING, createJudge } from "./schema.ts";

const judged = JUDGE_MISSING === undefined ? test : test.skip;
const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const GOOD: readonly (readonly ["openai-chat" | "openai-responses" | "anthropic-messages", JsonObject])[] = [
  [
    "openai-chat",
    {
      model: "m",
      messages: [
        { role: "user", content: "hi" },
        {
          role: "assistant",
          content: null,
          reasoning_content: "hm",
          tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: "1" },
      ],
      tools: [{ type: "function", function: { name: "f", parameters: schema } }],
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: "high",
    },
  ],
  [
    "openai-responses",
    {
      model: "m",
      input: [
        { role: "user", content: [{ type: "input_text", text: "hi" }] },
        { type: "reasoning", summary: [], encrypted_content: "gAAAA" },
        { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
        { type: "function_call_output", call_id: "c", output: "1" },
      ],
      store: false,
      include: ["reasoning.encrypted_content"],
      reasoning: { effort: "high", summary: "detailed" },
      tools: [{ type: "function", name: "f", parameters: schema, strict: false }],
      text: { verbosity: "low" },
      truncation: "disabled",
    },
  ],
  [
    "anthropic-messages",
    {
      model: "m",
      max_tokens: 10,
      temperature: 1,
      system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }],
      messages: [
        { role: "user", content: "hi" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature: "s" },
            { type: "tool_use", id: "t", name: "f", input: {} },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "1", is_error: true }] },
      ],
      tools: [{ name: "f", input_schema: { ...schema, type: "object" } }],
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
    },
  ],
];

judged("what the vendors' types have is accepted, with what their APIs are known to take beside", async () => {
  const judge = createJudge();
  for (const [dialect, body] of GOOD) judge.add(dialect, body, dialect);
  expect(judge.count).toBe(3);
  expect(await judge.verdict()).toEqual([]);
  expect(judge.count).toBe(0);
});

judged("one wrong field in each dialect is found, with its place", async () => {
  const judge = createJudge();
  const [chat, responses, messages] = GOOD.map(([, body]) => body) as [JsonObject, JsonObject, JsonObject];
  judge.add("openai-chat", { ...chat, max_output_tokens: 5 }, "a");
  judge.add("openai-chat", chat, "b", "openai");
  judge.add("openai-responses", { ...responses, stop: ["x"] }, "c");
  judge.add(
    "openai-responses",
    {
      ...responses,
      input: [
        { role: "user", content: "a" },
        { role: "user", content: [{ type: "text", text: "hi" }] },
      ],
    },
    "d",
  );
  judge.add("openai-responses", { ...responses, tools: [{ type: "function", function: { name: "f" } }] }, "e");
  judge.add("anthropic-messages", { ...messages, max_completion_tokens: 5 }, "f");
  judge.add("anthropic-messages", { ...messages, messages: [{ role: "tool", content: "x" }] }, "g");
  judge.add(
    "anthropic-messages",
    { ...messages, messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "u" } }] }] },
    "h",
  );
  judge.add("anthropic-messages", { ...messages, tools: [{ name: "f", parameters: schema }] }, "i");
  const found = await judge.verdict();
  for (const name of ["a", "b", "c", "d", "e", "f", "g", "h", "i"])
    expect(found.filter((line) => line.startsWith(`${name}: `))).not.toEqual([]);
  expect(found.find((line) => line.startsWith("b: "))).toContain("messages[1].reasoning_content");
  expect(found.find((line) => line.startsWith("c: "))).toContain("stop");
});

judged("as the simulator's judge it sees what was really sent", async () => {
  const judge = createJudge();
  const simulator = startSimulator({ judge: judge.see });
  const body = JSON.stringify({
    model: "sim-echo",
    messages: [{ role: "user", content: "hi" }],
    reasoning: { effort: "low" },
    frequency: 1,
  });
  await (await fetch(`${simulator.url}/v1/chat/completions`, { method: "POST", body })).text();
  simulator.stop();
  expect(await judge.verdict()).toEqual([expect.stringMatching(/^POST \/v1\/chat\/completions: frequency: /)]);
});

test("a line's place is told by keys and by counting", () => {
  const lines = `const x = ${JSON.stringify({ a: [{ b: 1 }, { c: [1, 2, 3] }], d: 2 }, undefined, 1)}`.split("\n");
  expect(placeOf(lines, 0, lines.indexOf('   "c": ['))).toBe("a[1].c");
  expect(placeOf(lines, 0, lines.indexOf("    3"))).toBe("a[1].c[2]");
  expect(placeOf(lines, 0, lines.indexOf(' "d": 2'))).toBe("d");
});
