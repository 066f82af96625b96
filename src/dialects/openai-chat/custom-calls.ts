/** How the call of a freeform tool goes to a Chat client: as its own body writes such tools. */
import { isList, isObject, type JsonObject } from "../../wire/json.ts";
import type { Dialect } from "../dialect.ts";

export const customCalls: Dialect["customCalls"] = ({ tools }, { byName }) => {
  const declared = isList(tools) ? tools.filter(isObject) : [];
  if (byName || declared.some(isFlat)) return "function-text";
  return declared.some((tool) => isObject(tool.custom)) ? "custom" : "json";
};

/** A flat freeform tool on a Chat path is Cursor's ApplyPatch; nobody else writes it so. */
const isFlat = (tool: JsonObject): boolean => tool.type === "custom" && !isObject(tool.custom);
