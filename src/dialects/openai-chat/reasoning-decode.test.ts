/** What clients of Chat write about thinking, in the words of four vendors. */
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../wire/json.ts";
import { decodeRequest } from "./request-decode.ts";

const reasoningOf = (body: JsonObject) =>
  decodeRequest({ model: "m", messages: [{ role: "user", content: "Hi" }], ...body }).value.reasoning;

describe("how thinking is shown", () => {
  test.each([
    [{ thinking: { type: "adaptive", display: "summarized" } }, "summarized"],
    [{ thinking: { type: "adaptive", display: "omitted" } }, "omitted"],
    [{ reasoning: { exclude: true, summary: "auto" } }, "omitted"],
    [{ reasoning: { summary: "auto" } }, "auto"],
    [{ reasoning: { generate_summary: "concise" } }, "concise"],
    [{ reasoning: { summary: "detailed" } }, "detailed"],
    [{ thinking: { type: "adaptive" } }, undefined],
    [{ reasoning: { effort: "low", summary: "short" } }, undefined],
  ] as const)("%j", (body, show) => expect(reasoningOf(body)?.show).toBe(show as never));
});

describe("whether there is thinking", () => {
  test.each([
    [{ thinking: { type: "enabled", budget_tokens: 2048 } }, { mode: "on", budgetTokens: 2048 }],
    [{ thinking: { type: "disabled" } }, { mode: "off" }],
    [{ thinking: { type: "adaptive" } }, { mode: "adaptive" }],
    [{ thinking: { type: "auto" } }, { mode: "adaptive" }],
    [{ reasoning: { enabled: true } }, { mode: "on" }],
    [{ reasoning: { enabled: false } }, { mode: "off" }],
    [{ reasoning: { max_tokens: 100 } }, { budgetTokens: 100 }],
  ] as const)("%j", (body, found) => expect(reasoningOf(body)).toEqual(found as never));
});
