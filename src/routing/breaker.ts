/** Whether one deployment may be asked now. It cools after failures; when that is over one call tries it, and its success ends it. */

/** told: over a limit, and the vendor said for how long. limited: it did not say. spent: no money or quota left. refused: our key. failing: what a server does that is down. */
export type Cause = "told" | "limited" | "spent" | "refused" | "failing";

/** `waitMs`: as the vendor named it. */
export type Failure = { readonly cause: "told"; readonly waitMs: number } | { readonly cause: Exclude<Cause, "told"> };

export interface Cooling {
  readonly cause: Cause;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface Breaker {
  /** undefined: it may be asked, or tried. */
  cooling(now: number): Cooling | undefined;
  /** It cooled, and nothing has answered since. */
  isOnTrial(now: number): boolean;
  /** 0: there is none. */
  deadline(): number;
  /** When the vendor's own wait is over, however long it is. */
  toldUntil(): number;
  /** fresh: of a call that began after the last deadline was set. An old one says nothing of what came after it. */
  failed(failure: Failure, now: number, age: "fresh" | "old"): "opened" | "counted";
  /** Of a fresh call. */
  succeeded(): void;
  /** Another process was refused. The later deadline holds. */
  heard(cooling: Cooling): boolean;
  /** Nothing is left to remember. */
  isClean(): boolean;
}

/** A vendor's wait beyond it is looked at again: quotas are raised. */
const TOLD_MS_MAX = 5 * 60_000;
const SPENT_MS = 5 * 60_000;
const REFUSED_MS = 60_000;
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;
/** Opens when so many of the last calls failed, and at least half of them. */
const LAST = 10;
const FAILURES = 5;
/** Two ways of telling the same deadline: what a message takes, and clocks of two machines. */
const SAME_MS = 250;

export function breaker(): Breaker {
  let until = 0;
  let cause: Cause = "failing";
  let told = 0;
  let steps = 0;
  let failures: readonly boolean[] = [];

  /** A deadline never comes nearer. */
  const open = (by: Cause, deadline: number): "opened" => {
    if (deadline >= until) cause = by;
    until = Math.max(until, deadline);
    failures = [];
    return "opened";
  };
  const longer = (): number => Math.min(LONGEST_MS, FIRST_MS * 2 ** steps++);
  const count = (failed: boolean): void => void (failures = [...failures, failed].slice(-LAST));
  const isDown = (): boolean => {
    const bad = failures.filter(Boolean).length;
    return bad >= FAILURES && bad * 2 >= failures.length;
  };

  return {
    cooling: (now) => (now < until ? { cause, until } : undefined),
    isOnTrial: (now) => until !== 0 && now >= until,
    deadline: () => until,
    toldUntil: () => told,
    failed: (failure, now, age) => {
      switch (failure.cause) {
        case "told":
          told = Math.max(told, now + failure.waitMs);
          return open("told", now + Math.min(failure.waitMs, TOLD_MS_MAX));
        case "spent":
          return open("spent", now + SPENT_MS);
        case "refused":
          return open("refused", now + REFUSED_MS);
        case "limited":
          // Fifty calls that are refused together are one refusal, and no fifty steps.
          return age === "fresh" ? open("limited", now + longer()) : "counted";
        case "failing":
          if (age === "old") return "counted";
          if (until === 0) count(true);
          return until !== 0 || isDown() ? open("failing", now + longer()) : "counted";
      }
    },
    succeeded: () => {
      if (until === 0) return count(false);
      until = told = steps = 0;
      failures = [];
    },
    heard: (cooling) => {
      if (cooling.until <= until + SAME_MS) return false;
      open(cooling.cause, cooling.until);
      return true;
    },
    isClean: () => until === 0 && !failures.includes(true),
  };
}
