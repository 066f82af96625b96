/** Tools and the choice among them in a native body: edited only where the vendor is known to refuse what stands there. */
import { toolSchema, type ToolRules, topFits } from "../ir/tool-schema.ts";
import type { LossList } from "../ir/loss.ts";
import type { Reasoning } from "../ir/request.ts";
import type { CallerWords } from "../ir/field-names.ts";
import type { EditPath } from "../wire/edit.ts";
import { isList, isObject, type Json, type JsonObject } from "../wire/json.ts";
import { type Forced, loseForce, wayToForce } from "./forced-call.ts";
import type { Edit, NativeCall } from "./native-edits.ts";

/**
 * Only the tops of schemas are looked at, which costs little. What else is wrong inside of one is a native caller's own,
 * and the vendor's word on it comes back.
 */
export function toolSchemaEdits({ tools }: JsonObject, { target }: NativeCall, losses: LossList): Edit[] {
  const rules = target.capabilities.traits.toolSchemas;
  // A vendor that refuses nothing at the top gets every byte as it is.
  if (target.dialect === "anthropic-messages" || rules === "any" || rules.notAtTop.size === 0) return [];
  return editsOf(tools, ["tools"], { ...rules, needsItems: false }, losses);
}

function editsOf(tools: Json | undefined, path: EditPath, rules: Rules, losses: LossList): Edit[] {
  if (!isList(tools)) return [];
  const edits: Edit[] = [];
  for (const [index, tool] of tools.entries()) {
    if (!isObject(tool)) continue;
    if (tool.type === "namespace") edits.push(...editsOf(tool.tools, [...path, index, "tools"], rules, losses));
    if (tool.type !== "function") continue;
    const nested = isObject(tool.function) ? tool.function : undefined;
    const { parameters } = nested ?? tool;
    const at = (): EditPath => [...path, index, ...(nested ? ["function"] : []), "parameters"];
    // "expected an object, but got null instead"; Responses takes it.
    if (nested && parameters === null)
      edits.push({ name: "tool-schema", path: at(), value: toolSchema(null, rules, "", losses) });
    // Most fit: where one stands is found out of the others alone.
    if (isObject(parameters) && !topFits(parameters, rules))
      edits.push(...schemaEdits(parameters, at(), rules, losses));
  }
  return edits;
}

type Rules = Exclude<ToolRules, "any">;

function schemaEdits(schema: JsonObject, path: EditPath, rules: Rules, losses: LossList): Edit[] {
  const fitted = toolSchema(schema, rules, printed(path), losses);
  const isCompleted = Object.keys(schema).every((key) => key in fitted);
  if (!isCompleted) return [{ name: "tool-schema", path, value: fitted }];
  return ["type", "properties"]
    .filter((key) => fitted[key] !== schema[key])
    .map((key) => ({ name: "tool-schema", path: [...path, key], value: fitted[key] }));
}

/** `tools[3].function`, as losses say it. */
const printed = (path: EditPath): string =>
  path
    .slice(0, -1)
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join("");

/** How a native Chat body forces a call; in the other dialects what it says of thinking is left alone. */
export function forcedIn({ tool_choice: choice }: JsonObject, { target }: NativeCall): Forced | undefined {
  if (target.dialect !== "openai-chat") return undefined;
  if (choice === "required" || choice === "any") return "any";
  if (!isObject(choice)) return undefined;
  return isObject(choice.function) || isObject(choice.custom) ? "one" : undefined;
}

export function toolChoiceEdits(
  body: JsonObject,
  call: NativeCall,
  reasoning: Reasoning | undefined,
  said: CallerWords,
  losses: LossList,
): Edit[] {
  const forced = forcedIn(body, call);
  const way = forced && wayToForce(forced, reasoning, call.target.capabilities);
  if (way === "left") {
    loseForce(said, losses);
    return choice("auto");
  }
  return way === "unnamed" ? [...choice("required"), ...onlyNamed(body, said, losses)] : [];
}

const choice = (value: string): Edit[] => [{ name: "tool-choice", path: ["tool_choice"], value }];

/** Where a call can be forced and a tool not be named, only that tool is offered. */
function onlyNamed(body: JsonObject, said: CallerWords, losses: LossList): Edit[] {
  const name = nameIn(body.tool_choice);
  const tools = isList(body.tools) ? body.tools : [];
  const named = tools.filter((tool) => nameIn(tool) === name);
  if (named.length === tools.length) return [];
  losses.add({
    path: said.field("toolChoice"),
    feature: "allowed-tools",
    how: "emulated",
    weight: "hint",
    note: "only the named tool is offered, so that the cached prefix differs",
  });
  return [{ name: "tool-choice", path: ["tools"], value: named }];
}

const nameIn = (holder: Json | undefined): Json | undefined =>
  isObject(holder) && isObject(holder.function) ? holder.function.name : undefined;
