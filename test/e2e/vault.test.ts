/** A client that drops reasoning (Cursor, LangChain) in a tool loop: what the vendor wants back comes back, and nobody else gets it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { PATH, post, readStream } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const SIGNATURE = "EqQBCgIYAhIM+/=";
const SEALED = "gAAAAABsealed";

const typed = (event: Fields): string => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;
const ITEMS = [
  { id: "rs_1", type: "reasoning", summary: [{ type: "summary_text", text: "I look." }], encrypted_content: SEALED },
  { id: "fc_1", type: "function_call", call_id: "call_0", name: "read", arguments: "{}", status: "completed" },
];
const response = (status: string, output: readonly Fields[]): Fields => ({
  id: "resp_1",
  object: "response",
  status,
  model: "m",
  output,
});

/** A thought and a call, as each vendor sends them. */
const ANSWERS = {
  messages: [
    {
      type: "message_start",
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "m",
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "I look." } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: SIGNATURE } },
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: { type: "tool_use", id: "call_0", name: "read", input: {} },
    },
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ]
    .map(typed)
    .join(""),
  responses: [
    { type: "response.created", response: response("in_progress", []) },
    ...ITEMS.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item: { ...item, summary: [], arguments: "" } },
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: "response.completed", response: response("completed", ITEMS) },
  ]
    .map(typed)
    .join(""),
  kimi: [
    { reasoning_content: "I look." },
    { tool_calls: [{ index: 0, id: "call_0", type: "function", function: { name: "read", arguments: "{}" } }] },
  ]
    .map((delta) => ({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: null }] }))
    .concat({
      id: "c",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }],
    } as never)
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .concat("data: [DONE]\n\n")
    .join(""),
};
type Vendor = keyof typeof ANSWERS;
const VENDORS = Object.keys(ANSWERS) as Vendor[];

const turn = (vendor: Vendor, more: readonly Fields[], session: string): Fields => ({
  model: vendor,
  stream: true,
  reasoning_effort: "high",
  metadata: { cursorConversationId: session },
  messages: [{ role: "user", content: "Read a.ts." }, ...more],
  tools: [{ type: "function", function: { name: "read", parameters: { type: "object", properties: {} } } }],
});
/** The call and its result, without the reasoning that stood before it. */
const REPLAYED: readonly Fields[] = [
  {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "call_0", type: "function", function: { name: "read", arguments: "{}" } }],
  },
  { role: "tool", tool_call_id: "call_0", content: "let x" },
];

describe("reasoning that the client dropped", () => {
  let servers: Readonly<Record<Vendor, Upstream>>;
  let gateway: Running;
  beforeAll(async () => {
    const serve = (vendor: Vendor): Upstream =>
      upstream(() => new Response(ANSWERS[vendor], { headers: { "content-type": "text/event-stream" } }));
    servers = { messages: serve("messages"), responses: serve("responses"), kimi: serve("kimi") };
    gateway = await start({
      keys: [
        { name: "one", key: "first-key-7f3a" },
        { name: "two", key: "second-key-9b" },
      ],
      providers: [
        provider("messages", "messages", servers.messages.url),
        provider("responses", "responses", servers.responses.url),
        provider("kimi", "chat", servers.kimi.url, { kind: "kimi" }),
      ],
      models: [
        { name: "messages", targets: [target("messages", "messages", "claude-sonnet-4-5")] },
        { name: "responses", targets: [target("responses", "responses", "gpt-5")] },
        { name: "kimi", targets: [target("kimi", "chat", "kimi-k2-thinking")] },
      ],
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    for (const vendor of VENDORS) await servers?.[vendor].stop();
  });

  const ask = async (
    vendor: Vendor,
    more: readonly Fields[],
    session: string,
    key = "first-key-7f3a",
  ): Promise<string> => {
    const answer = await post(gateway.url, PATH.chat, turn(vendor, more, session), { authorization: `Bearer ${key}` });
    expect(answer.status).toBe(200);
    await readStream("chat", answer).until(() => false);
    return servers[vendor].asked.at(-1)?.text ?? "";
  };

  const PROOF: Readonly<Record<Vendor, readonly string[]>> = {
    messages: [`{"type":"thinking","thinking":"I look.","signature":"${SIGNATURE}"}`],
    responses: [`"encrypted_content":"${SEALED}"`],
    kimi: ['"reasoning_content":"I look."'],
  };
  for (const vendor of VENDORS) {
    test(`returns to ${vendor}, before its call`, async () => {
      await ask(vendor, [], `mine-${vendor}`);
      const asked = await ask(vendor, REPLAYED, `mine-${vendor}`);
      for (const proof of PROOF[vendor]) expect(asked).toContain(proof);
      expect(asked.indexOf("I look.")).toBeLessThan(asked.indexOf("call_0"));
    });

    test(`of ${vendor} stays with its key and its conversation, although call ids repeat`, async () => {
      await ask(vendor, [], `secret-${vendor}`);
      const others = [
        await ask(vendor, REPLAYED, `secret-${vendor}`, "second-key-9b"),
        await ask(vendor, REPLAYED, `other-${vendor}`),
      ];
      for (const asked of others) expect(asked).not.toContain("I look.");
      for (const asked of others) expect(asked).not.toContain(vendor === "responses" ? SEALED : SIGNATURE);
    });
  }
});
