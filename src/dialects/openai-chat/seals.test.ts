/** `reasoning_details` in pieces, as OpenRouter streams them, and where they stand among the blocks of an answer. */
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../wire/json.ts";
import { answerOf, chunk, ending } from "../../../test/fixtures/chat.ts";
import { folded, readSealed } from "./seals.ts";

const text = (piece: JsonObject): JsonObject => ({
  type: "reasoning.text",
  format: "anthropic-claude-v1",
  index: 0,
  ...piece,
});
const encrypted = (piece: JsonObject): JsonObject => ({
  type: "reasoning.encrypted",
  format: "google-gemini-v1",
  index: 0,
  ...piece,
});

describe("pieces become the list that the vendor wants back", () => {
  const CASES: readonly (readonly [string, readonly JsonObject[], readonly JsonObject[]])[] = [
    [
      "texts of one index grow, and the signature comes last",
      [text({ text: "I " }), text({ text: "look." }), text({ signature: "s" })],
      [text({ text: "I look.", signature: "s" })],
    ],
    [
      "a signature of null is none yet",
      [text({ text: "I ", signature: null }), text({ text: "look.", signature: "s" })],
      [text({ text: "I look.", signature: "s" })],
    ],
    [
      "another index is another entry",
      [text({ text: "One." }), text({ text: "Two.", index: 1 }), text({ signature: "s", index: 1 })],
      [text({ text: "One." }), text({ text: "Two.", signature: "s", index: 1 })],
    ],
    [
      "another type of the same index too",
      [
        { type: "reasoning.summary", summary: "A", format: "openai-responses-v1", index: 0 },
        { type: "reasoning.summary", summary: "B", format: "openai-responses-v1", index: 0 },
        { type: "reasoning.encrypted", data: "d", id: "rs_1", format: "openai-responses-v1", index: 0 },
      ],
      [
        { type: "reasoning.summary", summary: "AB", format: "openai-responses-v1", index: 0 },
        { type: "reasoning.encrypted", data: "d", id: "rs_1", format: "openai-responses-v1", index: 0 },
      ],
    ],
    [
      "encrypted entries of two calls stay two, whatever their index",
      [encrypted({ data: "a", id: "call_a" }), encrypted({ data: "b", id: "call_b" }), encrypted({ data: "end" })],
      [encrypted({ data: "a", id: "call_a" }), encrypted({ data: "b", id: "call_b" }), encrypted({ data: "end" })],
    ],
    [
      "data in pieces is one, and said twice it is said once",
      [encrypted({ data: "a", id: "x" }), encrypted({ data: "b", id: "x" }), encrypted({ data: "ab", id: "x" })],
      [encrypted({ data: "ab", id: "x" })],
    ],
    [
      "pieces without an index follow each other",
      [
        { type: "reasoning.text", text: "A" },
        { type: "reasoning.text", text: "B" },
      ],
      [{ type: "reasoning.text", text: "AB" }],
    ],
  ];
  test.each(CASES)("%s", (_claim, pieces, list) => expect(folded(pieces)).toEqual([...list]));
});

describe("where a seal stands", () => {
  const call = (id: string, index = 0): JsonObject =>
    chunk({ tool_calls: [{ index, id, type: "function", function: { name: "weather", arguments: "{}" } }] });
  const details = (...entries: readonly JsonObject[]): JsonObject => chunk({ content: "", reasoning_details: entries });
  /** The blocks, and what each is sealed with. */
  const sealed = (...chunks: readonly JsonObject[]): readonly unknown[] =>
    answerOf([...chunks, ending("stop"), "[DONE]"]).blocks.map(({ block, text: said, seal }) => {
      const found = seal && readSealed(seal);
      return [
        block.kind,
        said,
        ...(found && "details" in found ? found.details.map((one) => one.data ?? one.text) : []),
      ];
    });

  test("on the thoughts that it came with", () =>
    expect(
      sealed(
        chunk({ reasoning: "Hm", reasoning_details: [text({ text: "Hm" })] }),
        details(text({ signature: "s" })),
        chunk({ content: "Hi" }),
      ),
    ).toEqual([
      ["reasoning", "Hm", "Hm"],
      ["text", "Hi"],
    ]));

  test("in front of the call that it comes before", () =>
    expect(sealed(chunk({ content: "Hi" }), details(encrypted({ data: "a", id: "call_a" })), call("call_a"))).toEqual([
      ["text", "Hi"],
      ["reasoning", "", "a"],
      ["call", ""],
    ]));

  test("on the call that it names, which has begun already", () =>
    expect(sealed(call("a"), call("b", 1), details(encrypted({ data: "x", id: "a" })))).toEqual([
      ["call", "", "x"],
      ["call", ""],
    ]));

  test("on the last call where it names none", () =>
    expect(sealed(call("a"), call("b", 1), details(encrypted({ data: "x" })))).toEqual([
      ["call", ""],
      ["call", "", "x"],
    ]));

  test("on the words that it ends", () =>
    expect(sealed(chunk({ content: "Hi" }), details(encrypted({ data: "end" })))).toEqual([["text", "Hi", "end"]]));

  test("alone where nothing else was said", () =>
    expect(sealed(details(encrypted({ data: "all" })))).toEqual([["reasoning", "", "all"]]));

  test("nowhere, once it is more than the vault would keep", () => {
    const much = text({ text: "x".repeat(5_000_000) });
    expect(answerOf([details(much), details(much), chunk({ content: "Hi" }), ending("stop")]).blocks[0]?.seal).toBe(
      undefined,
    );
  });
});
