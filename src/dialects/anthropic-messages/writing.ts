/** What every part of the request encoder needs: for whom it writes, under which names, and what it could not say. */
import type { Addressee } from "../dialect.ts";
import { type LossList, lossList } from "../../ir/loss.ts";
import type { CacheMark, ModelRequest, Unread } from "../../ir/request.ts";
import { type ToolMap, toolMap } from "../../ir/tools.ts";
import { withHints } from "../../ir/unread.ts";
import { type CallerWords, callerWords } from "../../ir/field-names.ts";
import { defined, isObject, type JsonObject } from "../../wire/json.ts";
import { type Grammar, grammar } from "./grammar.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { BREAKPOINTS_MAX } from "./wire.ts";

export interface Writing {
  readonly request: ModelRequest;
  readonly to: Addressee;
  /** Made of the same tools and entries as the reply's map, so that both agree on every name. */
  readonly tools: ToolMap;
  /** The caller spoke this dialect too: what nobody else reads is printed back. */
  readonly own: boolean;
  readonly losses: LossList;
  /** What the caller calls things. */
  readonly said: CallerWords;
  readonly breakpoints: Breakpoints;
  readonly grammar: Grammar;
}

/** A block with its hints and its breakpoint of the cache, in the order in which they are counted. */
export function marked(block: JsonObject, thing: Unread & { readonly mark?: CacheMark }, writing: Writing): JsonObject {
  const hinted = withHints(block, thing, writing);
  const control = writing.breakpoints.take(thing.mark);
  return control ? { ...hinted, cache_control: control } : hinted;
}

export function writing(request: ModelRequest, to: Addressee): Writing {
  const said = callerWords(request);
  const losses = lossList(said);
  return {
    request,
    to,
    tools: toolMap(request.tools, request.entries),
    own: request.extra.dialect === ANTHROPIC_MESSAGES,
    losses,
    said,
    grammar: grammar(),
    breakpoints: breakpoints(losses, request.cache.automatic === undefined ? 0 : 1),
  };
}

/** Counts cache breakpoints in the order in which the vendor reads them: tools, system, messages. */
export interface Breakpoints {
  /** `cache_control` of a mark; undefined: there is none, or the vendor takes no more. */
  take(mark: CacheMark | undefined): JsonObject | undefined;
  /** A block that is printed as it came, its own `cache_control` included. `path`: where it stood. */
  takeRaw(block: JsonObject, path: string): JsonObject;
  taken(): number;
}

function breakpoints(losses: LossList, already: number): Breakpoints {
  let count = already;
  const isFree = (path: string): boolean => {
    if (count < BREAKPOINTS_MAX) return ++count > 0;
    losses.add({
      path,
      feature: "cache-breakpoint",
      how: "dropped",
      weight: "hint",
      note: `Anthropic takes ${BREAKPOINTS_MAX} cache breakpoints; this one is beyond them`,
    });
    return false;
  };
  return {
    take: (mark) => (mark && isFree(mark.at ?? "cache_control") ? controlOf(mark) : undefined),
    takeRaw: (block, path) =>
      isObject(block.cache_control) && !isFree(`${path}.cache_control`)
        ? defined({ ...block, cache_control: undefined })
        : block,
    taken: () => count,
  };
}

/** Chat bodies carry the same object where a client knows that Claude is behind (OpenRouter's convention). */
function controlOf(mark: CacheMark): JsonObject {
  if (isObject(mark.raw) && mark.raw.type === "ephemeral") return mark.raw;
  return mark.ttl === undefined ? { type: "ephemeral" } : { type: "ephemeral", ttl: mark.ttl };
}
