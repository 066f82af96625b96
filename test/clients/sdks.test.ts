/**
 * Every SDK as a client, over every backend dialect, against an upstream that refuses what the vendors refuse. What reached
 * the upstream on the second request is what counts. docs/clients/sdks.md says what this proves.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ModelConfig } from "../../src/config/config.ts";
import { startSimulator, type SeenRequest, type Simulator } from "../../src/simulator/index.ts";
import { DIALECT_OF, provider, type Running, start } from "../e2e/gateway.ts";
import { type Wire, WIRES } from "../e2e/wires.ts";
import { createJudge, JUDGE_MISSING } from "../judge/schema.ts";
import { type Client, CLIENTS, MISSING, type Question, TOOL_RESULT } from "./sdk-clients.ts";

type Fields = Readonly<Record<string, unknown>>;
/** A model's own rules apply behind its name. */
const MODEL_OF: Readonly<Record<Wire, string>> = {
  chat: "some-model",
  responses: "gpt-5",
  messages: "claude-sonnet-4-5",
};
/** Kimi demands its reasoning back: whoever drops it has it from the vault. */
const THINKER = "kimi-k2-thinking";
const SCENARIOS = [
  ...["sim-echo", "sim-tool", "sim-thinking-tool", "sim-flaky-1", "sim-cut"],
  ...["sim-429-after-30", "sim-500-after-30", "sim-529-after-30", "sim-401", "sim-404"],
];
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const judge = createJudge();
let simulator: Simulator;
let gateway: Running;

describe.skipIf(MISSING.length > 0)("the SDKs", () => {
  beforeAll(async () => {
    // The AI SDK prints its warnings, such as a model name that it does not know.
    Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
    simulator = startSimulator({ strict: true, record: true, judge: judge.see });
    const models = WIRES.flatMap((wire) => SCENARIOS.map((scenario) => modelOf(wire, scenario)));
    const kimi = provider("kimi", "chat", simulator.url, { kind: "kimi" });
    gateway = await start({ providers: [...WIRES.map((wire) => provider(wire, wire, simulator.url)), kimi], models });
  });
  /** After the cases, in whichever order they ran: they send nothing upstream that the vendors' own types do not have. */
  afterAll(async () => {
    await gateway?.stop();
    simulator?.stop();
    if (JUDGE_MISSING === undefined) expect(await judge.verdict()).toEqual([]);
  });

  for (const client of CLIENTS)
    for (const backend of WIRES) describe(`${client.name} over ${backend}`, () => cases(client, backend));

  for (const client of CLIENTS)
    test(`${client.name} does not notice an upstream that fails once`, async () => {
      const { said } = await ask(client, "chat", "sim-flaky-1", { stream: true });
      expect(said.text).toContain("It works again.");
    });
});

if (MISSING.length > 0) test.skip(`the SDKs are not all installed: ${MISSING.join(", ")}`, () => {});

function modelOf(wire: Wire, scenario: string): ModelConfig {
  const name = `${wire}-${scenario}`;
  const dialect = DIALECT_OF[wire];
  if (scenario !== "sim-thinking-tool")
    return { name, targets: [{ provider: wire, model: `${MODEL_OF[wire]}:${scenario}`, dialect }] };
  const model = wire === "chat" ? `${THINKER}:sim-kimi` : `${MODEL_OF[wire]}:${scenario}`;
  return { name, targets: [{ provider: wire === "chat" ? "kimi" : wire, model, dialect, effort: "medium" }] };
}

function cases(client: Client, backend: Wire): void {
  for (const stream of [false, true]) {
    const how = stream ? "streamed" : "whole";

    test(`says hi, ${how}`, async () => {
      const { said, seen } = await ask(client, backend, "sim-echo", { text: "Say hi, 👋", stream });
      expect(said.text).toBe("You said: Say hi, 👋");
      expect(seen.length).toBe(1);
    });

    test(`runs a tool, ${how}`, async () => {
      const { said, seen } = await ask(client, backend, "sim-tool", { tool: true, stream });
      expect(said).toEqual({ text: `The tool answered: ${TOOL_RESULT}`, calls: 1 });
      expect(seen.length).toBe(2);
      const { call, result } = LOOP[backend](bodyOf(seen[1]));
      expect(call.id).toBeTruthy();
      expect(result).toEqual({ id: call.id, text: TOOL_RESULT });
    });

    test(`thinks, calls a tool, and returns the thinking, ${how}`, async () => {
      const { said, seen } = await ask(client, backend, "sim-thinking-tool", { tool: true, stream });
      expect(said).toEqual({ text: `The tool answered: ${TOOL_RESULT}`, calls: 1 });
      const { thought } = LOOP[backend](bodyOf(seen[1]));
      expect(thought).toMatch(THOUGHT[backend]);
    });
  }

  test("shows a picture", async () => {
    const { seen } = await ask(client, backend, "sim-echo", { text: "What is it?", image: PIXEL });
    expect(seen[0]?.text).toContain(PIXEL);
  });

  for (const [scenario, status] of [
    ["sim-429-after-30", 429],
    ["sim-500-after-30", 500],
    ["sim-529-after-30", 529],
    ["sim-401", 401],
    ["sim-404", 404],
  ] as const)
    for (const stream of [false, true])
      test(`is told ${status}, ${stream ? "streamed" : "whole"}`, async () => {
        const error = await failure(client, backend, scenario, stream);
        expect(statusOf(error)).toBe(status);
      });

  test("takes a cut stream for no answer", async () => {
    expect(await failure(client, backend, "sim-cut", true)).toBeInstanceOf(Error);
  });
}

let count = 0;
/** A question of its own each time: conversations are told apart by their first one. */
async function ask(client: Client, backend: Wire, scenario: string, more: Partial<Question> = {}) {
  const from = simulator.seen.length;
  const question = { model: `${backend}-${scenario}`, text: `Question ${++count}`, stream: false, ...more };
  const said = await client.ask(gateway.url, question);
  return { said, seen: simulator.seen.slice(from).filter(({ method }) => method === "POST") };
}

async function failure(client: Client, backend: Wire, scenario: string, stream: boolean): Promise<unknown> {
  try {
    const { said } = await ask(client, backend, scenario, { stream });
    return `no error, but: ${said.text}`;
  } catch (error) {
    return error;
  }
}
const statusOf = (error: unknown): unknown => {
  const { status, statusCode } = error as Fields;
  return status ?? statusCode ?? error;
};

const bodyOf = (request: SeenRequest | undefined): Fields => JSON.parse(request?.text ?? "{}") as Fields;

/** What a second request carries of the tool loop, in the words of its dialect. `thought`: what stands right before the call. */
interface Loop {
  readonly thought: string;
  readonly call: { readonly id: unknown };
  readonly result: { readonly id: unknown; readonly text: unknown };
}
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);

const LOOP: Readonly<Record<Wire, (body: Fields) => Loop>> = {
  chat: (body) => {
    const messages = list(body["messages"]);
    const said = messages.find((message) => message["tool_calls"]) ?? {};
    const result = messages.find((message) => message["role"] === "tool") ?? {};
    return {
      thought: String(said["reasoning_content"] ?? ""),
      call: { id: list(said["tool_calls"])[0]?.["id"] },
      result: { id: result["tool_call_id"], text: result["content"] },
    };
  },
  responses: (body) => {
    const items = list(body["input"]);
    const at = items.findIndex((item) => item["type"] === "function_call");
    const before = items[at - 1] ?? {};
    const result = items.find((item) => item["type"] === "function_call_output") ?? {};
    return {
      thought: before["type"] === "reasoning" ? String(before["encrypted_content"] ?? before["id"]) : "",
      call: { id: items[at]?.["call_id"] },
      result: { id: result["call_id"], text: result["output"] },
    };
  },
  messages: (body) => {
    const blocks = list(body["messages"]).flatMap((message) => list(message["content"]));
    const at = blocks.findIndex((block) => block["type"] === "tool_use");
    const before = blocks[at - 1] ?? {};
    const result = blocks.find((block) => block["type"] === "tool_result") ?? {};
    const content = list(result["content"])[0]?.["text"] ?? result["content"];
    return {
      thought: before["type"] === "thinking" ? `${String(before["thinking"])}|${String(before["signature"])}` : "",
      call: { id: blocks[at]?.["id"] },
      result: { id: result["tool_use_id"], text: content },
    };
  },
};

/** The simulator's own words. Signatures and seals are judged by itself: an altered one is a 400. */
const WORDS =
  "\\*\\*Reading the question\\*\\*\\n\\nThe user wants an answer\\.\\n\\n\\*\\*Checking it\\*\\*\\n\\nIt holds; I can say so\\.";
const THOUGHT: Readonly<Record<Wire, RegExp>> = {
  chat: new RegExp(`^${WORDS}$`),
  responses: /^(gAAAAA|rs_)/,
  messages: new RegExp(`^${WORDS}\\|.{40,}$`),
};
