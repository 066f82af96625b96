/** Thinking that the configuration asks for, and not the client: it is kept like any other, and comes back in the tool loop that demands it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { TargetConfig } from "../../src/config/config.ts";
import { type Play, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { PATH, post } from "./wires.ts";

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly thinking?: string;
  readonly signature?: string;
}
interface Turn {
  readonly role: string;
  readonly content: string | readonly object[];
}

const THOUGHT = "Claude thinks before it reads.";
/** A thought and a call, then a word. */
const thinker: Play = (asked) => {
  const [tool] = asked.tools;
  return JSON.stringify(asked.body).includes("RESULT") || !tool
    ? { kind: "answer", answer: { parts: [{ kind: "text", pieces: ["Done."] }], stop: "done" } }
    : {
        kind: "answer",
        answer: {
          parts: [
            { kind: "thinking", sections: [[THOUGHT]] },
            { kind: "call", tool, pieces: ["{}"] },
          ],
          stop: "done",
        },
      };
};

const CONFIGURED: Readonly<Record<string, Partial<TargetConfig>>> = {
  effort: { effort: "high" },
  budget: { budgetTokens: 2_048 },
};
let simulator: Simulator;
let gateway: Running;
beforeAll(async () => {
  simulator = startSimulator({ strict: true, record: true });
  simulator.control.play("claude-sonnet-4-5", thinker);
  gateway = await start({
    providers: [provider("claude", "messages", simulator.url)],
    models: [
      ...Object.entries(CONFIGURED).map(([name, more]) => ({
        name,
        targets: [target("claude", "messages", "claude-sonnet-4-5", more)],
      })),
      { name: "name-high", targets: [target("claude", "messages", "claude-sonnet-4-5")] },
      { name: "nothing", targets: [target("claude", "messages", "claude-sonnet-4-5")] },
    ],
  });
});
afterAll(async () => {
  await gateway?.stop();
  simulator?.stop();
});

async function ask(model: string, messages: readonly Turn[]): Promise<readonly Block[]> {
  const tools = [{ name: "read", input_schema: { type: "object", properties: {} } }];
  const response = await post(gateway.url, PATH.messages, { model, max_tokens: 8_000, messages, tools });
  const answer = (await response.json()) as { content: readonly Block[]; error?: unknown };
  expect({ status: response.status, error: answer.error }).toEqual({ status: 200, error: undefined });
  return answer.content;
}

/** Two turns of a client that keeps calls and words only. */
async function thoughtsSentBack(model: string): Promise<readonly Block[]> {
  const messages: Turn[] = [{ role: "user", content: `Go, ${model}.` }];
  const first = await ask(model, messages);
  expect(gateway.records.at(-1)?.lane).toBe("native");
  const call = first.find(({ type }) => type === "tool_use") as Block;
  const result = { type: "tool_result", tool_use_id: call.id, content: "RESULT" };
  messages.push({ role: "assistant", content: [call] }, { role: "user", content: [result] });
  await ask(model, messages);
  const sent = simulator.seen.at(-1)?.body as unknown as {
    messages: readonly { content: readonly Block[] | string }[];
  };
  return sent.messages
    .flatMap(({ content }) => (typeof content === "string" ? [] : content))
    .filter(({ type }) => type === "thinking");
}

for (const model of [...Object.keys(CONFIGURED), "name-high"])
  test(`asked for by ${model}`, async () => {
    const signed = { type: "thinking", thinking: THOUGHT, signature: expect.stringMatching(/.{8,}/) };
    expect(await thoughtsSentBack(model)).toEqual([signed]);
  });

test("asked for by nobody, there is none to keep", async () => {
  expect(await thoughtsSentBack("nothing")).toEqual([]);
});
