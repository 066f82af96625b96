/** Python's clients over each backend dialect. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ModelConfig } from "../../src/config/config.ts";
import { startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { DIALECT_OF, provider, type Running, start } from "../e2e/gateway.ts";
import { type Wire, WIRES } from "../e2e/wires.ts";
import { PYTHON, PYTHON_ENV, WHY_NO_PYTHON } from "./python.ts";

const INSTALL_MS = 300_000;
const MODEL_OF: Readonly<Record<Wire, string>> = {
  chat: "some-model",
  responses: "gpt-5",
  messages: "claude-sonnet-4-5",
};
/** What a request that brings the result has before its call, in the words of its dialect. */
const THOUGHT: Readonly<Record<Wire, RegExp>> = {
  chat: /"reasoning_content":"\*\*Reading the question/,
  responses: /"type":"reasoning"/,
  messages: /"signature":"[^"]{40,}"/,
};

if (WHY_NO_PYTHON !== undefined) test.skip(`Python's clients are not installed here: ${WHY_NO_PYTHON}`, () => {});

describe.skipIf(WHY_NO_PYTHON !== undefined)("Python's openai, anthropic and litellm", () => {
  let simulator: Simulator;
  let gateway: Running;
  beforeAll(async () => {
    simulator = startSimulator({ strict: true, record: true });
    const kimi = provider("kimi", "chat", simulator.url, { kind: "kimi" });
    gateway = await start({
      providers: [...WIRES.map((wire) => provider(wire, wire, simulator.url)), kimi],
      models: WIRES.flatMap((wire): ModelConfig[] => [
        {
          name: `${wire}-sim-echo`,
          targets: [{ provider: wire, model: `${MODEL_OF[wire]}:sim-echo`, dialect: DIALECT_OF[wire] }],
        },
        { name: `${wire}-sim-thinking-tool`, targets: [thinker(wire)] },
      ]),
    });
  }, INSTALL_MS);
  afterAll(async () => {
    await gateway?.stop();
    simulator?.stop();
  });

  /** Kimi demands its reasoning back, so that a client that drops it is seen. */
  const thinker = (wire: Wire): ModelConfig["targets"][number] =>
    wire === "chat"
      ? { provider: "kimi", model: "kimi-k2-thinking:sim-kimi", dialect: "openai-chat" }
      : { provider: wire, model: `${MODEL_OF[wire]}:sim-thinking-tool`, dialect: DIALECT_OF[wire], effort: "medium" };

  for (const backend of WIRES)
    test(
      `over ${backend}: say hi, run a tool, bring the thinking back`,
      async () => {
        const from = simulator.seen.length;
        const child = Bun.spawn([PYTHON, join(import.meta.dir, "python/ask.py"), gateway.url, backend], {
          stdout: "pipe",
          stderr: "pipe",
          env: PYTHON_ENV,
        });
        const [out, err, code] = await Promise.all([
          new Response(child.stdout).text(),
          new Response(child.stderr).text(),
          child.exited,
        ]);
        expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
        const told = out
          .trim()
          .split("\n")
          // litellm prints to the same stream.
          .filter((line) => line.startsWith("{"))
          .map((line) => JSON.parse(line) as Record<string, string>);
        expect(told.map(({ client, what, told: text }) => `${client}, ${what}: ${text}`)).toEqual(
          ["openai", "openai responses", "anthropic", "anthropic threads", "litellm"].flatMap((client) => [
            `${client}, hi: You said: Say hi`,
            `${client}, hi streamed: You said: Say hi`,
            `${client}, tool: The tool answered: a.ts`,
          ]),
        );
        const seconds = simulator.seen.slice(from).filter(({ text }) => text.includes('"a.ts"'));
        expect(seconds).toHaveLength(5);
        // Anthropic holds a thread's thinking itself.
        const held = seconds.filter(({ text }) => text.includes("previous_message_id"));
        expect(held).toHaveLength(backend === "messages" ? 1 : 0);
        for (const request of seconds) if (!held.includes(request)) expect(request.text).toMatch(THOUGHT[backend]);
      },
      { timeout: 120_000 },
    );
});
