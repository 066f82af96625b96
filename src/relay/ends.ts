/** The first and the last entries of a conversation, decoded without those between: a body of megabytes that passes as bytes is not decoded whole. */
import { isFromUser } from "../clients/conversation.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Entry } from "../ir/request.ts";
import { isFromModel } from "../ir/turns.ts";
import { isList, isObject, type JsonObject } from "../wire/json.ts";

export interface Ends {
  /** The first words of the user. */
  readonly first: Entry | undefined;
  /** The entries behind the model's last turn, in front of the answer to come. */
  readonly front: readonly Entry[];
  /** The whole conversation, where it is decoded anyway. */
  readonly before?: readonly Entry[];
}

/** An item that is decoded alone costs ten times what it costs in a decode of all. */
const ONE_BY_ONE_MAX = 100;

/** Throws where the dialect cannot read them. `whole`: all entries, for a body with many items before the user's first words or behind the model's last. */
export function endsIn(body: JsonObject, dialect: DialectId, whole: () => readonly Entry[]): Ends {
  const { field, decode } = DIALECTS[dialect].conversation;
  const said = body[field] ?? null;
  const items = isList(said) ? said : [said];
  if (stepsIn(items) > ONE_BY_ONE_MAX) return endsOfEntries(whole());
  return endsOf(items.length, (at) => {
    const plain = plainWords(items[at]);
    return plain ? [plain] : decode(isList(said) ? items.slice(at, at + 1) : said);
  });
}

/** How many items lie in front of the user's first words and behind the model's last. */
function stepsIn(items: readonly unknown[]): number {
  const first = items.findIndex((item) => isObject(item) && item.role === "user");
  const last = items.findLastIndex((item) => isObject(item) && item.role === "assistant");
  return (first < 0 ? items.length : first) + (items.length - 1 - last);
}

/** A user's message that is a plain string means the same in every dialect, and needs no decoder. */
const plainWords = (item: unknown): Entry | undefined =>
  isObject(item) && item.role === "user" && typeof item.content === "string"
    ? { kind: "message", role: "user", content: item.content }
    : undefined;

/** The same of a request that is decoded already. */
export const endsOfEntries = (entries: readonly Entry[]): Ends => ({
  ...endsOf(entries.length, (at) => entries.slice(at, at + 1)),
  before: entries,
});

function endsOf(count: number, read: (at: number) => readonly Entry[]): Ends {
  let first: Entry | undefined;
  for (let at = 0; at < count && !first; at++) first = read(at).find(isFromUser);
  return { first, front: frontIn(count, read) };
}

/** Backwards up to the model's last turn. A model's turn at the very end is a beginning that the model continues, so it is skipped. */
function frontIn(count: number, read: (at: number) => readonly Entry[]): readonly Entry[] {
  const front: Entry[] = [];
  for (let at = count - 1; at >= 0; at--)
    for (const entry of [...read(at)].reverse()) {
      if (!isFromModel(entry)) front.push(entry);
      else if (front.length > 0) return front.reverse();
    }
  return front.reverse();
}
