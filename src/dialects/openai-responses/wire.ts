/** Words of the Responses protocol that several files here need. https://platform.openai.com/docs/api-reference/responses */
import type { Draft } from "../../ir/draft.ts";
import type { Meta } from "../../ir/request.ts";
import { isObject, type Json, type JsonObject, parseOr, without } from "../../wire/json.ts";

/** A tool that the client runs and that has item types of its own. */
export interface Builtin {
  /** Our name of it in a ToolRef. */
  readonly name: string;
  /** Types under which a request declares it. */
  readonly tools: readonly string[];
  readonly call: string;
  readonly output: string;
  /** The id prefix of its call items. */
  readonly prefix: string;
  /** The field of the call that holds what to do. */
  readonly core: string;
}

const builtin = (name: string, prefix: string, core: string, tools: readonly string[] = [name]): Builtin => ({
  ...{ name, prefix, core, tools },
  call: `${name}_call`,
  output: `${name}_call_output`,
});

const BUILTINS: readonly Builtin[] = [
  { ...builtin("tool_search", "tsc", "arguments"), output: "tool_search_output" },
  builtin("apply_patch", "apc", "operation"),
  builtin("shell", "sh", "action"),
  builtin("local_shell", "lsh", "action"),
  builtin("computer", "cu", "action", ["computer", "computer_use", "computer_use_preview"]),
  // The vendor calls a remote tool, but the client must agree first: its answer is a result like any other.
  { ...builtin("mcp_approval", "mcpr", "", []), call: "mcp_approval_request", output: "mcp_approval_response" },
];

export const builtinByName = (name: string): Builtin | undefined => BUILTINS.find((builtin) => builtin.name === name);
export const builtinByCall = (type: string): Builtin | undefined => BUILTINS.find((builtin) => builtin.call === type);
export const builtinByOutput = (type: string): Builtin | undefined =>
  BUILTINS.find((builtin) => builtin.output === type);
export const builtinByTool = (type: string): Builtin | undefined =>
  BUILTINS.find((builtin) => builtin.tools.includes(type));

/** tool_search and shell exist in two kinds; only one of them is the client's to run. */
export function runsAtClient(item: JsonObject): boolean {
  if (item.type === "tool_search" || item.type === "tool_search_call" || item.type === "tool_search_output")
    return item.execution === "client";
  const where = isObject(item.environment) ? item.environment.type : undefined;
  return typeof where !== "string" || !where.startsWith("container");
}

/** What the client must do, as the JSON of one object: it stands for arguments wherever a call crosses dialects. */
export function builtinInput(builtin: Builtin, item: JsonObject): string {
  if (builtin.name === "tool_search") return jsonText(item.arguments ?? {});
  return JSON.stringify(without(item, FRAME_KEYS));
}
const FRAME_KEYS = new Set(["type", "id", "status", "call_id"]);

/** The fields of the call item again; other dialects' models may write the core without its wrapper. */
export function builtinFields(builtin: Builtin, input: string): JsonObject {
  const value = parseOr(input, input);
  if (builtin.name === "tool_search") return { execution: "client", arguments: value };
  if (isObject(value) && (builtin.core === "" || builtin.core in value || "actions" in value)) return value;
  return { [builtin.core || "arguments"]: value };
}

/** An approval request is answered by the id of its item; every other call has a call id. */
export const callIdOf = (item: JsonObject): string => {
  const id = item.type === "mcp_approval_request" ? item.id : (item.call_id ?? item.id);
  return typeof id === "string" ? id : "";
};

/** With the item's own id and status. */
export function withIds<T extends object>(draft: T, item: JsonObject): T {
  if (typeof item.id === "string") (draft as Draft<Meta>).id = item.id;
  if (typeof item.status === "string") (draft as Draft<Meta>).status = item.status;
  return draft;
}

export const jsonText = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);

/** Marks the wrapped seal of thinking that its vendor hides: its own dialect must print another block for it. */
export const REDACTED_SUFFIX = ".redacted";

/** A Responses call id has at most this many characters, an item id too: "string too long. Expected a string with maximum length 64". */
export const ID_LENGTH_MAX = 64;

/** A dispatch table. A plain object would also answer to "constructor", and the keys come from strangers. */
export const table = <T>(rows: Readonly<Record<string, T>>): ReadonlyMap<string, T> => new Map(Object.entries(rows));
