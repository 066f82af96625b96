import { describe, expect, test } from "bun:test";
import { type JsonObject } from "../../wire/json.ts";
import { anthropicMessages } from "./index.ts";
import { isNative } from "./passes.ts";
import { body, TRAITS } from "../../../test/fixtures/messages.ts";

describe("whether bytes may pass", () => {
  test.each([
    [{}, true],
    [{ messages: [{ role: "user", content: [{ type: "block_of_tomorrow" }] }] }, true],
    [{ messages: [{ role: "tool", content: "x", tool_call_id: "a" }] }, false],
    [{ messages: [{ role: "assistant", content: null, tool_calls: [] }] }, false],
    ...["image_url", "input_text", "output_text", "input_image", "input_file", "refusal", "input_audio", "file"].map(
      (type): [JsonObject, boolean] => [{ messages: [{ role: "user", content: [{ type }] }] }, false],
    ),
    [{ tools: [{ type: "function", function: { name: "f" } }] }, false],
    [{ messages: undefined, input: "x" }, false],
  ])("%j: %p", (rest, expected) => expect(isNative(body(rest as JsonObject))).toBe(expected));

  test("not past a model that refuses system turns", () => {
    const mid = body({
      messages: [
        { role: "user", content: "a" },
        { role: "system", content: "b" },
      ],
    });
    expect(anthropicMessages.passes(mid, TRAITS)).toBe(true);
    expect(anthropicMessages.passes(mid, { ...TRAITS, midSystem: false })).toBe(false);
  });
});
