/** Whatever JSON arrives, the simulator answers or refuses: it never breaks. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonObject } from "../wire/json.ts";
import type { Asked, SimDialect } from "./asked.ts";
import { readChat } from "./read-chat.ts";
import { readMessages } from "./read-messages.ts";
import { readResponses } from "./read-responses.ts";
import { SCENARIO_NAMES, behave } from "./scenarios.ts";
import { createSeals } from "./seals.ts";
import { checkRequest } from "./strict.ts";
import { streamSteps, wholeSteps } from "./wires.ts";

const KEYS =
  "model messages input system tools tool_choice role content type text name id call_id tool_use_id function custom parameters input_schema arguments output thinking signature summary encrypted_content image_url source stream stream_options response_format json_schema schema required properties anyOf $ref cache_control metadata reasoning stop max_tokens tool_calls".split(
    " ",
  );
const WORDS = [
  "user",
  "assistant",
  "tool",
  "system",
  "function",
  "custom",
  "text",
  "input_text",
  "image_url",
  "tool_use",
  "tool_result",
  "thinking",
  "reasoning",
  "function_call",
  "function_call_output",
  "message",
  "namespace",
  "json_schema",
  "object",
  "array",
  "#",
  "",
  "a",
];
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, 0, -1, 1.5, ...WORDS),
    fc.array(tie("json"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie("json"), { maxKeys: 6 }),
})).object as fc.Arbitrary<JsonObject>;

const READERS: Readonly<Record<SimDialect, (body: JsonObject, model: string) => Asked>> = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  "anthropic-messages": readMessages,
};
const scenarios = SCENARIO_NAMES().filter((name) => !/flood|huge/.test(name));

for (const [dialect, read] of Object.entries(READERS) as [SimDialect, (typeof READERS)[SimDialect]][]) {
  test(`${dialect}: a strange body is refused in words or accepted`, () => {
    fc.assert(
      fc.property(value, (body) =>
        ["string", "undefined"].includes(typeof checkRequest(dialect, { model: "m", max_tokens: 1, ...body })),
      ),
      { numRuns: 1_500 },
    );
  });

  test(`${dialect}: a strange body gets an answer of every scenario`, () => {
    const seals = createSeals();
    fc.assert(
      fc.property(value, fc.constantFrom(...scenarios), (body, model) => {
        const asked = read(body, model);
        const behaviour = behave(asked);
        if (behaviour.kind !== "answer") return;
        expect([...streamSteps(asked, behaviour.answer, seals, undefined)].length).toBeGreaterThan(1);
        expect(wholeSteps(asked, behaviour.answer, seals, undefined)).toHaveLength(1);
      }),
      { numRuns: 800 },
    );
  });
}
