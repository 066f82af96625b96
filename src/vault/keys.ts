/** Under what an answer is kept, and a turn looked up: hashes of caller, conversation, what stood in front, and what a client surely sends back. */
import type { Answer } from "../ir/collect.ts";
import type { Entry, ToolRef } from "../ir/request.ts";
import { type AssistantEntry, textOfContent } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import { isOnesOwn } from "./ids.ts";
import type { Place, Scope } from "./vault.ts";

/**
 * The ways in which a turn may be known, the surest first: the first that tells anything decides. A turn with calls is
 * known by them, for clients trim and rewrite texts; any other by its text. An id that nobody else has is enough. Else
 * what stood in front counts too. Without it a turn is known in a session that its client names: there a client may
 * print an old message anew, and nobody is beside it who began with the same words.
 */
export type Ways = readonly (readonly Way[])[];
export interface Way {
  readonly key: string;
  /** Nobody else can have left anything here. */
  readonly isOwn?: true;
  /** What lies here says that the key tells nothing: an answer came that was not wholly seen. */
  readonly veto?: string;
}

export const waysOfTurn = (scope: Scope, front: Front, entries: readonly AssistantEntry[]): Ways =>
  waysOf(scope, front, {
    calls: entries.flatMap((entry) =>
      entry.kind === "call"
        ? [{ id: entry.callId, tool: entry.tool, input: "json" in entry.input ? entry.input.json : entry.input.text }]
        : [],
    ),
    text: entries.flatMap((entry) => (entry.kind === "message" ? [textOfContent(entry.content)] : [])).join("\n"),
  });

/** How much of an answer was seen: all of it, its calls while its words passed unread, or a part before it broke off. */
export type Seen = "whole" | "calls" | "part";

export interface AnswerKeys {
  readonly own: readonly string[];
  readonly shared: readonly string[];
  readonly vetoes: readonly string[];
}

export function keysOfAnswer(place: Place, { blocks, finish }: Answer, seen: Seen): AnswerKeys {
  const calls = blocks.flatMap(({ block, input }) =>
    block.kind === "call" ? [{ id: block.callId, tool: block.tool, input }] : [],
  );
  const texts = blocks.flatMap(({ block, text }) => (block.kind === "text" || block.kind === "refusal" ? [text] : []));
  const text = seen === "whole" ? texts.join("\n") : "";
  const ways = seen === "part" ? [] : waysOf(place, () => place.front, { calls, text }).flat();
  const isCut = seen === "part" || finish?.reason === "length" || finish?.reason === "context-full";
  const cut = calls.filter((call) => !isOnesOwn(call) && (isCut || !isWhole(call)));
  const isUnread = texts.length > 0 && (seen === "part" || (seen === "calls" && calls.length === 0));
  return {
    own: ways.flatMap(({ key, isOwn }) => (isOwn ? [key] : [])),
    shared: ways.flatMap(({ key, isOwn }) => (isOwn ? [] : [key])),
    vetoes: [
      ...cut.slice(0, LIMITS.vaultCallsMax).map((call) => callVeto(place, place.front, call)),
      ...(isUnread ? [wordsVeto(place, place.front)] : []),
    ],
  };
}

/** What stands directly in front of a turn: the user's last words, or the results of the calls before it. */
export function frontOf(entries: readonly Entry[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const entry of entries) for (const word of wordsOf(entry)) hash.update(`${word.length} `).update(word);
  return hash.digest("base64url");
}

/** Instructions are left out: clients print them anew with the time of day. */
function wordsOf(entry: Entry): readonly string[] {
  if (entry.kind === "message" && entry.role === "user") return ["user", textOfContent(entry.content).trim()];
  if (entry.kind !== "result") return [];
  const { content } = entry;
  const text = typeof content === "object" && "tools" in content ? "" : textOfContent(content);
  return ["result", entry.callId, text.trim()];
}

interface Called {
  readonly id: string;
  readonly tool: ToolRef;
  readonly input: string;
}

/** Read only where it counts: the results of calls are most of a conversation. */
type Front = () => string;

function waysOf(scope: Scope, front: Front, told: { readonly calls: readonly Called[]; readonly text: string }): Ways {
  const calls = told.calls.slice(0, LIMITS.vaultCallsMax);
  const text = told.text.trim();
  const isNamed = scope.session === "named";
  if (calls.length === 0) {
    if (text === "") return [];
    const way = { key: keyOf(scope, "words", front(), text), veto: wordsVeto(scope, front()) };
    return isNamed ? [[way], [{ key: keyOf(scope, "words", text) }]] : [[way]];
  }
  const surest = calls.map((call): Way => {
    if (isOnesOwn(call)) return { key: keyOf(scope, "id", call.id), isOwn: true };
    return { key: keyOf(scope, "call", front(), call.id, spelling(call)), veto: callVeto(scope, front(), call) };
  });
  if (!isNamed) return [surest];
  const others = calls.filter((call) => !isOnesOwn(call));
  return [
    surest,
    others.map((call) => ({ key: keyOf(scope, "call", call.id, spelling(call)) })),
    // Some clients rewrite arguments.
    others.map(({ id }) => ({ key: keyOf(scope, "call", id) })),
  ];
}

const callVeto = (scope: Scope, front: string, { id }: Called): string => keyOf(scope, "cut call", front, id);
const wordsVeto = (scope: Scope, front: string): string => keyOf(scope, "unread words", front);

/** What may not touch the disk, and what may, never meet: of the one, the disk could not tell the other. */
const keyOf = ({ caller, conversation, keeps }: Scope, ...words: readonly string[]): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify([caller, conversation, keeps, ...words])).digest("base64url");

/** Clients parse arguments and print them anew. No arguments are no arguments, however they are written. */
const spelling = ({ tool, input }: Called): string => (tool.via === "custom" ? undefined : oneSpelling(input)) ?? input;

/** What a client does with arguments that broke off, nobody knows. */
const isWhole = ({ tool, input }: Called): boolean => tool.via === "custom" || oneSpelling(input) !== undefined;

function oneSpelling(input: string): string | undefined {
  try {
    return JSON.stringify(sorted(JSON.parse(input.trim() || "{}")));
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]): [string, unknown] => [name, sorted(inner)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
