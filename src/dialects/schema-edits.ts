/**
 * A tool whose vendor is known to refuse what stands at the top of its schema, completed in its place. Only the tops are
 * looked at, which costs little: what else is wrong inside is a native caller's own, and the vendor's word on it comes back.
 */
import type { LossList } from "../ir/loss.ts";
import { toolSchema, type ToolRules, topFits } from "../ir/tool-schema.ts";
import type { EditPath, SpanEdit } from "../wire/edit.ts";
import { isObject, type Json, pathOf } from "../wire/json.ts";

/** A vendor that refuses nothing at the top gets every byte as it is. */
export const checksTops = (rules: ToolRules): boolean => rules !== "any" && rules.notAtTop.size > 0;

export function schemaEdits(tool: EditPath, schema: Json | undefined, rules: ToolRules, losses: LossList): SpanEdit[] {
  if (rules === "any" || (isObject(schema) && topFits(schema, rules))) return [];
  const path = [...tool, "parameters"];
  const fitted = toolSchema(schema, { ...rules, needsItems: false }, tool.reduce<string>(pathOf, ""), losses);
  const isCompleted = isObject(schema) && Object.keys(schema).every((key) => key in fitted);
  if (!isCompleted) return [{ name: "tool-schema", path, value: fitted }];
  return ["type", "properties"]
    .filter((key) => fitted[key] !== schema[key])
    .map((key) => ({ name: "tool-schema", path: [...path, key], value: fitted[key] }));
}
