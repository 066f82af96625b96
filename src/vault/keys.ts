/** Under what an answer is kept, and a turn looked up: hashes of caller, conversation, what stood in front, and what a client surely sends back. */
import type { Answer } from "../ir/collect.ts";
import type { ToolRef } from "../ir/request.ts";
import { type AssistantEntry, textOfContent } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import { type Behind, inputOf, isWhole, spelling } from "./behind.ts";
import { isOnesOwn } from "./ids.ts";
import type { Place, Scope } from "./vault.ts";

/**
 * The ways in which a turn may be known, the surest first: the first that tells anything decides. A turn with calls is
 * known by them, for clients trim and rewrite texts; any other by its text. An id that nobody else has is enough. Else
 * what stood in front counts too: all of it, for an agent that waits says the same again and again; then what stood
 * directly in front, for clients that compact or print old messages anew. Without any of it a turn is known in a session
 * that its client names: nobody is beside it who began with the same words.
 */
export type Ways = readonly (() => readonly Way[])[];
export interface Way {
  readonly key: string;
  /** Nobody else can have left anything here. */
  readonly isOwn?: true;
  /** What lies here says that the key tells nothing: an answer came that was not wholly seen. */
  readonly vetoes: readonly string[];
}

export const waysOfTurn = (scope: Scope, behind: Behind, entries: readonly AssistantEntry[]): Ways =>
  waysOf(scope, behind, {
    calls: entries.flatMap((entry) =>
      entry.kind === "call" ? [{ id: entry.callId, tool: entry.tool, input: inputOf(entry) }] : [],
    ),
    text: entries.flatMap((entry) => (entry.kind === "message" ? [textOfContent(entry.content)] : [])).join("\n"),
  });

/** How much of an answer was seen: all of it, its calls while its words passed unread, or a part before it broke off. */
export type Seen = "whole" | "calls" | "part";

export interface AnswerKeys {
  readonly own: readonly string[];
  readonly shared: readonly string[];
  /** As what it may come back too, and has nothing to tell then. */
  readonly traces: readonly string[];
}

export function keysOfAnswer(place: Place, { blocks, finish }: Answer, seen: Seen): AnswerKeys {
  const behind = behindOf(place);
  const calls = blocks.flatMap(({ block, input }) =>
    block.kind === "call" ? [{ id: block.callId, tool: block.tool, input }] : [],
  );
  const texts = blocks.flatMap(({ block, text }) => (block.kind === "text" || block.kind === "refusal" ? [text] : []));
  const text = seen === "whole" ? texts.join("\n") : "";
  const ways = seen === "part" ? [] : allOf(waysOf(place, behind, { calls, text }));
  // A client drops calls that its user interrupted, and keeps the words beside them.
  const words = calls.length > 0 ? allOf(waysOf(place, behind, { calls: [], text })) : [];
  const vetoes = vetoesOf(place, behind, {
    calls: calls.filter((call) => !isOnesOwn(call)).slice(0, LIMITS.vaultCallsMax),
    isCut: seen === "part" || finish?.reason === "length" || finish?.reason === "context-full",
    isUnread: seen !== "whole" && texts.length > 0,
    hasPassed: seen !== "whole" && place.whole === undefined,
  });
  return {
    own: ways.flatMap(({ key, isOwn }) => (isOwn ? [key] : [])),
    shared: ways.flatMap(({ key, isOwn }) => (isOwn ? [] : [key])),
    traces: [...words.map(({ key }) => key), ...vetoes],
  };
}

const allOf = (ways: Ways): readonly Way[] => ways.flatMap((way) => way());

const behindOf = ({ front, whole }: Place): Behind => ({ front: () => front, whole: () => whole });

interface Called {
  readonly id: string;
  readonly tool: ToolRef;
  readonly input: string;
}

function waysOf(
  scope: Scope,
  behind: Behind,
  told: { readonly calls: readonly Called[]; readonly text: string },
): Ways {
  const calls = told.calls.slice(0, LIMITS.vaultCallsMax);
  const text = told.text.trim();
  if (calls.length === 0 && text === "") return [];
  const isNamed = scope.session === "named";
  const grounds = [() => wholeGround(behind), () => frontGround(behind), ...(isNamed ? [() => NO_GROUND] : [])];
  if (calls.length === 0) return grounds.map((ground) => () => ground().map((one) => wayOfWords(scope, one, text)));
  const own = calls.filter(isOnesOwn).map(({ id }): Way => ({ key: keyOf(scope, "id", id), isOwn: true, vetoes: [] }));
  const others = calls.filter((call) => !isOnesOwn(call));
  if (others.length === 0) return [() => own];
  const [surest, ...further] = grounds.map(
    (ground) => () => ground().flatMap((one) => others.map((call) => wayOfCall(scope, one, call.id, spelling(call)))),
  );
  return [
    () => [...own, ...(surest?.() ?? [])],
    ...further,
    // Some clients rewrite arguments.
    ...(isNamed ? [() => NO_GROUND.flatMap((one) => others.map(({ id }) => wayOfCall(scope, one, id)))] : []),
  ];
}

/** What a key holds of what stood in front, and what the vetoes hold that count there. */
interface Ground {
  readonly words: readonly string[];
  readonly vetoes: readonly (readonly string[])[];
}
/** None where nobody read all that stood in front. */
function wholeGround(behind: Behind): readonly Ground[] {
  const whole = behind.whole();
  return whole === undefined ? [] : [{ words: [whole], vetoes: [[whole], passed(behind)] }];
}
const frontGround = (behind: Behind): readonly Ground[] => [
  { words: [behind.front()], vetoes: [[behind.front()], passed(behind)] },
];
const NO_GROUND: readonly Ground[] = [{ words: [], vetoes: [[]] }];
/** Of an answer that passed as bytes only this is known: so it stands in the way of all that stood behind the like. */
const passed = (behind: Behind): readonly string[] => ["passed", behind.front()];

const wayOfWords = (scope: Scope, { words, vetoes }: Ground, text: string): Way => ({
  key: keyOf(scope, "words", ...words, text),
  vetoes: vetoes.map((each) => wordsVeto(scope, each)),
});
const wayOfCall = (scope: Scope, { words, vetoes }: Ground, id: string, ...input: readonly string[]): Way => ({
  key: keyOf(scope, "call", ...words, id, ...input),
  vetoes: vetoes.map((each) => callVeto(scope, each, id)),
});

interface Doubtful {
  /** None that is one's own. */
  readonly calls: readonly Called[];
  readonly isCut: boolean;
  readonly isUnread: boolean;
  /** As bytes: nobody read what stood in front. */
  readonly hasPassed: boolean;
}

/** What of an answer may come back as nobody knows what. */
function vetoesOf(place: Place, behind: Behind, { calls, isCut, isUnread, hasPassed }: Doubtful): readonly string[] {
  const cut = calls.filter((call) => isCut || !isWhole(call));
  const on = (words: readonly string[], doubtful: readonly Called[]): readonly string[] => [
    ...doubtful.map(({ id }) => callVeto(place, words, id)),
    ...(isUnread ? [wordsVeto(place, words)] : []),
  ];
  const grounds = cut.length > 0 || isUnread ? [...wholeGround(behind), ...frontGround(behind)] : [];
  return [
    ...(hasPassed ? on(passed(behind), calls) : grounds.flatMap(({ words }) => on(words, cut))),
    ...(place.session === "named" ? on([], cut) : []),
  ];
}

const callVeto = (scope: Scope, words: readonly string[], id: string): string => keyOf(scope, "cut call", ...words, id);
const wordsVeto = (scope: Scope, words: readonly string[]): string => keyOf(scope, "unread words", ...words);

/** What may not touch the disk, and what may, never meet: of the one, the disk could not tell the other. */
const keyOf = ({ caller, conversation, keeps }: Scope, ...words: readonly string[]): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify([caller, conversation, keeps, ...words])).digest("base64url");
