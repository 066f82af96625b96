/** A conversation that ends with the model's own words: Chat and Responses do not mind, and neither may their clients. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { PATH, post, type Wire } from "./wires.ts";

const NEWER = [
  "claude-opus-4-6",
  "claude-sonnet-4-6",
  "claude-opus-4-7",
  "claude-opus-4-8",
  "claude-sonnet-5",
  "claude-opus-5",
  "claude-haiku-5-5",
];
const OLDER = [
  "claude-opus-4-5",
  "claude-sonnet-4-5",
  "claude-haiku-4-5",
  "claude-opus-4-1",
  "claude-sonnet-4",
  "claude-3-5-haiku",
];

let simulator: Simulator;
let gateway: Running;
beforeAll(async () => {
  simulator = startSimulator({ strict: true, record: true });
  gateway = await start({
    providers: [provider("claude", "messages", simulator.url)],
    models: [...NEWER, ...OLDER].map((name) => ({ name, targets: [target("claude", "messages", `${name}:sim-echo`)] })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  simulator?.stop();
});

const TURNS = [
  { role: "user", content: "Say hi" },
  { role: "assistant", content: "No more steps. " },
];
interface Turn {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[];
}
/** Marked or not for the cache. */
const wordsOf = (turn: Turn | undefined): string =>
  `${turn?.role}: ${typeof turn?.content === "string" ? turn.content : turn?.content.map(({ text }) => text).join()}`;
const DOT = "user: .";
async function ask(wire: Wire, model: string, turns: readonly object[] = TURNS) {
  const body = wire === "responses" ? { model, input: turns } : { model, messages: turns, max_tokens: 1000 };
  const response = await post(gateway.url, PATH[wire], body);
  const sent = simulator.seen.at(-1)?.body?.["messages"] as unknown as readonly Turn[];
  return { response, sent };
}

for (const wire of ["chat", "responses"] as const) {
  describe(`${wire} to a Claude that refuses to go on with its own words`, () => {
    test.each(NEWER)("%s is answered: a user turn of one dot ends it, and that is told", async (model) => {
      const { response, sent } = await ask(wire, model);
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("You said: .")]);
      expect(sent.length).toBe(3);
      expect(wordsOf(sent.at(-1))).toBe(DOT);
      const told = {
        path: wire === "chat" ? "messages" : "input",
        feature: "last-user-turn",
        how: "emulated",
        weight: "hint",
      };
      expect(gateway.records.at(-1)?.losses).toEqual([expect.objectContaining(told)]);
    });
    test("a conversation of the model alone begins and ends with the user", async () => {
      const { response, sent } = await ask(wire, "claude-opus-4-8", TURNS.slice(1));
      expect([response.status, sent.length, wordsOf(sent[0]), wordsOf(sent[2])]).toEqual([200, 3, DOT, DOT]);
    });
    test("one that ends with the user stays as it is", async () => {
      const { sent } = await ask(wire, "claude-opus-4-8", TURNS.slice(0, 1));
      expect(sent.length).toBe(1);
    });
  });
  test.each(OLDER)(`${wire} to %s, which goes on with its own words, stays as it is`, async (model) => {
    const { response, sent } = await ask(wire, model);
    expect([response.status, sent.length, wordsOf(sent.at(-1))]).toEqual([200, 2, "assistant: No more steps."]);
  });
}

test("who speaks Messages hears from the vendor that a prefill is refused", async () => {
  const { response } = await ask("messages", "claude-opus-4-8", [
    { role: "user", content: "Say hi" },
    { role: "assistant", content: "H" },
  ]);
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining("does not support assistant message prefill"),
  ]);
});
