/** What nobody reads: its own dialect gets it back, every other dialect's caller is told, path by path. */
import { describe, expect, test } from "bun:test";
import { DIALECTS } from "../../src/dialects/index.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { translateRequest } from "../../src/relay/translate.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { CROSSINGS, targetOf } from "./table.ts";

/** A field that comes after us, wherever one may stand. */
const NEW = { x_new: "kept" };

const BODIES: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": {
    model: "m",
    ...NEW,
    tools: [{ type: "function", function: { name: "read", parameters: { type: "object" }, ...NEW } }],
    messages: [
      { role: "system", content: "Be brief.", ...NEW },
      {
        role: "user",
        ...NEW,
        content: [
          { type: "text", text: "Look.", ...NEW },
          { type: "image_url", image_url: { url: "https://example.com/a.png" }, ...NEW },
        ],
      },
      {
        role: "assistant",
        content: "Reading.",
        ...NEW,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "read", arguments: "{}" }, ...NEW }],
      },
      { role: "tool", tool_call_id: "call_1", content: "text", ...NEW },
    ],
  },
  "openai-responses": {
    model: "m",
    ...NEW,
    tools: [{ type: "function", name: "read", parameters: { type: "object" }, strict: false, ...NEW }],
    input: [
      {
        type: "message",
        role: "user",
        ...NEW,
        content: [
          { type: "input_text", text: "Look.", ...NEW },
          { type: "input_image", image_url: "https://example.com/a.png", detail: "auto", ...NEW },
        ],
      },
      { type: "function_call", call_id: "call_1", name: "read", arguments: "{}", ...NEW },
      { type: "function_call_output", call_id: "call_1", output: "text", ...NEW },
    ],
  },
  "anthropic-messages": {
    model: "m",
    max_tokens: 100,
    ...NEW,
    system: [{ type: "text", text: "Be brief.", ...NEW }],
    tools: [{ name: "read", input_schema: { type: "object" }, ...NEW }],
    messages: [
      {
        role: "user",
        ...NEW,
        content: [
          { type: "text", text: "Look.", ...NEW },
          { type: "image", source: { type: "url", url: "https://example.com/a.png" }, ...NEW },
        ],
      },
      { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "read", input: {}, ...NEW }] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "call_1",
            content: [{ type: "text", text: "text", ...NEW }],
            ...NEW,
          },
        ],
      },
    ],
  },
};

/** Every place at which the new field stands. */
function places(value: unknown, at = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => places(inner, `${at}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = at === "" ? key : `${at}.${key}`;
    return key === "x_new" ? [path] : places(inner, path);
  });
}

for (const from of CROSSINGS)
  describe(`a field that comes after us, of ${from}`, () => {
    const decoded = DIALECTS[from].request.decode(BODIES[from]);

    test("returns to its own dialect, wherever it stood", () => {
      const { body, losses } = translateRequest(decoded.value, targetOf(from));
      expect(places(body).toSorted()).toEqual(places(BODIES[from]).toSorted());
      expect([...decoded.losses, ...losses]).toEqual([]);
    });

    for (const to of CROSSINGS.filter((other) => other !== from))
      test(`is told where it cannot follow to ${to}, once for each place`, () => {
        const { body, losses } = translateRequest(decoded.value, targetOf(to));
        expect(places(body)).toEqual([]);
        const told = losses.filter(({ feature }) => feature === "unknown-field").map(({ path }) => path);
        expect(told.toSorted()).toEqual(places(BODIES[from]).toSorted());
      });
  });
