/** Anthropic's client-side tools, declared to a Responses vendor as functions whose schema a strict server accepts. */
import { expect, test } from "bun:test";
import { faultsOf } from "../../../test/fixtures/schema-faults.ts";
import type { JsonObject } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { chatRequest, TO } from "../../../test/fixtures/responses.ts";

const declared = (wire: string): JsonObject => {
  const name = wire.replace(/_\d+$/, "");
  const tool = { kind: "builtin", dialect: "anthropic-messages", name, wire, raw: { type: wire, name } } as const;
  const entries = [{ kind: "message", role: "user", content: "hi" }] as const;
  const { value } = openaiResponses.request.encode(chatRequest({ entries, tools: [tool] }), TO);
  return (value.tools as readonly JsonObject[])[0] ?? {};
};

test.each([
  ["bash_20250124", ["command", "restart"], []],
  ["memory_20250818", ["command", "path", "file_text"], ["command"]],
  ["computer_20250124", ["action", "coordinate", "start_coordinate", "text"], ["action"]],
])("%s", (wire, fields, required) => {
  const { type, parameters } = declared(wire) as { type: string; parameters: JsonObject };
  expect(type).toBe("function");
  expect(Object.keys(parameters.properties ?? {})).toEqual(expect.arrayContaining([...fields]));
  expect(parameters.required ?? []).toEqual([...required]);
  expect(faultsOf(parameters)).toEqual([]);
});

test("the text editor", () => {
  for (const wire of ["text_editor_20250124", "text_editor_20250728"])
    expect(faultsOf(declared(wire).parameters)).toEqual([]);
});
