/**
 * The prompt cache: what a turn sends upstream begins, byte by byte, with what the turn before sent, through every
 * crossing and for every vendor's row. A cache of any vendor lives on nothing else.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ModelConfig, ProviderConfig } from "../../src/config/config.ts";
import { type SeenRequest, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { DIALECT_OF, provider, type Running, start } from "./gateway.ts";
import { PATH, post, type Wire, WIRES } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const TURNS = 5;
/** Thinks, calls a tool, reads its result, answers. */
const SCENARIO = "sim-thinking-tool";

/** Vendors' rows decide on fields and forms: each is asked as its own. */
interface Vendor {
  readonly name: string;
  readonly wire: Wire;
  readonly model: string;
  readonly more?: Partial<ProviderConfig>;
}
const VENDORS: readonly Vendor[] = [
  { name: "compatible", wire: "chat", model: `some-model:${SCENARIO}` },
  { name: "openai-chat", wire: "chat", model: `gpt-5:${SCENARIO}`, more: { kind: "openai" } },
  { name: "kimi", wire: "chat", model: "kimi-k2-thinking:sim-kimi", more: { kind: "kimi" } },
  { name: "deepseek", wire: "chat", model: `deepseek-reasoner:${SCENARIO}`, more: { vendor: "deepseek" } },
  { name: "mistral", wire: "chat", model: `mistral-small-latest:${SCENARIO}`, more: { vendor: "mistral" } },
  { name: "openai", wire: "responses", model: `gpt-5:${SCENARIO}` },
  { name: "azure", wire: "responses", model: `gpt-5.5:${SCENARIO}`, more: { kind: "azure" } },
  { name: "anthropic-budget", wire: "messages", model: `claude-sonnet-4-5:${SCENARIO}` },
  { name: "anthropic-adaptive", wire: "messages", model: `claude-opus-4-8:${SCENARIO}` },
];

let simulator: Simulator;
let gateway: Running;
beforeAll(async () => {
  simulator = startSimulator({ strict: true, record: true });
  const models: ModelConfig[] = VENDORS.map(({ name, wire, model }) => ({
    name,
    targets: [{ provider: name, model, dialect: DIALECT_OF[wire] }],
  }));
  gateway = await start({ providers: VENDORS.map(providerOf), models });
});
afterAll(async () => {
  await gateway?.stop();
  simulator?.stop();
});

function providerOf({ name, wire, more }: Vendor): ProviderConfig {
  const base = provider(name, wire, simulator.url, more);
  return base.kind === "azure" ? { ...base, baseUrl: simulator.url } : base;
}

for (const client of WIRES)
  for (const vendor of VENDORS)
    for (const named of [true, false])
      test(`${client} over ${vendor.name}, ${named ? "in a session that the client names" : "unnamed"}`, async () => {
        const sent = await converse(client, vendor.name, named ? { "x-session-id": `${client}-${vendor.name}` } : {});
        expect(sent.length).toBe(TURNS * 2);
        sent.slice(1).forEach((later, at) => {
          const earlier = sent[at] as Sent;
          expect(
            later.list.startsWith(earlier.list),
            `request ${at + 2}:\n${later.list}\n\nbefore:\n${earlier.list}`,
          ).toBe(true);
          expect(later.list.length).toBeGreaterThan(earlier.list.length);
          expect(later.rest).toBe(earlier.rest);
        });
      });

/** What a request says up to the end of its last message, and everything of the prompt that stands elsewhere. */
interface Sent {
  readonly list: string;
  readonly rest: string;
}

/** Breakpoints wander to the newest turn; they are no part of what is cached. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const withoutMarks = (key: string, value: unknown): unknown => (key === "cache_control" ? undefined : value);

function sentOf({ text }: SeenRequest): Sent {
  const body = JSON.parse(text) as Fields;
  const key = "input" in body ? "input" : "messages";
  const keys = Object.keys(body);
  const upTo = Object.fromEntries(keys.slice(0, keys.indexOf(key) + 1).map((name) => [name, body[name]]));
  const { tools, tool_choice, prompt_cache_key } = body;
  return {
    list: JSON.stringify(upTo, withoutMarks).replace(/\]\}$/, ""),
    rest: JSON.stringify({ tools, tool_choice, prompt_cache_key }, withoutMarks),
  };
}

/** Five questions, each with a tool call and its result: ten requests. */
async function converse(client: Wire, model: string, headers: Record<string, string>): Promise<readonly Sent[]> {
  const from = simulator.seen.length;
  const talk = TALK[client];
  let history: readonly Fields[] = [];
  for (let turn = 1; turn <= TURNS; turn++) {
    history = [...history, talk.ask(`Question ${turn}, please.`)];
    for (let step = 0; step < 2; step++) {
      const response = await post(gateway.url, PATH[client], talk.body(model, history), headers);
      const reply = (await response.json()) as Fields;
      expect([response.status, reply]).toEqual([200, expect.anything()]);
      history = [...history, ...talk.answer(reply)];
    }
  }
  return simulator.seen.slice(from).map(sentOf);
}

/** How a client of each wire keeps its conversation: what came back goes back, and a result for each call. */
interface Talk {
  ask(text: string): Fields;
  body(model: string, history: readonly Fields[]): Fields;
  answer(reply: Fields): readonly Fields[];
}
const SCHEMA = {
  type: "object",
  properties: { path: { type: "string" }, depth: { type: "number" } },
  required: ["path"],
};
const list = (value: unknown): readonly Fields[] => value as readonly Fields[];

const TALK: Readonly<Record<Wire, Talk>> = {
  chat: {
    ask: (content) => ({ role: "user", content }),
    body: (model, history) => ({
      model,
      messages: [{ role: "system", content: "Be brief." }, ...history],
      tools: [{ type: "function", function: { name: "read", parameters: SCHEMA } }],
      reasoning_effort: "medium",
    }),
    answer: (reply) => {
      const { message } = list(reply["choices"])[0] as { message: Fields };
      const calls = list(message["tool_calls"] ?? []);
      return [message, ...calls.map((call) => ({ role: "tool", tool_call_id: call["id"], content: "a.ts" }))];
    },
  },
  responses: {
    ask: (content) => ({ role: "user", content }),
    body: (model, input) => ({
      model,
      instructions: "Be brief.",
      input,
      tools: [{ type: "function", name: "read", parameters: SCHEMA, strict: false }],
      reasoning: { effort: "medium", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      store: false,
    }),
    answer: (reply) => {
      const output = list(reply["output"]);
      const calls = output.filter((item) => item["type"] === "function_call");
      return [
        ...output,
        ...calls.map((call) => ({ type: "function_call_output", call_id: call["call_id"], output: "a.ts" })),
      ];
    },
  },
  messages: {
    ask: (content) => ({ role: "user", content }),
    body: (model, messages) => ({
      model,
      max_tokens: 16_000,
      system: "Be brief.",
      messages,
      tools: [{ name: "read", input_schema: SCHEMA }],
      thinking: { type: "enabled", budget_tokens: 4_000 },
    }),
    answer: (reply) => {
      const calls = list(reply["content"]).filter((block) => block["type"] === "tool_use");
      const results = calls.map((call) => ({ type: "tool_result", tool_use_id: call["id"], content: "a.ts" }));
      return [
        { role: "assistant", content: reply["content"] },
        ...(results.length > 0 ? [{ role: "user", content: results }] : []),
      ];
    },
  },
};
