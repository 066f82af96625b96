/** Thinking as markup in a text: printed for clients that have no other place for it, taken off again when it comes back. */
import { type JsonLiteral, literal } from "../wire/json.ts";

const LEADING_THINK = /^\s*<think>[^]*?<\/think>\s*/;
const LEADING_DETAILS = /^\s*<details[^>]*>\s*<summary>\s*Thought[^<]*<\/summary>[^]*?<\/details>\s*/;

/** The text behind a whole leading block; without one, the text itself. Nothing else is touched: a source file may well contain these tags. Replayed markup teaches models to type it (facts: a recorded Cursor conversation). */
export function stripThink(text: string): string {
  const block = LEADING_THINK.exec(text) ?? LEADING_DETAILS.exec(text);
  return block ? text.slice(block[0].length) : text;
}

export const hasLeadingThink = (text: string): boolean => LEADING_THINK.test(text) || LEADING_DETAILS.test(text);

export interface ThinkMarkup {
  /** What to print for a fragment of thinking: opens the block when none is open. */
  thought(fragment: JsonLiteral): JsonLiteral;
  /** What to print before anything that is no thinking, and at the end in every case; undefined: no block is open. */
  close(): JsonLiteral | undefined;
}

/** Opens lazily, so that a thought without words prints no empty pair of tags. */
export function thinkMarkup(): ThinkMarkup {
  let open = false;
  return {
    thought: (fragment) => {
      if (open) return fragment;
      open = true;
      return joined("<think>\n", fragment);
    },
    close: () => {
      if (!open) return undefined;
      open = false;
      return literal("\n</think>\n\n");
    },
  };
}

/** Text in front of a literal, spliced: the literal's own body stays as it came. */
export const joined = (text: string, fragment: JsonLiteral): JsonLiteral => ({
  json: `${JSON.stringify(text).slice(0, -1)}${fragment.json.slice(1)}`,
});
