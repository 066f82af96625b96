/** Counters in Redis, as long as it answers: what it does not answer rejects. */
import { actualsOf } from "../actuals.ts";
import type { Admission, Admit, Level, Meter, Settlement } from "../counters.ts";
import { overAt } from "../count.ts";
import { scriptsOf, type Script } from "./scripts.ts";

/** What is used of a client of Redis. */
export interface RedisClient {
  evalsha(sha: string, keys: number, ...keysAndArgs: string[]): Promise<unknown>;
  eval(lua: string, keys: number, ...keysAndArgs: string[]): Promise<unknown>;
}

export interface RemoteCounters {
  /** "wiped": nothing was counted, since what is there goes by another name than `generation`. */
  admit(call: Admit, generation: string): Promise<Admission | "wiped">;
  /** Counts a call that was let in without asking; nothing where the call is known. */
  tell(call: Admit): Promise<void>;
  settle(id: string, settlements: readonly Settlement[]): Promise<void>;
  /** Undoes what an admit did that nobody waited for. */
  release(id: string): Promise<void>;
  renew(ids: readonly string[], leaseMs: number): Promise<void>;
  seed(meter: Meter, spent: ReadonlyMap<number, number>): Promise<void>;
  levels(meters: readonly Meter[]): Promise<readonly (Level | undefined)[]>;
  correct(meter: Meter, by: number): Promise<void>;
  beat(instance: string): Promise<Beat>;
  /** The name of what is counted: this one, where it has none. */
  name(generation: string): Promise<string>;
  /** Levels from before a wipe. Every replica tells what it heard, and the highest counts. */
  restore(levels: readonly Restored[]): Promise<void>;
}

export interface Restored {
  readonly meter: Meter;
  readonly spent: number;
}

export interface Beat {
  readonly replicas: number;
  /** Another one than before: what was counted is gone. "": nobody has named it yet. */
  readonly generation: string;
}

/** `prefix`: with a hash tag, so that a cluster keeps all in one slot: `{codeswitch}:`. */
export function remoteCounters(client: RedisClient, prefix: string, scripts = scriptsOf()): RemoteCounters {
  const due = `${prefix}due`;
  const leaseKey = (id: string): string => `${prefix}l:${id}`;
  const counterKey = ({ id }: Meter): string => `${prefix}c:${id}`;
  /** A server that was restarted knows no script. */
  const run = <T>(script: Script, keys: number, args: string[], read: (found: unknown) => T): Promise<T> =>
    client.evalsha(script.sha, keys, ...args).then(read, (error: unknown) => {
      if (error instanceof Error && error.message.startsWith("NOSCRIPT"))
        return client.eval(script.lua, keys, ...args).then(read);
      throw error;
    });
  const enter = <T>({ id, meters, leaseMs }: Admit, generation: string, read: (found: unknown) => T): Promise<T> => {
    const args = [due, leaseKey(id)];
    for (const meter of meters) args.push(counterKey(meter));
    args.push(id, String(leaseMs), generation);
    for (const meter of meters) {
      const [a, b] = boundsOf(meter);
      args.push(modeOf(meter), String(meter.amount), String(meter.max), a, b);
    }
    return run(scripts.admit, 2 + meters.length, args, read);
  };

  return {
    admit: (call, generation) => enter(call, generation, admissionOf),
    tell: (call) => enter(call, "told", nothing),
    settle: (id, settlements) => {
      // As a script names its keys: each once.
      const actuals = actualsOf(settlements, []);
      const args = [due, leaseKey(id)];
      for (const { meter } of actuals) args.push(counterKey(meter));
      args.push(id);
      for (const { meter, actual } of actuals) {
        const [a, b] = boundsOf(meter);
        args.push(modeOf(meter), String(actual), a, b);
      }
      return run(scripts.settle, 2 + actuals.length, args, nothing);
    },
    release: (id) => run(scripts.release, 2, [due, leaseKey(id), id], nothing),
    renew: async (ids, leaseMs) => {
      for (let at = 0; at < ids.length; at += AT_ONCE)
        await run(scripts.renew, 1, [due, String(leaseMs), ...ids.slice(at, at + AT_ONCE)], nothing);
    },
    seed: (meter, spent) => {
      const { window } = meter;
      const bucket = (start: number): number => (window?.kind === "rolling" ? Math.floor(start / window.bucketMs) : 0);
      const amounts = [...spent].flatMap(([start, amount]) => [String(bucket(start)), String(amount)]);
      return run(scripts.seed, 2, [due, counterKey(meter), modeOf(meter), ...boundsOf(meter), ...amounts], nothing);
    },
    levels: (meters) => {
      const args = [due, ...meters.map(counterKey), ...meters.flatMap((meter) => [modeOf(meter), ...boundsOf(meter)])];
      return run(scripts.levels, 1 + meters.length, args, (found) => {
        const told = numbers(found);
        return meters.map((_, at) =>
          told[2 * at] === -1 ? undefined : { spent: told[2 * at] ?? 0, held: told[2 * at + 1] ?? 0 },
        );
      });
    },
    correct: (meter, by) =>
      run(scripts.correct, 2, [due, counterKey(meter), modeOf(meter), ...boundsOf(meter), String(by)], nothing),
    beat: (instance) =>
      run(scripts.beat, 1, [due, instance], (found) => {
        const [replicas, generation] = Array.isArray(found) ? found : [];
        return { replicas: Math.max(1, Number(replicas)), generation: String(generation) };
      }),
    name: (generation) => run(scripts.name, 1, [due, generation], String),
    restore: async (levels) => {
      for (let at = 0; at < levels.length; at += AT_ONCE) {
        const some = levels.slice(at, at + AT_ONCE);
        const args = [due, ...some.map(({ meter }) => counterKey(meter))];
        for (const { meter, spent } of some) args.push(modeOf(meter), ...boundsOf(meter), String(spent));
        await run(scripts.restore, 1 + some.length, args, nothing);
      }
    },
  };
}

/** A script that does more keeps others waiting. */
const AT_ONCE = 200;

/** Four letters: counts, window, takes less, seeded. */
function modeOf({ counts, window, takesLess, seeded }: Meter): string {
  const kind = window === undefined ? "n" : window.kind === "rolling" ? "r" : "f";
  return `${counts === "held" ? "h" : "c"}${kind}${takesLess === true ? "t" : "-"}${seeded === true ? "s" : "-"}`;
}

/** rolling: the length and number of its buckets. fixed: its end, and until when ends of its calls are awaited; 0: never over. */
function boundsOf({ window }: Meter): readonly [string, string] {
  if (window === undefined) return NO_BOUNDS;
  if (window.kind === "rolling") return [String(window.bucketMs), String(window.buckets)];
  return window.end === null ? NO_BOUNDS : [String(window.end), String(overAt(window, window.end))];
}
const NO_BOUNDS = ["0", "0"] as const;

const nothing = (): void => {};

/** ioredis gives whole numbers as such. */
function numbers(found: unknown): readonly number[] {
  if (Array.isArray(found) && found.every((one) => typeof one === "number")) return found;
  throw new Error("Redis gave no list of numbers.");
}

function admissionOf(said: unknown): Admission | "wiped" {
  const found = numbers(said);
  const [kind, meter = 0, spent = 0, held = 0, wait = -1] = found;
  if (kind === 3) return "wiped";
  if (kind === 2) return { kind: "unknown", meters: found.slice(1) };
  if (kind === 1) return { kind: "refused", meter, level: { spent, held }, waitMs: wait < 0 ? null : wait };
  const levels: Level[] = [];
  const holds: number[] = [];
  for (let at = 1; at < found.length; at += 3) {
    levels.push({ spent: found[at] ?? 0, held: found[at + 1] ?? 0 });
    holds.push(found[at + 2] ?? 0);
  }
  return { kind: "admitted", levels, holds };
}
