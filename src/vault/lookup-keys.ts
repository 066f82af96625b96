/** The keys under which an answer is kept and a turn is looked up: hashes of caller, conversation, what stood in front, and what every client sends back. */
import type { Answer } from "../ir/collect.ts";
import { type AssistantEntry, textOfContent } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Behind } from "./behind.ts";
import { digestOf, digestOfCall, digestOfText, isWhole, sha256 } from "./digests.ts";
import { isOnesOwn } from "./ids.ts";
import type { Place, Scope } from "./place.ts";

/**
 * The ways in which a turn may be recognised, the surest first: the first that finds anything decides. A turn with calls
 * is recognised by them, because clients trim and rewrite texts; any other by its text. A unique id is enough. Otherwise
 * what stood in front counts too: all of it, because an agent that waits says the same again and again; then what stood
 * directly in front, for clients that compact or reprint old messages. In a session that its client names, a turn is
 * recognised without any of it: no other conversation can have begun with the same words.
 */
export type Ways = readonly (readonly Way[])[];
export interface Way {
  readonly key: string;
  /** No other answer can have this key. */
  readonly isOwn?: true;
  /** Anything under one of these keys makes `key` worthless: another answer was not wholly seen. */
  vetoes(): readonly string[];
}

/** The keys of one scope. */
export interface Keys {
  readonly isNamed: boolean;
  of(...words: readonly string[]): string;
}

/** `keeps` is part of the key: answers that may not touch the disk never share one with those that may. */
export function keysIn({ caller, conversation, session, keeps }: Scope): Keys {
  const scope = sha256(JSON.stringify([caller, conversation, keeps]));
  return { isNamed: session === "named", of: (...words) => sha256(scope + JSON.stringify(words)) };
}

export function waysOfTurn(keys: Keys, behind: Behind, entries: readonly AssistantEntry[]): Ways {
  const calls = entries.flatMap((entry): Called[] =>
    entry.kind === "call"
      ? [{ id: entry.callId, isOwn: isOnesOwn({ id: entry.callId, tool: entry.tool }), digest: () => digestOf(entry) }]
      : [],
  );
  return waysOf(keys, behind, { calls, text: () => digestOfTexts(entries) });
}

function digestOfTexts(entries: readonly AssistantEntry[]): string {
  const messages = entries.filter((entry) => entry.kind === "message");
  const [only] = messages;
  if (only && messages.length === 1) return digestOf(only);
  return digestOfText(messages.map(({ content }) => textOfContent(content)).join("\n"));
}

/** How much of an answer was seen: all of it, its calls while its text passed unread, or a part before it broke off. */
export type Seen = "whole" | "calls" | "part";

export interface AnswerKeys {
  readonly own: readonly string[];
  readonly shared: readonly string[];
  /** The answer may come back under these too, and has nothing to restore then. */
  readonly traces: readonly string[];
}

export function keysOfAnswer(place: Place, { blocks, finish }: Answer, seen: Seen): AnswerKeys {
  const keys = keysIn(place);
  const behind = behindOf(place);
  const calls = blocks.flatMap(({ block, input }): (Called & { readonly isWhole: boolean })[] => {
    if (block.kind !== "call") return [];
    const call = { id: block.callId, tool: block.tool, input };
    return [{ id: call.id, isOwn: isOnesOwn(call), isWhole: isWhole(call), digest: () => digestOfCall(call.id, call) }];
  });
  const texts = blocks.flatMap(({ block, text }) => (block.kind === "text" || block.kind === "refusal" ? [text] : []));
  const text = (): string => (seen === "whole" ? digestOfText(texts.join("\n")) : "");
  const ways = seen === "part" ? [] : waysOf(keys, behind, { calls, text }).flat();
  // A client drops calls that its user interrupted, and keeps the words beside them.
  const words = calls.length > 0 ? waysOf(keys, behind, { calls: [], text }).flat() : [];
  const isCut = seen === "part" || finish?.reason === "length" || finish?.reason === "context-full";
  const shared = calls.filter((call) => !call.isOwn).slice(0, LIMITS.vaultCallsMax);
  const vetoes = vetoesOf(keys, behind, {
    calls: shared,
    cut: shared.filter((call) => isCut || !call.isWhole),
    isUnread: seen !== "whole" && texts.length > 0,
    hasPassed: seen !== "whole" && place.whole === undefined,
  });
  return {
    own: ways.flatMap(({ key, isOwn }) => (isOwn ? [key] : [])),
    shared: ways.flatMap(({ key, isOwn }) => (isOwn ? [] : [key])),
    traces: [...words.map(({ key }) => key), ...vetoes],
  };
}

const behindOf = ({ front, whole }: Place): Behind => ({ front: () => front, whole: () => whole });

interface Called {
  readonly id: string;
  /** No other call has this id. */
  readonly isOwn: boolean;
  /** Of its id and arguments. */
  digest(): string;
}

interface Said {
  readonly calls: readonly Called[];
  /** The digest of the text; "": there is none. */
  text(): string;
}

function waysOf(keys: Keys, behind: Behind, said: Said): Ways {
  const calls = said.calls.slice(0, LIMITS.vaultCallsMax);
  if (calls.length === 0) {
    const text = said.text();
    return text === "" ? [] : groundsOf(keys, behind).map((ground) => ground.map((one) => wayOfWords(keys, one, text)));
  }
  const own = calls.flatMap(({ id, isOwn }): Way[] =>
    isOwn ? [{ key: keys.of("id", id), isOwn: true, vetoes: () => [] }] : [],
  );
  const others = calls.filter(({ isOwn }) => !isOwn);
  if (others.length === 0) return [own];
  const [surest = [], ...further] = groundsOf(keys, behind).map((ground) =>
    ground.flatMap((one) => others.map((call) => wayOfCall(keys, one, call.id, call.digest()))),
  );
  return [
    [...own, ...surest],
    ...further,
    // Some clients rewrite arguments.
    ...(keys.isNamed ? [NO_GROUND.flatMap((one) => others.map(({ id }) => wayOfCall(keys, one, id, id)))] : []),
  ];
}

/** What a key holds of what stood in front, and what its vetoes hold. */
interface Ground {
  readonly words: readonly string[];
  readonly vetoes: readonly (readonly string[])[];
}
/** None where not all that stood in front was read. */
function wholeGround(behind: Behind): readonly Ground[] {
  const whole = behind.whole();
  return whole === undefined ? [] : [{ words: [whole], vetoes: [[whole], passed(behind)] }];
}
const frontGround = (behind: Behind): readonly Ground[] => [
  { words: [behind.front()], vetoes: [[behind.front()], passed(behind)] },
];
const NO_GROUND: readonly Ground[] = [{ words: [], vetoes: [[]] }];
const groundsOf = (keys: Keys, behind: Behind): readonly (readonly Ground[])[] => [
  wholeGround(behind),
  frontGround(behind),
  ...(keys.isNamed ? [NO_GROUND] : []),
];
/** Of an answer that passed as bytes only this is known: it vetoes every answer with the same in front. */
const passed = (behind: Behind): readonly string[] => ["passed", behind.front()];

const wayOfWords = (keys: Keys, { words, vetoes }: Ground, text: string): Way => ({
  key: keys.of("words", ...words, text),
  vetoes: () => vetoes.map((each) => wordsVeto(keys, each)),
});
/** `said`: its digest, or its id alone. */
const wayOfCall = (keys: Keys, { words, vetoes }: Ground, id: string, said: string): Way => ({
  key: keys.of("call", ...words, said),
  vetoes: () => vetoes.map((each) => callVeto(keys, each, id)),
});

interface Doubtful {
  /** None with a unique id. */
  readonly calls: readonly Called[];
  /** Those of them that are not whole, or may not be. */
  readonly cut: readonly Called[];
  readonly isUnread: boolean;
  /** As bytes: what stood in front was not read. */
  readonly hasPassed: boolean;
}

/** The parts of an answer that may come back in an unknown form. */
function vetoesOf(keys: Keys, behind: Behind, { calls, cut, isUnread, hasPassed }: Doubtful): readonly string[] {
  const on = (words: readonly string[], doubtful: readonly Called[]): readonly string[] => [
    ...doubtful.map(({ id }) => callVeto(keys, words, id)),
    ...(isUnread ? [wordsVeto(keys, words)] : []),
  ];
  const grounds = cut.length > 0 || isUnread ? [...wholeGround(behind), ...frontGround(behind)] : [];
  return [
    ...(hasPassed ? on(passed(behind), calls) : grounds.flatMap(({ words }) => on(words, cut))),
    ...(keys.isNamed ? on([], cut) : []),
  ];
}

const callVeto = (keys: Keys, words: readonly string[], id: string): string => keys.of("cut call", ...words, id);
const wordsVeto = (keys: Keys, words: readonly string[]): string => keys.of("unread words", ...words);
