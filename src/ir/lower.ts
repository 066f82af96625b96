/** A freeform tool for dialects that have none: a function with one string, whose grammar is told in words. */
import { isObject, type JsonObject, parseOr } from "../wire/json.ts";
import type { CustomTool } from "./request.ts";

export interface LoweredTool {
  readonly description: string;
  readonly schema: JsonObject;
}

/** The one key of a lowered tool's input. Clients that meet a freeform call in a foreign dialect read the same key. */
export const CUSTOM_INPUT_KEY = "input";

export function lowerCustomTool(tool: CustomTool): LoweredTool {
  const rule = grammarRule(tool.format);
  const told = `Put the whole input, as plain text and without further quoting, into the string "${CUSTOM_INPUT_KEY}".`;
  return {
    description: [tool.description, rule === undefined ? told : `${told} ${rule}`].filter(Boolean).join("\n\n"),
    schema: {
      type: "object",
      properties: {
        [CUSTOM_INPUT_KEY]: { type: "string", description: "The whole input of the tool, as plain text." },
      },
      required: [CUSTOM_INPUT_KEY],
      additionalProperties: false,
    },
  };
}

export const wrapCustomInput = (text: string): string => JSON.stringify({ [CUSTOM_INPUT_KEY]: text });

/** The text inside `{"input": "…"}`; undefined: the JSON is anything else, or no JSON at all. */
export function unwrapCustomInput(json: string): string | undefined {
  if (!json.trimStart().startsWith("{")) return undefined;
  const value = parseOr(json, undefined);
  const input = isObject(value) ? value[CUSTOM_INPUT_KEY] : undefined;
  return typeof input === "string" ? input : undefined;
}

/** `format` in the Responses shape, `{type:"grammar", syntax, definition}`; Chat nests the last two under `grammar`. */
function grammarRule(format: CustomTool["format"]): string | undefined {
  if (!isObject(format)) return undefined;
  const grammar = isObject(format.grammar) ? format.grammar : format;
  if (typeof grammar.definition !== "string") return undefined;
  const syntax = typeof grammar.syntax === "string" ? `${grammar.syntax} ` : "";
  return `It must match this ${syntax}grammar:\n\n${grammar.definition}`;
}
