/**
 * Conversations that Anthropic would hold, by the real SDK: `toolRunner` begins one unasked, `thread()` on purpose. Every
 * vendor must see the whole conversation in every call, but the one that holds it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type SeenRequest, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { behave } from "../../src/simulator/scenarios.ts";
import { DIALECT_OF, provider, type Running, start } from "../e2e/gateway.ts";
import { type Wire, WIRES } from "../e2e/wires.ts";
import { anthropicSdk, SDKS, WITHOUT_SDKS } from "./sdk.ts";

type Fields = Readonly<Record<string, unknown>>;
interface Stream {
  finalMessage(): Promise<Fields>;
}
type Runner = AsyncIterable<Fields | Stream>;
interface Thread {
  send(message: Fields): Promise<Fields>;
  stream(message: Fields): Stream;
  toolRunner(settings: Fields): Runner;
}
interface ThreadsSdk {
  readonly beta: {
    readonly messages: { toolRunner(params: Fields): Runner; thread(params: Fields): Thread };
  };
}

const MODEL_OF: Readonly<Record<Wire, string>> = {
  chat: "some-model",
  responses: "gpt-5.5",
  messages: "claude-sonnet-4-5",
};
const BACKENDS = [...WIRES, "kimi", "behind a vendor that fails"] as const;
type Backend = (typeof BACKENDS)[number];
const HELD: Backend = "messages";
const ECHO = `${MODEL_OF.messages}:sim-echo`;

let simulator: Simulator;
let gateway: Running;

describe.skipIf(SDKS === undefined)("the SDK's threads", () => {
  beforeAll(async () => {
    simulator = startSimulator({ strict: true, record: true });
    const target = (wire: Wire, scenario: string) => ({
      provider: wire,
      model: `${MODEL_OF[wire]}:${scenario}`,
      dialect: DIALECT_OF[wire],
    });
    const models = ["sim-tool", "sim-echo"].flatMap((scenario) => [
      ...WIRES.map((wire) => ({ name: `${wire}-${scenario}`, targets: [target(wire, scenario)] })),
      {
        name: `kimi-${scenario}`,
        targets: [{ provider: "kimi", model: `kimi-k2:${scenario}`, dialect: DIALECT_OF.chat }],
      },
      {
        name: `behind a vendor that fails-${scenario}`,
        targets: [target("messages", "sim-529"), target("chat", scenario)],
      },
    ]);
    models.push({
      name: "first messages, then chat",
      targets: [target("messages", "sim-echo"), target("chat", "sim-echo")],
    });
    const kimi = provider("kimi", "chat", simulator.url, { kind: "kimi" });
    gateway = await start({ providers: [...WIRES.map((wire) => provider(wire, wire, simulator.url)), kimi], models });
  });
  afterAll(async () => {
    await gateway?.stop();
    simulator?.stop();
  });

  for (const backend of BACKENDS)
    for (const stream of [false, true]) {
      const how = `over ${backend}, ${stream ? "streamed" : "whole"}`;
      test(`a tool runner has the model see its question beside the result, ${how}`, async () => {
        const { sdk, seen, refused } = asking(backend);
        const runner = sdk.beta.messages.toolRunner({
          ...paramsOf(backend, "sim-tool"),
          ...QUESTION,
          ...TOOLS,
          stream,
        });
        expect(await lastWords(runner, stream)).toBe("The tool answered: 21 degrees");
        expect(seen()).toHaveLength(2);
        expectWhole(seen()[1], backend, ["How warm is it?", "21 degrees"]);
        expect(refused()).toEqual([]);
      });

      test(`a thread goes on for three turns, ${how}`, async () => {
        const { sdk, seen, refused } = asking(backend);
        const thread = sdk.beta.messages.thread({ ...paramsOf(backend, "sim-echo"), system: "Be brief." });
        const say = async (content: string): Promise<string> => {
          const message = { role: "user", content };
          return wordsOf(await (stream ? thread.stream(message).finalMessage() : thread.send(message)));
        };
        expect(await say("One.")).toBe("You said: One.");
        expect(await say("Two.")).toBe("You said: Two.");
        expect(await say("Three.")).toBe("You said: Three.");
        expectWhole(seen()[2], backend, ["Be brief.", "One.", "You said: One.", "Two.", "Three."]);
        expect(seen()).toHaveLength(3);
        expect(refused()).toEqual([]);
      });

      test(`a tool runner over a thread goes on with it, ${how}`, async () => {
        const { sdk, seen, refused } = asking(backend);
        const thread = sdk.beta.messages.thread({ ...paramsOf(backend, "sim-tool"), ...QUESTION, ...TOOLS });
        expect(await lastWords(thread.toolRunner({ stream }), stream)).toBe("The tool answered: 21 degrees");
        expectWhole(seen()[1], backend, ["How warm is it?", "21 degrees"]);
        expect(refused()).toEqual([]);
      });
    }

  test("a thread whose vendor fails in its middle goes on at the next one, whole, and returns", async () => {
    const { sdk, seen, refused } = asking("chat");
    const thread = sdk.beta.messages.thread({ model: "first messages, then chat", max_tokens: 1000 });
    const say = async (content: string): Promise<string> => wordsOf(await thread.send({ role: "user", content }));
    expect(await say("One.")).toBe("You said: One.");
    simulator.control.play(ECHO, () => ({ kind: "refuse", status: 529 }));
    expect(await say("Two.")).toBe("You said: Two.");
    expectWhole(seen().at(-1), "chat", ["One.", "You said: One.", "Two."]);
    simulator.control.play(ECHO, (asked) => behave(asked));
    expect(await say("Three.")).toBe("You said: Three.");
    expect(gateway.records.at(-1)?.provider).toBe("messages");
    expectWhole(seen().at(-1), "chat", ["One.", "You said: Two.", "Three."]);
    expect(refused().map(({ status }) => status)).toEqual([404]);
  });

  test("what Anthropic holds is sent on by its bytes, and only what is new", async () => {
    const { sdk, seen } = asking(HELD);
    const thread = sdk.beta.messages.thread({ ...paramsOf(HELD, "sim-echo"), system: "Be brief." });
    await thread.send({ role: "user", content: "One." });
    await thread.send({ role: "user", content: "Two." });
    const [first, second] = seen();
    expect(first?.body?.["thread"]).toEqual({ type: "create" });
    expect(second?.body?.["thread"]).toMatchObject({ type: "continue" });
    expect(second?.text).not.toContain("One.");
    expect(gateway.records.slice(-2).map(({ lane }) => lane)).toEqual(["native", "native"]);
  });
});

if (SDKS === undefined) test.skip(WITHOUT_SDKS, () => {});

const QUESTION = { messages: [{ role: "user", content: "How warm is it?" }] };
const TOOLS = {
  tools: [
    {
      name: "get_weather",
      description: "Tells the weather.",
      input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      run: () => "21 degrees",
      parse: (input: unknown) => input,
    },
  ],
};
const paramsOf = (backend: Backend, scenario: string): Fields => ({
  model: `${backend}-${scenario}`,
  max_tokens: 1000,
});

/** What reached the vendor that answers, and what the gateway refused, since now. */
function asking(backend: Backend) {
  const [from, records] = [simulator.seen.length, gateway.records.length];
  return {
    sdk: anthropicSdk(gateway.url) as unknown as ThreadsSdk,
    seen: (): readonly SeenRequest[] =>
      simulator.seen.slice(from).filter(({ text }) => backend === HELD || !text.includes("sim-529")),
    refused: () => gateway.records.slice(records).filter(({ status }) => status !== 200),
  };
}

function expectWhole(seen: SeenRequest | undefined, backend: Backend, said: readonly string[]): void {
  for (const words of backend === HELD ? said.slice(-1) : said) expect(seen?.text).toContain(words);
}

async function lastWords(runner: Runner, stream: boolean): Promise<string> {
  let last: Fields = {};
  for await (const turn of runner) last = stream ? await (turn as Stream).finalMessage() : (turn as Fields);
  return wordsOf(last);
}
const wordsOf = (message: Fields): string =>
  (message["content"] as readonly Fields[]).map((block) => String(block["text"] ?? "")).join("");
