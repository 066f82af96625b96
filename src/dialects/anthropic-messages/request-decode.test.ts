import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { unplaced } from "../../../test/fixtures/unplaced.ts";
import { wrapSeal } from "../../ir/seal.ts";
import { type JsonObject, parseJson, ShapeError } from "../../wire/json.ts";
import { anthropicMessages } from "./index.ts";
import { isNative } from "./passes.ts";
import { body, decode, to } from "../../../test/fixtures/messages.ts";

describe("what is read", () => {
  test("seals: bare, wrapped by us, and an empty signature that is none", () => {
    const seal = { dialect: "openai-responses", issuer: "azure", family: "gpt-5", value: "enc" } as const;
    const thinking = (signature: string): JsonObject => ({ type: "thinking", thinking: "t", signature });
    const { entries } = decode({
      messages: [{ role: "assistant", content: [thinking("bare"), thinking(wrapSeal(seal)), thinking("")] }],
    });
    expect(unplaced(entries).map((entry) => (entry.kind === "reasoning" ? entry.seal : entry.kind))).toEqual([
      { dialect: "anthropic-messages", issuer: "", family: "", value: "bare" },
      seal,
      undefined,
    ]);
  });

  test("ids of people are no user of ours", () => {
    expect(decode({ metadata: { user_id: "u" } }).caller).toEqual({ metadata: { user_id: "u" } });
  });

  test("output_format is what output_config.format was called before", () => {
    expect(decode({ output_format: { type: "json_schema", schema: { a: 1 } } }).output).toEqual({
      schema: { schema: { a: 1 }, strict: true },
    });
  });

  test.each([
    [{ messages: "x" }, "messages"],
    [{ messages: [1] }, "messages[0]"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [{ text: "x" }] }] }, "messages[0].content[0].type"],
    [{ messages: [{ role: "user", content: [{ type: "text", text: 1 }] }] }, "messages[0].content[0].text"],
    [{ messages: [{ role: "user", content: [{ type: "image" }] }] }, "messages[0].content[0].source"],
    [
      { messages: [{ role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: [1] }] }] },
      "messages[0].content[0].input",
    ],
    [{ tools: [{ type: "function", function: { name: "f" } }] }, "tools[0].type"],
    [{ tools: [{ description: "x" }] }, "tools[0].name"],
    [{ tool_choice: { type: "maybe" } }, "tool_choice.type"],
    [{ stop_sequences: [1] }, "stop_sequences[0]"],
    [{ system: 1 }, "system"],
    [{ thinking: { type: 1 } }, "thinking.type"],
    [{ stream: "yes" }, "stream"],
  ])("%j is refused at %s", (rest, path) => {
    try {
      decode(rest as JsonObject);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      expect((error as ShapeError).path).toBe(path);
    }
  });

  test("no JSON in any place crashes the decoder", () => {
    const keys = [
      "messages",
      "system",
      "tools",
      "tool_choice",
      "thinking",
      "output_config",
      "output_format",
      "metadata",
      "stop_sequences",
      "container",
      "cache_control",
    ];
    const content = fc.oneof(
      fc.json(),
      fc.constantFrom(
        ...[
          "text",
          "image",
          "document",
          "tool_use",
          "tool_result",
          "thinking",
          "redacted_thinking",
          "search_result",
        ].map((type) => `[{"type":"${type}","source":{"type":"content"},"content":[{}],"input":null}]`),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.json(),
        content,
        fc.constantFrom("user", "assistant", "system"),
        (key, text, inner, role) => {
          for (const rest of [{ [key]: parseJson(text) }, { messages: [{ role, content: parseJson(inner) }] }])
            try {
              const request = decode(rest);
              isNative(body(rest));
              anthropicMessages.request.encode(request, to());
            } catch (error) {
              expect(error).toBeInstanceOf(ShapeError);
            }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
