/** What a scenario says, before a printer puts it in words of a dialect. */
import { type Asked, type Offered, approximateTokens } from "./asked.ts";

export interface Answer {
  readonly parts: readonly Part[];
  /** "done" becomes the dialect's word for a call where a call was made. */
  readonly stop: "done" | "length" | "refusal";
  /** Calls are written at the same time, piece by piece in turns, where the dialect can. */
  readonly overlapping?: true;
  /** Tokens that came from or went into a prompt cache; they are part of the input. */
  readonly cache?: { readonly read: number; readonly write5m: number; readonly write1h: number };
}

/** Pieces are what one delta each carries. */
export type Part =
  | { readonly kind: "text"; readonly pieces: readonly string[] }
  | { readonly kind: "thinking"; readonly sections: readonly (readonly string[])[] }
  | { readonly kind: "redacted" }
  | { readonly kind: "refusal"; readonly pieces: readonly string[] }
  | { readonly kind: "call"; readonly tool: Offered; readonly pieces: readonly string[] };

export interface Tokens {
  /** All of the input: cache reads and writes included. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Reasoning included. */
  readonly output: number;
  readonly reasoning: number;
}

export function tokensOf(asked: Asked, answer: Answer): Tokens {
  const cache = answer.cache ?? { read: 0, write5m: 0, write1h: 0 };
  const count = (wanted: (part: Part) => boolean): number =>
    answer.parts.filter(wanted).reduce((sum, part) => sum + approximateTokens(textOfPart(part)), 0);
  const reasoning = count((part) => part.kind === "thinking");
  return {
    input: asked.inputTokens + cache.read + cache.write5m + cache.write1h,
    cacheRead: cache.read,
    cacheWrite5m: cache.write5m,
    cacheWrite1h: cache.write1h,
    output: reasoning + count((part) => part.kind !== "thinking") + 3,
    reasoning,
  };
}

export function textOfPart(part: Part): string {
  if (part.kind === "redacted") return "";
  if (part.kind === "thinking") return part.sections.map((section) => section.join("")).join("\n\n");
  return part.pieces.join("");
}

export const hasCall = (answer: Answer): boolean => answer.parts.some((part) => part.kind === "call");

/** Words with the space before them, as tokens come. */
export const words = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];
/** Arguments come in pieces that respect nothing: not words, not JSON tokens. */
export const slices = (text: string, length = 7): readonly string[] =>
  text.match(new RegExp(`[^]{1,${length}}`, "gu")) ?? [""];

/** Takes one of each in turns until all are empty. */
export function* inTurns<T>(sources: readonly Iterator<T>[]): Generator<T> {
  let open = [...sources];
  while (open.length > 0) {
    const still: Iterator<T>[] = [];
    for (const source of open) {
      const next = source.next();
      if (next.done === true) continue;
      yield next.value;
      still.push(source);
    }
    open = still;
  }
}
