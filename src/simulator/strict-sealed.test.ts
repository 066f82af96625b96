/** What Google and OpenRouter say to seals that are missing, altered or another's. */
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../wire/json.ts";
import { createSeals } from "./seals.ts";
import { checkRequest } from "./strict.ts";

const seals = createSeals();
const MISSING = /Function call is missing a thought_signature in functionCall parts.*`default_api:f` , position 2/;
const INVALID = /Thought signature is not valid/;
const STAND_IN = "skip_thought_signature_validator";

const user = { role: "user", content: "hi" };
const call = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  type: "function",
  function: { name: "f", arguments: "{}" },
  ...more,
});
const step = (calls: readonly JsonObject[], more: JsonObject = {}): readonly JsonObject[] => [
  { role: "assistant", content: null, tool_calls: calls, ...more },
  ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "1" })),
];
const extra = (thought_signature: string): JsonObject => ({ extra_content: { google: { thought_signature } } });
const said = (model: string, messages: readonly JsonObject[], more: JsonObject = {}): string | undefined =>
  checkRequest("openai-chat", { model, messages, ...more }, { seals });

describe("Gemini's own endpoint", () => {
  const gemini = (...messages: readonly JsonObject[]): string | undefined =>
    said("gemini-3-pro-preview", [user, ...messages]);
  test("wants the first call of each step signed", () => {
    expect(gemini(...step([call("a", extra(seals.seal("a"))), call("b")]))).toBeUndefined();
    expect(gemini(...step([call("a"), call("b", extra(seals.seal("b")))]))).toMatch(MISSING);
  });
  test("takes its own word for a call that is another's", () =>
    expect(gemini(...step([call("a", extra(STAND_IN))]))).toBeUndefined());
  test("checks no step before the user's last words for what it lacks", () =>
    expect(gemini(...step([call("a")]), user)).toBeUndefined());
  test("refuses the signature of another call, or of nobody, wherever it stands", () => {
    expect(gemini(...step([call("a", extra(seals.seal("b")))]))).toMatch(INVALID);
    expect(gemini({ role: "assistant", content: "x", ...extra("El4K") }, user)).toMatch(INVALID);
  });
  test("knows no reasoning_details, and other vendors know no extra_content", () => {
    expect(gemini({ role: "assistant", content: "x", reasoning_details: [] })).toMatch(/Unknown parameter/);
    expect(said("gpt-4.1", [user, ...step([call("a", extra("El4K"))])])).toMatch(
      /Unknown parameter: 'messages\[1\].tool_calls\[0\].extra_content'/,
    );
  });
  test("signs nothing before Gemini 3", () =>
    expect(said("gemini-2.5-pro", [user, ...step([call("a")])])).toBeUndefined());
});

describe("OpenRouter", () => {
  const entry = (more: JsonObject): JsonObject => ({
    type: "reasoning.encrypted",
    format: "google-gemini-v1",
    index: 0,
    ...more,
  });
  const google = (...details: readonly JsonObject[]): string | undefined =>
    said("google/gemini-3-pro-preview", [user, ...step([call("a")], { reasoning_details: details })]);
  test("wants Gemini's seal under the id of the first call", () => {
    expect(google(entry({ data: seals.seal("a"), id: "a" }))).toBeUndefined();
    expect(google(entry({ data: STAND_IN, id: "a" }))).toBeUndefined();
    expect(google(entry({ data: seals.seal("b"), id: "b" }))).toMatch(
      /Gemini models require OpenRouter reasoning details to be preserved in each request/,
    );
    expect(google()).toMatch(MISSING);
  });
  test("finds what was altered, and what is another maker's", () => {
    expect(google(entry({ data: seals.seal("b"), id: "a" }))).toMatch(INVALID);
    expect(google(entry({ data: seals.seal("a"), id: "a", format: "openai-responses-v1" }))).toMatch(/cannot be read/);
  });
  test("verifies Claude's text against its signature", () => {
    const claude = (text: string): string | undefined => {
      const detail = {
        type: "reasoning.text",
        text,
        signature: seals.sign("Hm"),
        format: "anthropic-claude-v1",
        index: 0,
      };
      return said("anthropic/claude-sonnet-4.5", [user, ...step([call("a")], { reasoning_details: [detail] })]);
    };
    expect(claude("Hm")).toBeUndefined();
    expect(claude("Hm.")).toMatch(/Invalid `signature`/);
  });
  test("takes an effort or a budget", () =>
    expect(said("openai/gpt-5.2", [user], { reasoning: { effort: "low", max_tokens: 2_000 } })).toMatch(/Only one of/));
});
