/** Claude Code beyond the matrix: structured output, its web search, its probes, its counter, tools that it loads late. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Asked, Behaviour, Part, Play } from "../../src/simulator/index.ts";
import { isList, isObject, type JsonObject } from "../../src/wire/json.ts";
import { claude, CLAUDE, IS_FULL_RUN } from "./clients.ts";
import { turnsOf } from "./conversation.ts";
import { BACKENDS, type Backend, KEY, stage, type Stage } from "./stage.ts";

const TEST_MS_MAX = 60_000;
const SCHEMA = { type: "object", properties: { answer: { type: "number" } }, required: ["answer"] };

const answer = (...parts: readonly Part[]): Behaviour => ({ kind: "answer", answer: { parts, stop: "done" } });
const say = (text: string): Behaviour => answer({ kind: "text", pieces: [text] });
/** The call of a tool by its name; where it is not offered, a sentence that says what is. */
const calls = (asked: Asked, name: string, input: JsonObject): Behaviour => {
  const tool = asked.tools.find((one) => one.name === name);
  return tool === undefined
    ? say(`I was offered ${asked.tools.map((one) => one.name).join(", ")}.`)
    : answer({ kind: "call", tool, pieces: [JSON.stringify(input)] });
};

const over = (name: string, backend: Backend, play: Play, prove: (world: Stage) => Promise<void>): void =>
  test.concurrent(
    `${name}, over ${backend.name}`,
    async () => {
      const world = await stage(backend, play);
      try {
        await prove(world);
      } finally {
        await world.stop();
      }
    },
    TEST_MS_MAX,
  );

describe.skipIf(!IS_FULL_RUN || !existsSync(CLAUDE))("Claude Code 2.1.329 (npm run test:clients)", () => {
  for (const backend of BACKENDS) {
    over(
      "--json-schema: the StructuredOutput tool is called and its object printed",
      backend,
      (asked) => (asked.bringsResult ? say("Done.") : calls(asked, "StructuredOutput", { answer: 42 })),
      async (world) => {
        const args = ["--json-schema", JSON.stringify(SCHEMA), "--output-format", "json", "what is the answer?"];
        const ran = await claude(world, args);
        expect(ran).toMatchObject({ code: 0 });
        expect(JSON.parse(ran.out)).toMatchObject({ structured_output: { answer: 42 } });
      },
    );

    over(
      "HEAD, model discovery and the counter are answered while it works",
      backend,
      () => say("Hello."),
      async (world) => {
        const ran = await claude(world, ["say hi"], {}, { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" });
        expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("Hello.") });
        const counted = await fetch(`${world.url}/v1/messages/count_tokens?beta=true`, {
          method: "POST",
          headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "claude-opus-5", messages: [{ role: "user", content: "How many?" }] }),
        });
        expect(await counted.json()).toMatchObject({ input_tokens: expect.any(Number) });
      },
    );

    over(
      "/context counts its parts",
      backend,
      () => say("Hello."),
      async (world) => {
        const ran = await claude(world, ["/context"]);
        expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("Tokens") });
      },
    );

    over(
      "two calls in one turn come back as two results",
      backend,
      (asked) => {
        const tool = asked.tools.find(({ name }) => name === "Bash");
        if (asked.bringsResult || tool === undefined) return say("Both ran.");
        const bash = (command: string): Part => ({
          kind: "call",
          tool,
          pieces: [JSON.stringify({ command, description: "says something" })],
        });
        return answer(bash("echo one"), bash("echo two"));
      },
      async (world) => {
        expect(await claude(world, ["run both"])).toMatchObject({ code: 0, out: expect.stringContaining("Both ran.") });
        const results = turnsOf(world.seen().at(-1) as never).flatMap((turn) =>
          turn.kind === "result" ? [turn.text.trim()] : [],
        );
        // In the order in which they ended.
        expect(results.toSorted()).toEqual(["one", "two"]);
      },
    );

    over(
      "its WebSearch asks in a call of its own, which is answered",
      backend,
      (asked) => {
        const isSearch = asked.body.tools !== undefined && !asked.tools.some(({ name }) => name === "Bash");
        if (isSearch || asked.tools.length === 0) return say("Nothing was found.");
        return asked.bringsResult ? say("I searched.") : calls(asked, "WebSearch", { query: "weather today" });
      },
      async (world) => {
        // Without betas no tool is deferred, and WebSearch is there from the start (facts: clients.md §2).
        const ran = await claude(world, ["search the web"], {}, { CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: "1" });
        expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("I searched.") });
        expect(turnsOf(world.seen().at(-1) as never).some((turn) => turn.kind === "result")).toBe(true);
      },
    );
  }

  test(
    "a deferred tool is sent once the search has named it",
    async () => {
      const world = await stage(BACKENDS[0] as Backend, (asked) => {
        const names = asked.tools.map(({ name }) => name);
        if (names.includes("WebFetch")) return say("WebFetch is here.");
        return asked.bringsResult
          ? say("It is not here.")
          : calls(asked, "ToolSearch", { query: "select:WebFetch", max_results: 1 });
      });
      try {
        const ran = await claude(world, ["fetch something"], {}, { ENABLE_TOOL_SEARCH: "true" });
        expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("WebFetch is here.") });
        const first = world.seen()[0]?.body?.tools;
        expect(
          isList(first) && first.some((tool) => isObject(tool) && JSON.stringify(tool).includes('"WebFetch"')),
        ).toBe(false);
      } finally {
        await world.stop();
      }
    },
    TEST_MS_MAX,
  );
});
