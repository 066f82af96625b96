/** Fields of Chat that only some vendors know: cache marks, budgets of thought, and what an SDK notes on a message of its own. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { PATH, post, WHOLE } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;

let vendor: Upstream;
let gateway: Running;
beforeEach(async () => {
  vendor = upstream(() => Response.json(WHOLE.chat));
  gateway = await start({
    providers: [
      provider("router", "chat", vendor.url, { vendor: "openrouter" }),
      provider("kimi", "chat", vendor.url, { kind: "kimi" }),
      provider("host", "chat", vendor.url),
      provider("openai", "chat", vendor.url, { kind: "openai" }),
    ],
    models: [
      { name: "claude", targets: [target("router", "chat", "anthropic/claude-sonnet-4.5")] },
      { name: "gpt", targets: [target("router", "chat", "openai/gpt-5.2")] },
      { name: "thinker", targets: [target("router", "chat", "openai/gpt-5.5")] },
      { name: "low", targets: [target("router", "chat", "anthropic/claude-sonnet-4.5", { effort: "low" })] },
      { name: "budget", targets: [target("router", "chat", "anthropic/claude-sonnet-4.5", { budgetTokens: 3000 })] },
      { name: "kimi", targets: [target("kimi", "chat", "kimi-k2-turbo")] },
      { name: "host", targets: [target("host", "chat", "some-model")] },
      { name: "openai", targets: [target("openai", "chat", "gpt-4.1")] },
    ],
  });
});
afterEach(async () => {
  await gateway.stop();
  await vendor.stop();
});

/** What reached the vendor, and what was told of it. */
async function sent(
  path: string,
  body: Fields,
): Promise<{ body: Fields; text: string; lost: readonly string[]; lane: unknown }> {
  const response = await post(gateway.url, path, body);
  expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
  const record = gateway.records.at(-1);
  const { body: got = {}, text = "" } = vendor.asked.at(-1) ?? {};
  return { body: got, text, lost: record?.losses.map(({ path: at }) => at) ?? [], lane: record?.lane };
}

const MARK = { cache_control: { type: "ephemeral" } };
const HOUR = { cache_control: { type: "ephemeral", ttl: "1h" } };
const PARAMETERS = { type: "object", properties: {} };

describe("cache marks", () => {
  const CHAT: Fields = {
    ...MARK,
    messages: [
      { role: "system", content: [{ type: "text", text: "long", ...HOUR }] },
      { role: "user", content: [{ type: "text", text: "Go.", ...MARK }] },
      {
        role: "assistant",
        content: [{ type: "text", text: "I go.", ...MARK }],
        tool_calls: [{ id: "call_1", type: "function", function: { name: "read", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "let x", ...MARK }] },
    ],
    tools: [{ type: "function", function: { name: "read", parameters: PARAMETERS }, ...MARK }],
  };

  test("of a Chat body pass as bytes to a vendor that documents them", async () => {
    const { text, lane, lost } = await sent(PATH.chat, { model: "claude", ...CHAT });
    expect([lane, lost]).toEqual(["native", []]);
    expect(text).toBe(JSON.stringify({ model: "anthropic/claude-sonnet-4.5", ...CHAT }));
  });

  test("of a Chat body that is translated reach it too, each in its place", async () => {
    const { body, lane, lost } = await sent(PATH.chat, { model: "claude", system: "You help.", ...CHAT });
    expect([lane, lost]).toEqual(["translated", []]);
    expect(body).toMatchObject({
      ...CHAT,
      messages: [{ role: "system", content: "You help." }, ...(CHAT["messages"] as Fields[])],
    });
  });

  for (const model of ["kimi", "host", "openai"])
    test(`of a Chat body to ${model} are left out and told`, async () => {
      const { text, lost } = await sent(PATH.chat, { model, ...CHAT });
      expect(text).not.toContain("cache_control");
      expect(lost).toEqual(
        expect.arrayContaining(["cache_control", "messages[0].content[0].cache_control", "tools[0].cache_control"]),
      );
    });

  test("of a Messages body stand on the parts and tools of Chat", async () => {
    const { body, lost } = await sent(PATH.messages, {
      model: "claude",
      max_tokens: 100,
      ...MARK,
      system: [{ type: "text", text: "long", ...HOUR }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Go." },
            { type: "text", text: "Now.", ...MARK },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "I go.", ...MARK },
            { type: "tool_use", id: "toolu_1", name: "read", input: {} },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "let x", ...MARK }] },
      ],
      tools: [{ name: "read", input_schema: PARAMETERS, ...MARK }],
    });
    expect(lost).toEqual([]);
    expect(body).toMatchObject({
      ...MARK,
      messages: [
        { role: "system", content: [{ type: "text", text: "long", ...HOUR }] },
        {
          role: "user",
          content: [
            { type: "text", text: "Go." },
            { type: "text", text: "Now.", ...MARK },
          ],
        },
        { role: "assistant", content: [{ type: "text", text: "I go.", ...MARK }] },
        { role: "tool", content: [{ type: "text", text: "let x", ...MARK }] },
      ],
      tools: [{ type: "function", function: { name: "read" }, ...MARK }],
    });
  });

  test("on what Chat cannot mark are told", async () => {
    const { text, lost } = await sent(PATH.messages, {
      model: "claude",
      max_tokens: 100,
      messages: [
        {
          role: "user",
          content: [{ type: "image", source: { type: "url", url: "https://example.com/a.png" }, ...MARK }],
        },
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "read", input: {}, ...MARK }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "", ...MARK }] },
      ],
    });
    expect(text).not.toContain("cache_control");
    expect(lost).toEqual([
      "messages[0].content[0].cache_control",
      "messages[1].content[0].cache_control",
      "messages[2].content[0].cache_control",
    ]);
  });
});

describe("a budget of thought", () => {
  const question = [{ role: "user", content: "Go." }];

  for (const max_tokens of [500, 2_000, 16_000])
    test(`of ${max_tokens} tokens stays as a Chat client said it`, async () => {
      const reasoning = { max_tokens, exclude: true };
      const { body, lane, lost } = await sent(PATH.chat, { model: "claude", messages: question, reasoning });
      expect([lane, lost]).toEqual(["native", []]);
      expect(body["reasoning"]).toEqual(reasoning);
    });

  test("stays where the configuration has an effort or another budget", async () => {
    for (const model of ["low", "budget"]) {
      const { body } = await sent(PATH.chat, { model, messages: question, reasoning: { max_tokens: 9_000 } });
      expect(body["reasoning"]).toEqual({ max_tokens: 9_000 });
    }
  });

  test("of the configuration is one, for who names none, and never beside an effort", async () => {
    expect((await sent(PATH.chat, { model: "budget", messages: question })).body["reasoning"]).toEqual({
      max_tokens: 3_000,
    });
    const { body } = await sent(PATH.chat, { model: "budget", messages: question, reasoning: { effort: "high" } });
    expect(body["reasoning"]).toEqual({ effort: "high" });
  });

  for (const model of ["claude", "gpt"])
    test(`of a Messages client is one for ${model}`, async () => {
      const thinking = { type: "enabled", budget_tokens: 4_000 };
      const { body, lost } = await sent(PATH.messages, { model, max_tokens: 8_000, messages: question, thinking });
      expect([body["reasoning"], body["reasoning_effort"], lost]).toEqual([{ max_tokens: 4_000 }, undefined, []]);
    });

  test("leaves room for the answer, as its maker demands", async () => {
    const thinking = { type: "enabled", budget_tokens: 4_000 };
    const { body, lost } = await sent(PATH.messages, {
      model: "claude",
      max_tokens: 2_000,
      messages: question,
      thinking,
    });
    expect([body["reasoning"], lost]).toEqual([{ max_tokens: 1_500 }, ["thinking.budget_tokens"]]);
  });

  test("beside an effort gives way to it", async () => {
    const { body } = await sent(PATH.messages, {
      model: "claude",
      max_tokens: 8_000,
      messages: question,
      thinking: { type: "enabled", budget_tokens: 4_000 },
      output_config: { effort: "low" },
    });
    expect(body["reasoning"]).toEqual({ effort: "low" });
  });
});

describe("a temperature behind a host of many models", () => {
  const messages = [{ role: "user", content: "Go." }];
  const SILENT: readonly Fields[] = [{}, { reasoning: { enabled: false } }];
  for (const model of ["claude", "thinker"])
    for (const beside of model === "claude" ? SILENT : SILENT.slice(1))
      test(`passes where ${model} does not think: ${JSON.stringify(beside)}`, async () => {
        const body = { messages, temperature: 0.7, ...beside };
        const { text, lane, lost } = await sent(PATH.chat, { model, ...body });
        expect([lane, lost]).toEqual(["native", []]);
        expect(text).toBe(JSON.stringify({ model: SERVED[model], ...body }));
      });

  test("is left out where it thinks, and that is told", async () => {
    const { body, lost } = await sent(PATH.chat, {
      model: "claude",
      messages,
      temperature: 0.7,
      reasoning: { effort: "low" },
    });
    expect([body["temperature"], lost]).toEqual([undefined, ["temperature"]]);
  });
});
const SERVED: Readonly<Record<string, string>> = {
  claude: "anthropic/claude-sonnet-4.5",
  thinker: "openai/gpt-5.5",
};

describe("a message as OpenAI's SDK parsed it, sent back", () => {
  const call = { id: "call_1", type: "function", function: { name: "read", arguments: '{"a":1}' } };
  const result = { role: "tool", tool_call_id: "call_1", content: "let x" };
  const messages = [
    { role: "user", content: "Go." },
    { role: "assistant", content: '{"b":2}', refusal: null, annotations: [], parsed: { b: 2 } },
    { role: "user", content: "Go on." },
    {
      role: "assistant",
      content: null,
      parsed: null,
      tool_calls: [{ ...call, function: { ...call.function, parsed_arguments: { a: 1 } } }],
    },
    result,
  ];
  const tools = [{ type: "function", function: { name: "read", parameters: PARAMETERS } }];
  const FREE = [
    messages[0],
    { role: "assistant", content: '{"b":2}', refusal: null },
    messages[2],
    { role: "assistant", content: null, tool_calls: [call] },
    result,
  ];

  for (const model of ["kimi", "host"])
    test(`reaches ${model} without what the SDK noted, and nothing else of its bytes changes`, async () => {
      const named = model === "kimi" ? "kimi-k2-turbo" : "some-model";
      const { text, lane, lost } = await sent(PATH.chat, { model, messages, tools });
      expect([lane, lost]).toEqual(["native", []]);
      expect(text).toBe(JSON.stringify({ model: named, messages: FREE, tools }));
    });

  test("reaches OpenAI without what it does not know", async () => {
    const { body, lane } = await sent(PATH.chat, { model: "openai", messages, tools });
    expect(lane).toBe("native");
    expect(JSON.stringify(body)).not.toContain("parsed");
    expect(JSON.stringify(body)).toContain('"annotations":[]');
  });

  test("is the same where it has to be translated", async () => {
    const { text, lost } = await sent(PATH.chat, { model: "kimi", system: "You help.", messages, tools });
    expect(text).not.toMatch(/parsed|annotations/);
    expect(lost).toEqual([]);
  });
});
