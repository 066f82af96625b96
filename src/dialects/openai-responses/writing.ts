/** What every part of the request encoder must know. */
import type { Addressee } from "../dialect.ts";
import type { LossList } from "../../ir/loss.ts";
import { safeId } from "../../ir/ids.ts";
import type { CacheMark, CallEntry, Meta, ModelRequest, ToolRef } from "../../ir/request.ts";
import type { ToolMap } from "../../ir/tools.ts";
import { withHints } from "../../ir/unread.ts";
import type { CallerWords } from "../../ir/field-names.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { type Builtin, builtinByName, ID_LENGTH_MAX } from "./wire.ts";

export interface Writing {
  /** The caller speaks this dialect: item ids, absent fields and unread keys go back as they came. */
  readonly own: boolean;
  readonly request: ModelRequest;
  readonly to: Addressee;
  readonly tools: ToolMap;
  readonly calls: ReadonlyMap<string, CallEntry>;
  readonly losses: LossList;
  /** What the caller calls things. */
  readonly said: CallerWords;
}

export const isOwn = (request: ModelRequest): boolean => request.extra.dialect === OPENAI_RESPONSES;

export function loseMark(mark: CacheMark | undefined, w: Writing): void {
  const note = "the Responses API caches prefixes by itself and knows no breakpoints";
  if (mark) w.losses.hint(mark, "cache-breakpoint", "dropped", note);
}

/**
 * The beginning of an item, with what its own dialect has beside the content. Copilot makes ids of four hundred
 * characters, which every other server refuses. An id of an item means nothing beyond its server.
 */
export function itemOf(type: string | undefined, entry: Meta, w: Writing): Record<string, Json | undefined> {
  const item: Record<string, Json | undefined> = { ...withHints(type === undefined ? {} : { type }, entry, w) };
  if (!w.own) return item;
  if (entry.id !== undefined && entry.id.length <= ID_LENGTH_MAX) item.id = entry.id;
  if (entry.status !== undefined) item.status = entry.status;
  return item;
}

/** Only a caller of this dialect can have declared a tool with item types of its own. */
export const builtinOf = (tool: ToolRef, w: Writing): Builtin | undefined =>
  tool.via === "builtin" && w.own ? builtinByName(tool.name) : undefined;

export const callId = (id: string, w: Writing): string =>
  safeId(id, { lengthMax: Math.min(w.to.traits.callIdLengthMax, ID_LENGTH_MAX), allowed: w.to.traits.callIdPattern });

export const wireTool = (tool: ToolRef, w: Writing): JsonObject =>
  tool.namespace === undefined ? { name: w.tools.wireName(tool) } : { name: tool.name, namespace: tool.namespace };
