/** What Chat and Responses clients read, over each dialect and whatever the vendor does, is as the published descriptions have it: also what the simulator itself says. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startSimulator, type Simulator } from "../../src/simulator/index.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { answerFaults } from "../judge/answers.ts";
import { SPECS_MISSING, WHY_NOT } from "../judge/published.ts";
import { DIALECT_OF, provider, type Running, start, target } from "./gateway.ts";
import { CROSSINGS, PATH, post, type Wire } from "./wires.ts";

const WHOLE =
  "echo reasoning redacted tool text-tool tools-parallel thinking-tool custom-tool refusal truncated cache empty";
/** A whole answer that breaks off is asked for again. */
const STREAMED = `${WHOLE} surrogates error-midway cut eof`;
const SCENARIOS = STREAMED.split(" ").map((name) => `sim-${name}`);

const SCHEMA = { type: "object", properties: { word: { type: "string" } } };
/** What is left out here must be filled in, and what is there must stay. */
const RESPONSES: readonly JsonObject[] = [
  {
    tools: [
      { type: "function", name: "look_up" },
      { type: "custom", name: "apply_patch" },
    ],
  },
  {
    instructions: "Be brief.",
    user: "u-1",
    metadata: { k: "v" },
    safety_identifier: "s",
    prompt_cache_key: "k",
    service_tier: "flex",
    reasoning: { effort: "low", summary: "auto" },
    temperature: 0.5,
    top_p: 0.9,
    max_output_tokens: 500,
    text: { verbosity: "low", format: { type: "json_schema", name: "out", schema: SCHEMA } },
    tool_choice: { type: "function", name: "look_up" },
    tools: [
      { type: "function", name: "look_up", description: "Looks up.", parameters: SCHEMA, strict: true },
      { type: "namespace", name: "n", tools: [{ type: "function", name: "inner", parameters: SCHEMA }] },
      { type: "web_search" },
    ],
  },
];
const CHAT: readonly JsonObject[] = [
  {
    tools: [
      { type: "function", function: { name: "look_up" } },
      { type: "custom", custom: { name: "apply_patch" } },
    ],
  },
  {
    stream_options: { include_usage: true },
    service_tier: "flex",
    tool_choice: "required",
    tools: [{ type: "function", function: { name: "look_up", description: "Looks up.", parameters: SCHEMA } }],
  },
];
const QUESTIONS: Readonly<Record<"chat" | "responses", readonly JsonObject[]>> = {
  chat: CHAT.map((more) => ({ messages: [{ role: "user", content: "Hi" }], ...more })),
  responses: RESPONSES.map((more) => ({ input: "Hi", ...more })),
};

describe.skipIf(SPECS_MISSING !== undefined)(`as the published descriptions have it${WHY_NOT}`, () => {
  let simulator: Simulator;
  let gateway: Running;
  beforeAll(async () => {
    simulator = startSimulator({});
    const wires: readonly Wire[] = ["chat", "responses", "messages"];
    gateway = await start({
      providers: wires.map((wire) => provider(wire, wire, simulator.url)),
      models: wires.flatMap((wire) =>
        SCENARIOS.map((scenario) => ({ name: `${wire}-${scenario}`, targets: [target(wire, wire, scenario)] })),
      ),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    simulator.stop();
  });

  for (const { client, upstream: vendor } of CROSSINGS)
    if (client !== "messages")
      for (const stream of [true, false])
        test(`${client} over ${vendor}, ${stream ? "streamed" : "whole"}: text, thinking, calls, refusals, cuts and errors`, async () => {
          for (const scenario of (stream ? STREAMED : WHOLE).split(" "))
            for (const question of QUESTIONS[client]) {
              const body = { ...question, model: `${vendor}-sim-${scenario}`, stream };
              const text = await (await post(gateway.url, PATH[client], body)).text();
              const faults = answerFaults(DIALECT_OF[client], bodiesOf(text));
              expect({ scenario, faults }).toEqual({ scenario, faults: [] });
            }
        });
});

/** Of a stream, or of a whole answer. An error that is no event has no description. */
function bodiesOf(text: string): readonly JsonObject[] {
  const whole = text.startsWith("{") ? (JSON.parse(text) as JsonObject) : undefined;
  if (whole) return whole.error && whole.object === undefined ? [] : [whole];
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? "") as JsonObject);
}
