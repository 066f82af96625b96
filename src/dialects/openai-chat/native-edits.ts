/** What else a Chat vendor is known to refuse in a body whose bytes pass, or the gateway needs in it. */
import type { LossList } from "../../ir/loss.ts";
import type { ToolRules } from "../../ir/tool-schema.ts";
import type { EditPath, SpanEdit } from "../../wire/edit.ts";
import { isList, isObject, type JsonObject, listOf } from "../../wire/json.ts";
import type { Writing } from "../dialect.ts";
import type { Traits } from "../traits.ts";
import { checksTops, schemaEdits } from "../schema-edits.ts";

export function nativeEdits(body: JsonObject, { traits, losses }: Writing): SpanEdit[] {
  const edits = usageEdits(body, traits);
  if (checksTops(traits.toolSchemas)) edits.push(...toolEdits(body, traits.toolSchemas, losses));
  edits.push(...strayEdits(body, traits));
  return edits;
}

/** The relay withholds the chunk again: without it a streamed answer has no usage. */
function usageEdits({ stream, stream_options: options }: JsonObject, traits: Traits): SpanEdit[] {
  if (stream !== true || !traits.usageChunk || (isObject(options) && options.include_usage === true)) return [];
  return [{ name: "include-usage", path: ["stream_options", "include_usage"], value: true }];
}

function toolEdits({ tools }: JsonObject, rules: ToolRules, losses: LossList): SpanEdit[] {
  return listOf(tools).flatMap((tool, index) => {
    const inner = isObject(tool) && tool.type === "function" ? tool.function : undefined;
    // "expected an object, but got null instead". A tool without input may leave its schema out.
    const isSaid = isObject(inner) && (inner.parameters === null || isObject(inner.parameters));
    return isSaid ? schemaEdits(["tools", index, "function"], inner.parameters, rules, losses) : [];
  });
}

/** LiteLLM's client keeps notes of its own on an answer, OpenAI's SDK what it parsed of one, and both send them back. They say nothing that other fields do not, and vendors refuse fields of messages that they do not know. */
const STRAY_FIELDS = ["provider_specific_fields", "parsed"];

/** Hardly any message has one, and conversations are long. */
function strayEdits({ messages }: JsonObject, { developerRole }: Traits): SpanEdit[] {
  const edits: SpanEdit[] = [];
  if (!isList(messages)) return edits;
  const drop = (...path: EditPath): void =>
    void edits.push({ name: "unsupported-parameter", path: ["messages", ...path], value: undefined });
  for (const [index, message] of messages.entries()) {
    if (!isObject(message)) continue;
    for (const field of STRAY_FIELDS) if (message[field] !== undefined) drop(index, field);
    // OpenAI's own, and empty unless it searched.
    if (!developerRole && isList(message.annotations) && message.annotations.length === 0) drop(index, "annotations");
    if (!isList(message.tool_calls)) continue;
    for (const [at, call] of message.tool_calls.entries())
      if (isObject(call) && isObject(call.function) && call.function.parsed_arguments !== undefined)
        drop(index, "tool_calls", at, "function", "parsed_arguments");
  }
  return edits;
}
