/** What else a Responses vendor is known to refuse in a body whose bytes pass, and what would spoil its model. */
import type { LossList } from "../../ir/loss.ts";
import type { ToolRules } from "../../ir/tool-schema.ts";
import type { EditPath, SpanEdit } from "../../wire/edit.ts";
import { isObject, type Json, type JsonObject, listOf } from "../../wire/json.ts";
import type { Writing } from "../dialect.ts";
import { checksTops, schemaEdits } from "../schema-edits.ts";
import { thinkBlockEdits } from "../think-edits.ts";

export function nativeEdits({ input, tools }: JsonObject, { traits, losses }: Writing): SpanEdit[] {
  const edits = thinkBlockEdits("input", input);
  if (checksTops(traits.toolSchemas)) edits.push(...toolEdits(["tools"], tools, traits.toolSchemas, losses));
  return edits;
}

function toolEdits(path: EditPath, tools: Json | undefined, rules: ToolRules, losses: LossList): SpanEdit[] {
  return listOf(tools).flatMap((tool, index) => {
    if (!isObject(tool)) return [];
    if (tool.type === "namespace") return toolEdits([...path, index, "tools"], tool.tools, rules, losses);
    const isSaid = tool.type === "function" && isObject(tool.parameters);
    return isSaid ? schemaEdits([...path, index], tool.parameters, rules, losses) : [];
  });
}
