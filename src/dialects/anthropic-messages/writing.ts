/** What every part of the request encoder needs: for whom it writes, under which names, and what it could not say. */
import type { Addressee } from "../dialect.ts";
import { type Feature, type Loss, type LossList, lossList } from "../../ir/loss.ts";
import type { CacheMark, ModelRequest, Unread } from "../../ir/request.ts";
import { type ToolMap, toolMap } from "../../ir/tools.ts";
import { loseUnread } from "../../ir/unread.ts";
import { type CallerWords, callerWords } from "../../ir/field-names.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { type Grammar, grammar } from "./grammar.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { BREAKPOINTS_MAX, compact } from "./wire.ts";

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

/** What only another dialect reads of a thing; our own dialect gets it back. */
export function unread(thing: Unread, { own, losses, said }: Writing): Readonly<Record<string, Json>> {
  if (own) return thing.hints ?? {};
  loseUnread(losses, said.place(thing), thing.hints);
  return {};
}

export const hint = ({ losses }: Writing, path: string, feature: Feature, how: Loss["how"], note: string): void =>
  losses.add({ path, feature, how, weight: "hint", note });
export const meaning = ({ losses }: Writing, path: string, feature: Feature, how: Loss["how"], note: string): void =>
  losses.add({ path, feature, how, weight: "meaning", note });

export function writing(request: ModelRequest, to: Addressee): Writing {
  const losses = lossList();
  return {
    request,
    to,
    tools: toolMap(request.tools, request.entries),
    own: request.extra.dialect === ANTHROPIC_MESSAGES,
    losses,
    said: callerWords(request),
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
        ? compact({ ...block, cache_control: undefined })
        : block,
    taken: () => count,
  };
}

/** Chat bodies carry the same object where a client knows that Claude is behind (OpenRouter's convention). */
function controlOf(mark: CacheMark): JsonObject {
  if (isObject(mark.raw) && mark.raw.type === "ephemeral") return mark.raw;
  return mark.ttl === undefined ? { type: "ephemeral" } : { type: "ephemeral", ttl: mark.ttl };
}
