/** The choice among the tools that are really declared. */
import type { ModelRequest, ToolChoice } from "../../ir/request.ts";
import type { ToolMap } from "../../ir/tools.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";
import type { Writing as Fitting } from "../dialect.ts";
import { OPENAI_CHAT } from "./id.ts";
import type { Writing } from "./writing.ts";

/** May replace `tools` as well: where a vendor has no allowed_tools, the others are not offered. */
export function choiceFields(request: ModelRequest, tools: readonly JsonObject[], writing: Writing): JsonObject {
  const { toolChoice, parallelCalls } = request;
  return {
    ...(toolChoice ? encodeChoice(toolChoice, tools, writing) : {}),
    ...(parallelCalls === undefined ? {} : parallelFields(parallelCalls, writing)),
  };
}

function parallelFields(parallel: boolean, writing: Writing): JsonObject {
  if (writing.traits.parallelSwitch) return { parallel_tool_calls: parallel };
  const note = "this vendor cannot be told to make one call at a time";
  if (!parallel) writing.losses.meaning(writing.said.field("parallelCalls"), "parallel-switch", "dropped", note);
  return {};
}

type ChoiceWriting = Fitting & { readonly names: Pick<ToolMap, "wireName"> };

export function encodeChoice(choice: ToolChoice, tools: readonly JsonObject[], writing: ChoiceWriting): JsonObject {
  const lost = (note: string): JsonObject => {
    writing.losses.meaning(writing.said.field("toolChoice"), "tool-choice", "dropped", note);
    return {};
  };
  switch (choice.mode) {
    case "auto":
    case "none":
    case "required":
      return { tool_choice: choice.mode };
    case "one": {
      const named = find(tools, writing.names.wireName(choice.tool));
      return named ? { tool_choice: named } : lost(`the tool ${choice.tool.name} is not offered over Chat`);
    }
    case "allowed":
      return allowed(choice, tools, writing);
    case "opaque":
      return choice.dialect === OPENAI_CHAT
        ? { tool_choice: choice.raw }
        : lost(`a choice that only ${choice.dialect} knows`);
  }
}

const KINDS = ["function", "custom"] as const;

const nameIn = (tool: JsonObject, kind: (typeof KINDS)[number]): unknown =>
  tool.type === kind && isObject(tool[kind]) ? tool[kind].name : undefined;

function find(tools: readonly JsonObject[], name: string): JsonObject | undefined {
  const kind = KINDS.find((one) => tools.some((tool) => nameIn(tool, one) === name));
  return kind && { type: kind, [kind]: { name } };
}

type Allowed = Extract<ToolChoice, { mode: "allowed" }>;

/** Only OpenAI has allowed_tools, and freeform tools. */
function allowed(choice: Allowed, tools: readonly JsonObject[], writing: ChoiceWriting): JsonObject {
  const mode = choice.required ? "required" : "auto";
  const names = new Set(choice.tools.map(writing.names.wireName));
  const kept = tools.filter((tool) => KINDS.some((kind) => names.has(String(nameIn(tool, kind)))));
  if (writing.traits.customTools) {
    const named = [...names].flatMap((name) => find(tools, name) ?? ([] as readonly JsonObject[]));
    return { tool_choice: { type: "allowed_tools", allowed_tools: { mode, tools: named } } };
  }
  if (kept.length === tools.length) return { tool_choice: mode };
  const note = "only the allowed tools are offered, so that the cached prefix differs";
  writing.losses.hint(writing.said.field("toolChoice"), "allowed-tools", "emulated", note);
  return kept.length > 0 ? { tools: kept, tool_choice: mode } : { tool_choice: "none" };
}
