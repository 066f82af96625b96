/** What is lent to another vendor's model in place of a tool that OpenAI's clients run themselves. */
import { describe, expect, test } from "bun:test";
import { builtinFunction, isDescribed } from "./openai-client-tools.ts";
import type { Tool } from "../ir/request.ts";
import { faultsOf } from "../../test/fixtures/schema-faults.ts";

type Builtin = Extract<Tool, { kind: "builtin" }>;
const builtin = (name: string, raw: Builtin["raw"] = { type: name }): Builtin => ({
  kind: "builtin",
  dialect: "openai-responses",
  name,
  wire: name,
  raw,
});

describe("a tool that we know", () => {
  test.each([
    ["apply_patch", ["operation"], ["operation"]],
    ["shell", ["action"], ["action"]],
    ["local_shell", ["action"], ["action"]],
    ["tool_search", ["query", "limit"], ["query"]],
  ])("%s takes its item's fields, in a schema that a strict server accepts", (name, properties, required) => {
    const { description, input_schema: schema } = builtinFunction(builtin(name));
    expect(description).not.toBe("");
    expect([Object.keys(schema.properties ?? {}), schema.required]).toEqual([properties, required]);
    expect(faultsOf(schema)).toEqual([]);
    expect(isDescribed(builtin(name))).toBe(true);
  });
});

test("a tool that brings its own words and schema keeps them", () => {
  const parameters = { properties: { goal: { type: "string" } }, required: ["goal"] };
  const own = builtin("tool_search", { type: "tool_search", description: "Mine.", parameters });
  expect(builtinFunction(own)).toEqual({ description: "Mine.", input_schema: { ...parameters, type: "object" } });
  expect(isDescribed(builtin("somebody's", { parameters }))).toBe(true);
});

test("a tool that nobody describes takes anything, and that is told", () => {
  for (const name of ["computer", "constructor"]) {
    expect(isDescribed(builtin(name))).toBe(false);
    expect(builtinFunction(builtin(name)).input_schema).toEqual({ type: "object", properties: {} });
  }
});
