/**
 * Keys that were made, as calls ask for them. A key is read from the store once and then remembered, with the epoch at
 * which it was read; a change of the epoch drops all of them. What a call does later never brings a key back: LiteLLM's
 * settling did, and revoked keys lived on under load (BerriAI/litellm#25553).
 */
import { GatewayError } from "../ir/error.ts";
import { DataFault } from "../store/folder.ts";
import type { KeyRow, KeyRows } from "../store/store.ts";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";
import { checkedKey, type KnownKey, knownKey, type Visit } from "./known-key.ts";
import type { Caller } from "./caller.ts";
import type { KeyHashes } from "./key-hash.ts";
import { readSettings } from "./key-settings.ts";

export interface MadeKeys {
  /** Whether there is or was any. unknown: the store has not answered yet; unreadable: nor can it. */
  exist(): "yes" | "no" | "unknown" | "unreadable";
  /** undefined: nobody's. A promise only where the store has to be asked. Throws a GatewayError where the key may not be used. */
  find(key: string, visit: Visit): Caller | undefined | Promise<Caller | undefined>;
  /** Asks for the epoch. Called on a timer, never for a call; never fails. */
  poll(): Promise<void>;
}

export interface MadeKeysParts {
  readonly rows: Pick<KeyRows, "find" | "all">;
  readonly epoch: () => Promise<number>;
  readonly hashes: KeyHashes;
  readonly clock: () => number;
  readonly warn: (message: string) => void;
  /** Something may have changed, and keys are looked at anew once this is done. */
  readonly changed?: () => Promise<void>;
}

/** What the store said of one hash. `found` is undefined where it has no such key; `until`: from then on it is nobody's, or has to be asked for again. */
interface Remembered {
  readonly found: KnownKey | undefined;
  readonly until: number;
}

export function madeKeys({ rows, epoch, hashes, clock, warn, changed }: MadeKeysParts): MadeKeys {
  const remembered = new Map<string, Remembered>();
  const asked = new Map<string, Promise<Remembered>>();
  const askEpoch = oneAtATime(epoch, clock);
  let known: { readonly epoch: number; readonly at: number } | undefined;
  let exist: ReturnType<MadeKeys["exist"]> = "unknown";
  let isAway = false;

  /** The oldest goes first where there is no room. */
  const remember = (place: string, one: Remembered): void => {
    const [oldest] = remembered.size >= LIMITS.keysCachedMax ? remembered.keys() : [];
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(place, one);
  };

  const read = async (key: string, place: string): Promise<Remembered> => {
    const readAt = known?.epoch;
    const one = (await firstFound(rows, hashes.all(key))) ?? { found: undefined, until: clock() + LIMITS.unknownKeyMs };
    // What was read while something changed may be what was before.
    if (readAt !== undefined && readAt === known?.epoch) remember(place, one);
    if (one.found) exist = "yes";
    return one;
  };

  const ask = async (key: string, place: string): Promise<Remembered> => {
    if (asked.size >= LIMITS.keyLookupsMax && !asked.has(place))
      throw unreachable("is asked for too many keys at once");
    const answer = asked.get(place) ?? read(key, place).finally(() => asked.delete(place));
    asked.set(place, answer);
    const one = await orLate(answer, LIMITS.keyLookupMs).catch(() => "late" as const);
    if (one === "late") throw unreachable("cannot be reached");
    return one;
  };

  const cached = (place: string): Remembered | undefined => {
    const isTold = known !== undefined && clock() - known.at <= LIMITS.keysUntoldMs;
    const one = isTold ? remembered.get(place) : undefined;
    return one?.found || (one && clock() < one.until) ? one : undefined;
  };

  const callerOf = ({ found, until }: Remembered, visit: Visit): Caller | undefined =>
    found && visit.now < until ? checkedKey(found, visit) : undefined;

  const look = async (): Promise<void> => {
    const began = clock();
    const now = await askEpoch();
    if (known?.epoch === now) return void (known = { epoch: now, at: began });
    if (exist !== "yes") {
      const all = await rows.all();
      exist = all.length > 0 ? "yes" : "no";
      const strange = all.filter(({ hash }) => !hashes.isKnown(hash)).length;
      if (strange > 0) warn(madeElsewhere(strange));
    }
    await changed?.();
    remembered.clear();
    known = { epoch: now, at: began };
  };

  return {
    exist: () => exist,
    find: (key, visit) => {
      const place = hashes.current(key);
      const one = cached(place);
      return one ? callerOf(one, visit) : ask(key, place).then((asked) => callerOf(asked, visit));
    },
    poll: async () => {
      const answer = await orLate(
        look().then(() => "told" as const),
        LIMITS.epochMs,
      ).catch((error: unknown) => error);
      const failed = answer !== "told";
      // One that is slow may have keys all the same.
      if (failed && answer !== "late" && exist === "unknown") exist = "unreadable";
      if (failed !== isAway) warn(failed ? away(answer) : BACK);
      isAway = failed;
    },
  };
}

/** One that hangs is waited for by the next that ask, and given up after a while: its connection may be dead. */
function oneAtATime<T>(ask: () => Promise<T>, clock: () => number): () => Promise<T> {
  let pending: { readonly answer: Promise<T>; readonly since: number } | undefined;
  return () => {
    if (pending && clock() - pending.since < LIMITS.epochHangsMs) return pending.answer;
    const mine = { answer: ask(), since: clock() };
    pending = mine;
    const settled = mine.answer.catch(() => {});
    void settled.finally(() => {
      if (pending === mine) pending = undefined;
    });
    return mine.answer;
  };
}

async function firstFound(rows: MadeKeysParts["rows"], hashes: readonly string[]): Promise<Remembered | undefined> {
  for (const hash of hashes) {
    const row = await rows.find(hash);
    if (row) return { found: knownOf(row), until: row.hash === hash ? Infinity : (row.grace_until ?? 0) };
  }
  return undefined;
}

function knownOf(row: KeyRow): KnownKey {
  const settings = readSettings(row);
  const caller: Caller = { id: row.id, name: row.name, ...(settings && { key: settings }) };
  if (row.blocked) return { caller, refusal: "blocked" };
  if (!settings) return { caller, refusal: "unreadable" };
  return { ...knownKey(caller, settings), ...(row.expires_at !== null && { expiresAt: row.expires_at }) };
}

const unreachable = (why: string): GatewayError =>
  new GatewayError(
    "unavailable",
    `The database that holds this gateway's keys ${why}, and this key was not asked for lately. Ask again in a moment.`,
    { retryAfter: "1" },
  );

const minutes = LIMITS.keysUntoldMs / 60_000;
/** Only what is meant for a person: an address may hold a password. */
const away = (error: unknown): string =>
  `The database that holds the keys does not answer${error instanceof DataFault ? ` (${error.message.replace(/\.$/, "")})` : ""}. Keys that were used since the last start or change go on for ${minutes} minutes, others are answered with 503.`;
const BACK = "The database that holds the keys answers again.";
const madeElsewhere = (count: number): string =>
  `${count === 1 ? "A key was" : `${count} keys were`} made under another secret than this gateway's, and cannot be used here. Give all gateways of one database the same CODESWITCH_SECRET.`;
