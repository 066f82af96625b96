/** Tool loops through clients that drop reasoning, before upstreams that demand it back as their vendors do: the simulator refuses a call without its thought, and a thought with a wrong signature. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyConfig } from "../../src/config/config.ts";
import { type Part, type Play, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { PATIENCE_MS, within } from "./upstream.ts";
import { PATH, post } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
/** A message, an item or a block, with what this test reads of it. */
interface Message {
  readonly role?: string;
  readonly type?: string;
  readonly id?: string;
  readonly call_id?: string;
  readonly tool_call_id?: string;
  readonly tool_use_id?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly reasoning_content?: string;
  readonly encrypted_content?: string;
  readonly summary?: readonly { readonly text: string }[];
  readonly output?: string;
  readonly tool_calls?: readonly Message[];
  readonly content?: string | null | readonly Message[];
}
/** What an upstream was asked. */
interface Body {
  readonly messages: readonly Message[];
  readonly input: readonly Message[];
  readonly thinking?: unknown;
}
/** What a client was answered, in any of the three dialects. */
interface Answer {
  readonly error?: unknown;
  readonly choices: readonly { readonly message: Message }[];
  readonly content: readonly Message[];
  readonly output: readonly Message[];
}
const blocksIn = ({ content }: Message): readonly Message[] => (Array.isArray(content) ? content : []);

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-reasoning-"));
let folders = 0;
const folder = (): string => join(ROOT, `data-${folders++}`);

/** As many steps as the loop has, each a thought and a call, then a word. The thought names who thinks, and at which step. */
const LOOP = 5;
const thinker =
  (who: string, calls: 1 | 2 = 1): Play =>
  (asked) => {
    const step = JSON.stringify(asked.body).split("RESULT").length;
    const [tool] = asked.tools;
    if (step > LOOP || !tool)
      return { kind: "answer", answer: { parts: [{ kind: "text", pieces: ["Done."] }], stop: "done" } };
    const parts = Array.from({ length: calls }, (_, at): Part[] => [
      { kind: "thinking", sections: [[`${who} thinks, step ${step}.${at + 1}`]] },
      { kind: "call", tool, pieces: ['{"path":"a.ts"}'] },
    ]);
    return { kind: "answer", answer: { parts: parts.flat(), stop: "done" } };
  };

const TOOL = { name: "read", schema: { type: "object", properties: { path: { type: "string" } } } };
const CHAT_TOOLS = [{ type: "function", function: { name: TOOL.name, parameters: TOOL.schema } }];
const RESULT = "RESULT let x";

/** What the last call could not carry, by name. */
const lost = (gateway: Running): readonly string[] =>
  gateway.records.at(-1)?.losses.map(({ feature }) => feature) ?? [];

describe("a tool loop whose client drops the reasoning", () => {
  let simulator: Simulator;
  let gateway: Running;
  let dataDir: string;
  beforeAll(() => {
    simulator = startSimulator({ strict: true, record: true });
    simulator.control.play("claude-sonnet-4-5", thinker("Claude"));
    simulator.control.play("claude-opus-4-5", thinker("Claude", 2));
    simulator.control.play("sim-kimi", thinker("Kimi"));
    simulator.control.play("sim-kimi-seek", thinker("DeepSeek"));
    simulator.control.play("gpt-5", thinker("GPT"));
  });
  afterAll(() => {
    simulator?.stop();
    rmSync(ROOT, { recursive: true });
  });
  const begin = (keys: readonly KeyConfig[] = KEYS): Promise<Running> =>
    start({
      keys,
      dataDir,
      providers: [
        provider("claude", "messages", simulator.url),
        provider("gpt", "responses", simulator.url),
        provider("kimi", "chat", simulator.url, { kind: "kimi" }),
        provider("seek", "chat", simulator.url, { vendor: "deepseek" }),
      ],
      models: [
        { name: "claude", targets: [target("claude", "messages", "claude-sonnet-4-5")] },
        { name: "interleaved", targets: [target("claude", "messages", "claude-opus-4-5")] },
        { name: "gpt", targets: [target("gpt", "responses", "gpt-5")] },
        { name: "kimi", targets: [target("kimi", "chat", "sim-kimi", { baseModel: "kimi-k2-thinking" })] },
        { name: "seek", targets: [target("seek", "chat", "sim-kimi-seek", { baseModel: "deepseek-v4-pro" })] },
      ],
    });
  const KEYS: readonly KeyConfig[] = [
    { name: "one", key: "first-key-7f3a" },
    { name: "two", key: "second-key-9b" },
    { name: "memory", key: "third-key-51c", vault: "memory" },
    { name: "off", key: "fourth-key-0d", vault: "off" },
  ];
  beforeEach(async () => {
    dataDir = folder();
    gateway = await begin();
  });
  afterEach(() => gateway.stop());
  const restart = async (): Promise<void> => {
    await gateway.stop();
    gateway = await begin();
  };

  interface Talk {
    readonly model: string;
    readonly key?: string;
    readonly more?: Fields;
    /** Before each step. */
    before?(step: number): Promise<void>;
  }
  /** One step after the other, as Cursor or LangChain would: what comes back holds calls and words only. */
  async function chat(messages: Message[], { model, key = "first-key-7f3a", more = {}, before }: Talk): Promise<void> {
    for (let step = 1; ; step++) {
      await before?.(step);
      const body = { model, messages, tools: CHAT_TOOLS, reasoning_effort: "high", ...more };
      const response = await post(gateway.url, PATH.chat, body, { authorization: `Bearer ${key}` });
      const answer = (await response.json()) as Answer;
      expect({ step, status: response.status, error: answer.error }).toEqual({
        step,
        status: 200,
        error: undefined,
      });
      const { content, tool_calls: calls } = answer.choices[0]?.message ?? {};
      messages.push({ role: "assistant", content, ...(calls && { tool_calls: calls }) });
      if (!calls) return;
      for (const { id } of calls) messages.push({ role: "tool", tool_call_id: id, content: RESULT });
    }
  }
  const asked = (): Body => simulator.seen.at(-1)?.body as unknown as Body;
  const askedText = (): string => simulator.seen.at(-1)?.text ?? "";
  const user = (content: string): Message => ({ role: "user", content });

  /** What stands in an upstream's last request, in its own order: thoughts by their text, calls as "call". */
  const READ: Readonly<Record<string, () => readonly string[]>> = {
    messages: () =>
      asked()
        .messages.filter(({ role }) => role === "assistant")
        .flatMap(blocksIn)
        .flatMap((block) =>
          block.type === "thinking" ? [block.thinking ?? ""] : block.type === "tool_use" ? ["call"] : [],
        ),
    responses: () =>
      asked().input.flatMap((item) =>
        item.type === "reasoning" ? [item.summary?.[0]?.text ?? ""] : item.type === "function_call" ? ["call"] : [],
      ),
    chat: () =>
      asked().messages.flatMap((message) => (message.tool_calls ? [message.reasoning_content ?? "", "call"] : [])),
  };
  const thoughts = (who: string): readonly string[] =>
    Array.from({ length: LOOP }, (_, at) => [`${who} thinks, step ${at + 1}.1`, "call"]).flat();

  const VENDORS = [
    ["claude", "messages", "Claude"],
    ["gpt", "responses", "GPT"],
    ["kimi", "chat", "Kimi"],
    ["seek", "chat", "DeepSeek"],
  ] as const;
  for (const [model, wire, who] of VENDORS) {
    test(`${who} gets all five thoughts back, each in front of its call`, async () => {
      await chat([user(`Go, ${model}.`)], { model });
      expect(READ[wire]?.()).toEqual(thoughts(who));
    });

    test(`${who} gets them back although the gateway was started anew at every step`, async () => {
      await chat([user(`Go on, ${model}.`)], { model, before: (step) => (step > 1 ? restart() : Promise.resolve()) });
      expect(READ[wire]?.()).toEqual(thoughts(who));
    });
  }

  test("two gateways on one data folder take turns in one loop", async () => {
    const other = await begin();
    const mine = gateway;
    await chat([user("In turns.")], {
      model: "claude",
      before: async (step) => {
        gateway = step % 2 === 0 ? other : mine;
        // The other one wrote behind its answer. Both ask the same file.
        await within(PATIENCE_MS, `the thought of step ${step - 1}`, written(step - 1));
      },
    });
    expect(READ.messages?.()).toEqual(thoughts("Claude"));
    gateway = mine;
    await other.stop();
  });

  /** Waits until so many more answers are on the disk. */
  async function written(answers: number): Promise<void> {
    const rows = (): number => {
      try {
        using file = new Database(join(dataDir, "codeswitch.db"), { readonly: true });
        const query = file.query<{ answers: number }, []>("select count(distinct digest) as answers from reasoning");
        return query.get()?.answers ?? 0;
      } catch {
        // A gateway opens it a moment after it was started.
        return 0;
      }
    };
    while (rows() < answers) await Bun.sleep(5);
  }

  test("two thoughts of one answer come back each in front of its own call", async () => {
    await chat([user("Both.")], { model: "interleaved" });
    const both = READ["messages"]?.() ?? [];
    expect(both.slice(0, 4)).toEqual(["Claude thinks, step 1.1", "call", "Claude thinks, step 1.2", "call"]);
    expect(asked().thinking).toMatchObject({ type: "enabled" });
  });

  test("what the vendor sealed reaches it byte by byte", async () => {
    const messages = [user("Sealed.")];
    await chat(messages, { model: "gpt" });
    const sealed = asked().input.filter(({ type }) => type === "reasoning");
    expect(sealed).toHaveLength(LOOP);
    for (const { encrypted_content: value } of sealed) expect(value).toStartWith("gAAAAAB");
  });

  test("another model in the middle gets no foreign proof, is told what was lost, and the first one finds its own again", async () => {
    const messages = [user("Switch.")];
    await chat(messages, { model: "claude" });
    const signatures = [...askedText().matchAll(/"signature":"([^"]+)"/g)].map(([, value]) => value ?? "");
    expect(signatures).toHaveLength(LOOP);

    messages.push(user("Now you."));
    await chat(messages, { model: "gpt" });
    for (const value of signatures) expect(askedText()).not.toContain(value);
    expect(lost(gateway)).toContain("reasoning-replay");

    messages.push(user("And you."));
    await chat(messages, { model: "kimi" });
    for (const value of signatures) expect(askedText()).not.toContain(value);
    expect(askedText()).not.toContain("gAAAAAB");
    // Plain text is context for everybody.
    expect(READ["chat"]?.()[0]).toBe("Claude thinks, step 1.1");
    expect(lost(gateway)).toContain("seal");

    messages.push(user("Again."));
    await chat(messages, { model: "claude" });
    expect(READ["messages"]?.()[0]).toBe("Claude thinks, step 1.1");
    expect(askedText()).not.toContain("gAAAAAB");
  });

  test("two callers with equal call ids get each their own", async () => {
    const mine = [user("Mine.")];
    const session = { metadata: { cursorConversationId: "the-same" } };
    await chat(mine, { model: "kimi", more: session });
    const theirs = mine.slice(0, -1);
    const response = await post(
      gateway.url,
      PATH.chat,
      { model: "kimi", messages: theirs, tools: CHAT_TOOLS, ...session },
      { authorization: "Bearer second-key-9b" },
    );
    await response.json();
    expect(askedText()).not.toContain("Kimi thinks");
  });

  /** Stops this life and begins the next. */
  async function diskBetweenLives(): Promise<string> {
    await gateway.stop();
    const bytes = readdirSync(dataDir).map((file) => readFileSync(join(dataDir, file), "latin1"));
    gateway = await begin();
    return bytes.join("");
  }

  for (const [claim, talk] of [
    ["store: false", { model: "claude", more: { store: false } }],
    ["vault: memory", { model: "claude", key: "third-key-51c" }],
  ] as const)
    test(`${claim} is served from memory and leaves nothing for the next life`, async () => {
      const messages = [user("read a secret")];
      await chat(messages, talk);
      expect(READ["messages"]?.()).toEqual(thoughts("Claude"));
      await diskBetweenLives();
      messages.splice(-1);
      await chat(messages, talk);
      expect(READ["messages"]?.()).toEqual(Array.from({ length: LOOP }, () => "call"));
    });

  test("what is written is written sealed", async () => {
    await chat([user("read a secret")], { model: "claude" });
    const bytes = await diskBetweenLives();
    expect(bytes).toContain("reasoning_by_age");
    for (const word of ["thinks, step", "read a secret", "first-key"]) expect(bytes).not.toContain(word);
  });

  test("vault: off keeps nothing: the loop goes on without thinking, and says so", async () => {
    await chat([user("Off.")], { model: "claude", key: "fourth-key-0d" });
    expect(askedText()).not.toContain("Claude thinks");
    expect(lost(gateway)).toContain("reasoning-missing");
  });

  describe("over Messages on both sides", () => {
    const body = (messages: readonly Message[]): Fields => ({
      model: "claude",
      max_tokens: 4096,
      thinking: { type: "enabled", budget_tokens: 2048 },
      messages,
      tools: [{ name: TOOL.name, input_schema: TOOL.schema }],
    });
    async function talk(keeps: (block: Message) => boolean): Promise<void> {
      const messages: Message[] = [user("Go natively.")];
      for (;;) {
        const response = await post(gateway.url, PATH.messages, body(messages), { "x-api-key": "first-key-7f3a" });
        const answer = (await response.json()) as Answer;
        expect({ status: response.status, error: answer.error }).toEqual({ status: 200, error: undefined });
        messages.push({ role: "assistant", content: answer.content.filter(keeps) });
        const calls = answer.content.filter(({ type }) => type === "tool_use");
        if (calls.length === 0) return;
        messages.push({
          role: "user",
          content: calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: RESULT })),
        });
      }
    }

    test("a client that drops its thinking gets it back, and only then is anything translated", async () => {
      await talk(({ type }) => type !== "thinking");
      expect(READ["messages"]?.()).toEqual(thoughts("Claude"));
      expect(gateway.records.map(({ lane }) => lane)).toEqual([
        "native",
        ...Array.from({ length: LOOP }, () => "translated" as const),
      ]);
    });

    test("thinking that nobody signed never reaches a vendor that checks signatures", async () => {
      const unsigned = { type: "thinking", thinking: "Another model's.", signature: "" };
      const messages = [
        user("Hi."),
        { role: "assistant", content: [unsigned, { type: "text", text: "Hi." }] },
        user("Go."),
      ];
      const response = await post(gateway.url, PATH.messages, body(messages), { "x-api-key": "first-key-7f3a" });
      expect(response.status).toBe(200);
      expect(askedText()).not.toContain("Another model's.");
      expect(lost(gateway)).toContain("reasoning-replay");
    });

    test("one that returns it keeps its bytes", async () => {
      await talk(() => true);
      expect(READ["messages"]?.()).toEqual(thoughts("Claude"));
      expect(new Set(gateway.records.map(({ lane }) => lane))).toEqual(new Set(["native"]));
    });
  });
});

test("a seal of another account is left out of a native call, and said so", async () => {
  const [eu, us] = [
    startSimulator({ strict: true, record: true, secret: "eu" }),
    startSimulator({ strict: true, record: true, secret: "us" }),
  ];
  for (const simulator of [eu, us]) simulator.control.play("gpt-5", thinker("GPT"));
  const gateway = await start({
    providers: [provider("eu", "responses", eu.url), provider("us", "responses", us.url)],
    models: [
      { name: "gpt-eu", targets: [target("eu", "responses", "gpt-5")] },
      { name: "gpt-us", targets: [target("us", "responses", "gpt-5")] },
    ],
  });
  const body = (model: string, input: readonly Message[]): Fields => ({
    model,
    input,
    store: false,
    include: ["reasoning.encrypted_content"],
    tools: [{ type: "function", name: TOOL.name, parameters: TOOL.schema, strict: false }],
  });
  const input: Message[] = [{ role: "user", content: "Go." }];
  const ask = async (model: string): Promise<Answer> => {
    const response = await post(gateway.url, PATH.responses, body(model, input));
    const answer = (await response.json()) as Answer;
    expect({ status: response.status, error: answer.error }).toEqual({ status: 200, error: null });
    return answer;
  };
  try {
    const { output } = await ask("gpt-eu");
    const { call_id } = output.find(({ type }) => type === "function_call") as Message;
    input.push(...output, { type: "function_call_output", call_id, output: RESULT });
    await ask("gpt-us");
    expect(us.seen.at(-1)?.text).not.toContain("gAAAAAB");
    expect(gateway.records.at(-1)?.lane).toBe("translated");
    expect(lost(gateway)).toContain("reasoning-replay");
    await ask("gpt-eu");
    expect(gateway.records.at(-1)?.lane).toBe("native");
    expect(eu.seen.at(-1)?.text).toContain("gAAAAAB");
  } finally {
    await gateway.stop();
    eu.stop();
    us.stop();
  }
});
