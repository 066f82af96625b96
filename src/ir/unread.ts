/** Fields that no decoder reads: their own dialect gets them back, for every other they are told, one Loss per path. */
import { isList, isObject, type Raw } from "../wire/json.ts";
import type { Loss, LossList } from "./loss.ts";

type Hints = Readonly<Record<string, Raw>>;

/** What ask for another answer than the one that comes without them; the rest only tunes one. */
const MEANINGFUL: ReadonlySet<string> = new Set([
  "n",
  "logit_bias",
  "modalities",
  "audio",
  "web_search_options",
  "functions",
  "function_call",
  "background",
  "prompt",
  "mcp_servers",
  // Of a message: the model is to go on with it. Mistral, DeepSeek; Kimi.
  "prefix",
  "partial",
]);

/** The switch of a document, and what Chat's answers hold. */
const CITATIONS: ReadonlySet<string> = new Set(["citations", "annotations"]);

const isKnown = (key: string): boolean => MEANINGFUL.has(key) || CITATIONS.has(key);

export const weightOfField = (key: string): Loss["weight"] => (MEANINGFUL.has(key) ? "meaning" : "hint");

/** Clients spell out defaults; leaving those away loses nothing. */
export const saysNothing = (key: string, value: Raw | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (key === "n" && value === 1) ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** `at`: the object that holds them; "" at the top of the body. */
export function loseUnread(losses: LossList, at: string, hints: Hints | undefined): void {
  for (const [key, value] of Object.entries(hints ?? {})) {
    if (saysNothing(key, value)) continue;
    const below = (word: string): string => (at === "" ? word : `${at}.${word}`);
    losses.add({
      path: below(key),
      ...(!isKnown(key) && { place: below("…") }),
      feature: CITATIONS.has(key) ? "citations" : "unknown-field",
      how: "dropped",
      weight: weightOfField(key),
      note: `${key} is known to its own dialect only`,
    });
  }
}

/** Without the keys that a decoder has read; absent when nothing is left. */
export function unreadOf(
  object: Readonly<Record<string, Raw | undefined>>,
  read: ReadonlySet<string>,
): { hints?: Hints } {
  const rest = Object.entries(object).filter(
    (entry): entry is [string, Raw] => !read.has(entry[0]) && entry[1] !== undefined,
  );
  // fromEntries, since an assignment to a key called __proto__ would vanish.
  return rest.length > 0 ? { hints: Object.fromEntries(rest) } : {};
}
