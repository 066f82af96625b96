/** Codex beyond the matrix: its catalogue, the WebSocket that it tries first, namespaces, tool search. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Behaviour, Offered, Part } from "../../src/simulator/index.ts";
import { isObject, type JsonObject } from "../../src/wire/json.ts";
import { start } from "../e2e/gateway.ts";
import { CODEX, codexConfig, codexExec, IS_FULL_RUN } from "./clients.ts";
import { turnsOf } from "./conversation.ts";
import { BACKENDS, type Backend, KEY, stage, type Stage } from "./stage.ts";

const RESPONSES = BACKENDS.find(({ dialect }) => dialect === "openai-responses") as Backend;
const say = (text: string): Behaviour => ({
  kind: "answer",
  answer: { parts: [{ kind: "text", pieces: [text] }], stop: "done" },
});
const call = (tool: Offered, input: JsonObject): Behaviour => {
  const part: Part = { kind: "call", tool, pieces: [JSON.stringify(input)] };
  return { kind: "answer", answer: { parts: [part], stop: "done" } };
};

describe.skipIf(!IS_FULL_RUN || !existsSync(CODEX))("Codex 0.169.0 (npm run test:clients)", () => {
  test("reads our catalogue, and a model of it with its efforts and tools", async () => {
    const world = await stage(RESPONSES, () => say("Hello."));
    try {
      const listing = await start({
        providers: [{ name: "a", kind: "anthropic", baseUrl: world.url, headers: {}, firstByteMs: 1, idleMs: 1 }],
        models: ["claude-opus-5", "claude-sonnet-4-5", "claude-3-5-haiku", "who-knows"].map((name) => ({
          name,
          targets: [{ provider: "a", model: name }],
        })),
      });
      const list = (await (await fetch(`${listing.url}/v1/models?client_version=0.169.0`)).json()) as JsonObject;
      await listing.stop();
      // With an API key codex 0.169.0 asks nobody for models; the file of this setting is read by the same code.
      world.write("catalogue.json", JSON.stringify({ models: list.models ?? [] }));
      const config = `model_catalog_json = "${join(world.home, "catalogue.json")}"\n${codexConfig(world.url, "claude-opus-5")}`;
      world.write(".codex/config.toml", config);
      const ran = await codexExec(world, ["say hi"]);
      expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("Hello.") });
      expect(ran.err).not.toMatch(/metadata|fallback|catalog/i);
      const body = world.seen()[0]?.body ?? {};
      expect(JSON.stringify(body.input)).toContain("a coding agent in the user's terminal");
      expect(isObject(body.reasoning) && body.reasoning.effort).toBe("medium");
      expect(JSON.stringify(body.tools)).toContain('"apply_patch"');
    } finally {
      await world.stop();
    }
  }, 60_000);

  for (const backend of BACKENDS)
    test(`its built-in provider tries a WebSocket, hears 426 and posts at once, over ${backend.name}`, async () => {
      const world = await stage(backend, () => say("Hello."));
      try {
        world.write(".codex/config.toml", `model = "gpt-5.5"\nopenai_base_url = "${world.url}/v1"\n`);
        const began = Date.now();
        const ran = await codexExec(world, ["say hi"], { CODEX_API_KEY: KEY });
        expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("Hello.") });
        // Seven tries would take longer than this (facts: clients.md §3).
        expect(Date.now() - began).toBeLessThan(6_000);
      } finally {
        await world.stop();
      }
    }, 60_000);

  for (const backend of BACKENDS) {
    test(`a namespaced function keeps its namespace, over ${backend.name}`, async () => {
      const world = await stage(backend, (asked) => {
        if (asked.bringsResult) return say("Listed.");
        const tool = asked.tools.find(({ name }) => /(^|__)list_agents$/.test(name));
        return tool === undefined ? say("There is no list_agents.") : call(tool, {});
      });
      await proves(world, undefined, "Listed.", (result) => expect(result).not.toContain("unsupported call"));
    }, 60_000);

    // Over Responses bytes pass, and the simulator's model knows no tool search.
    if (backend.dialect === "openai-responses") continue;
    test(`a tool search is answered by the client, and what it found can be called, over ${backend.name}`, async () => {
      const world = await stage(backend, (asked) => {
        const found = asked.tools.find(({ name }) =>
          /(^|__)spawn_agent$|(^|__)list_agents$|(^|__)wait_agent$/.test(name),
        );
        const text = JSON.stringify(asked.body);
        if (text.includes("tool_search_output") || asked.bringsResult) return say(`Found ${found?.name ?? "nothing"}.`);
        const search = asked.tools.find(({ name }) => name === "tool_search");
        return search === undefined ? say("There is no tool_search.") : call(search, { query: "agents", limit: 5 });
      });
      await proves(world, "gpt-5.5", "Found", (result) => expect(result).not.toMatch(/aborted|unsupported/));
    }, 60_000);
  }
});

async function proves(
  world: Stage,
  model: string | undefined,
  wanted: string,
  holds: (result: string) => void,
): Promise<void> {
  try {
    world.write(".codex/config.toml", codexConfig(world.url, model));
    expect(await codexExec(world, ["go"])).toMatchObject({ code: 0, out: expect.stringContaining(wanted) });
    const turns = turnsOf(world.seen().at(-1) as never);
    const made = turns.find((turn) => turn.kind === "call");
    const result = turns.find((turn) => turn.kind === "result" && turn.id === (made?.kind === "call" ? made.id : ""));
    holds(result?.kind === "result" ? result.text : "no result");
  } finally {
    await world.stop();
  }
}
