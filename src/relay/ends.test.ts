import { describe, expect, test } from "bun:test";
import { guessedConversation } from "../clients/conversation.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { frontOf } from "../vault/behind.ts";
import type { JsonObject } from "../wire/json.ts";
import { endsIn, endsOfEntries } from "./ends.ts";

const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } };
const CALL = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
const use = (id: string): object => ({ type: "tool_use", id, name: "f", input: {} });
const used = (id: string): object => ({ type: "tool_result", tool_use_id: id, content: [{ type: "text", text: "x" }] });

const STORIES: readonly (readonly [string, DialectId, unknown])[] = [
  ["a first question", "openai-chat", [{ role: "user", content: "Go." }]],
  [
    "instructions in front, and behind",
    "openai-chat",
    [
      { role: "system", content: "Be good." },
      { role: "user", content: "Go." },
      { role: "developer", content: "Now." },
    ],
  ],
  [
    "results of two calls",
    "openai-chat",
    [
      { role: "user", content: "Go." },
      { role: "assistant", content: null, tool_calls: [CALL, { ...CALL, id: "d" }] },
      { role: "tool", tool_call_id: "c", content: "x" },
      { role: "tool", tool_call_id: "d", content: [{ type: "text", text: "y" }] },
    ],
  ],
  [
    "an answer that was begun for the model",
    "anthropic-messages",
    [
      { role: "user", content: "Go." },
      { role: "assistant", content: "I" },
    ],
  ],
  [
    "results and words in one message",
    "anthropic-messages",
    [
      { role: "user", content: [used("none")] },
      { role: "user", content: [image, { type: "text", text: "Go." }] },
      { role: "assistant", content: [use("c")] },
      { role: "user", content: [used("c"), { type: "text", text: "And?" }] },
    ],
  ],
  ["a bare question", "openai-responses", "Go."],
  [
    "items",
    "openai-responses",
    [
      { role: "developer", content: "Be good." },
      { role: "user", content: [{ type: "input_text", text: "Go." }] },
      { type: "reasoning", id: "rs", summary: [], encrypted_content: "gAAAAAB" },
      { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "c", output: "x" },
      { type: "message", role: "user", content: "And?" },
    ],
  ],
];

describe("the ends of a body that is not decoded are those of the decoded one", () => {
  test.each(STORIES)("%s (%s)", (_, dialect, said) => {
    const body = {
      model: "m",
      max_tokens: 1,
      system: "Be good.",
      instructions: "Be good.",
      [dialect === "openai-responses" ? "input" : "messages"]: said,
    } as JsonObject;
    const whole = endsOfEntries(DIALECTS[dialect].request.decode(body).value.entries);
    const read = endsIn(body, dialect, neverAsked);
    expect(guessedConversation(read.first)).toBe(guessedConversation(whole.first));
    expect(frontOf(read.front)).toBe(frontOf(whole.front));
    expect(read.front.length > 0).toBe(true);
  });

  test.each(["openai-chat", "openai-responses"] as const)(
    "%s: of one with more than a hundred items to walk past, those of the decoded one",
    (dialect) => {
      const body = (count: number): JsonObject => {
        const said = [{ role: "user", content: "Go." }, ...Array.from({ length: count }, () => SYSTEM)];
        return { model: "m", [dialect === "openai-responses" ? "input" : "messages"]: said };
      };
      const entries = DIALECTS[dialect].request.decode(body(0)).value.entries;
      expect(endsIn(body(99), dialect, neverAsked).before).toBeUndefined();
      expect(endsIn(body(100), dialect, () => entries).before).toBe(entries);
    },
  );
});

const SYSTEM = { role: "system", content: "x" };
const neverAsked = (): never => {
  throw new Error("the body was decoded");
};
