/** What a caller is told when a limit is full or a budget is spent: which, whose, how much, until when. */
import type { BudgetConfig } from "../config/config.ts";
import { shownDollars } from "../cost/money.ts";
import { type ErrorDetails, type GatewayError, ownError } from "../ir/error.ts";
import { rollingMs, UTC } from "./calendar.ts";
import type { Level } from "./counters.ts";
import type { Measure, Metered } from "./meters.ts";

export interface Full {
  readonly metered: Metered;
  readonly level: Level;
  /** null: only the end of other calls can tell. */
  readonly waitMs: number | null;
}

export function refusalOf(full: Full, now: number): GatewayError {
  const { budget, scope } = full.metered;
  // A provider's own limit leaves the other targets to the call.
  const whose: ErrorDetails = scope.kind === "provider" ? { nextTarget: true } : { ours: true };
  return budget ? ofBudget(full, budget, whose, now) : ofLimit(full, whose, now);
}

/** Neither the counters nor the ledger can say what was spent, and the little that may be spent unseen is spent. */
export const spentUnseen = ({ scope }: Metered): GatewayError =>
  ownError(
    "unavailable",
    `What ${scope.label} has spent cannot be read now, and more than was known may not be spent unseen. Ask again in a moment; the gateway's log says what is away.`,
    { ours: true, retryAfter: AWAY_SECONDS },
  );

/** The calls that budgets watch could not be remembered. */
export const memoryFull = ({ scope }: Metered): GatewayError =>
  ownError(
    "unavailable",
    `${capital(scope.label)} has a budget, and the record of its calls can be kept nowhere at the moment: the journal is full. Ask again when the store is back.`,
    { ours: true, retryAfter: AWAY_SECONDS },
  );

/** Whole seconds, and never too few: who waits exactly so long gets in, if nobody else does. */
const secondsOf = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 1_000));

/** In words: `this month`, `in the last 30d`. */
export function spanOf({ per, zone }: Pick<BudgetConfig, "per" | "zone">): string {
  if (per === "total") return "in all";
  if (rollingMs(per) !== undefined) return `in the last ${per.replaceAll(/\s/g, "")}`;
  const when = per === "day" ? "today" : `this ${per}`;
  return zone === undefined || zone === UTC ? when : `${when} (${zone})`;
}

const AWAY_SECONDS = "5";
/** Where only the end of another call can tell. */
const SOON_SECONDS = 1;

const NAMES: Readonly<Record<Exclude<Measure, "cost">, (max: number) => string>> = {
  requests: (max) => (max === 1 ? "one request a minute" : `${max} requests a minute`),
  input: (max) => `${max} input tokens a minute`,
  output: (max) => `${max} output tokens a minute`,
  tokens: (max) => `${max} tokens a minute`,
  parallel: (max) => (max === 1 ? "one call at a time" : `${max} calls at a time`),
};

function ofLimit({ metered, level, waitMs }: Full, whose: ErrorDetails, now: number): GatewayError {
  const { measure, scope, meter } = metered;
  const seconds = waitMs === null ? SOON_SECONDS : secondsOf(waitMs);
  const name = NAMES[measure as Exclude<Measure, "cost">](meter.max);
  const count = measure === "parallel" ? areOrIs(level.held, "open") : areOrIs(level.spent, "used up");
  const until =
    waitMs === null
      ? "Ask again when one has ended."
      : `Ask again in ${seconds} s, at ${clock(now + seconds * 1_000)}.`;
  return ownError("rate-limited", `The limit of ${scope.label} is ${name}, and ${count}. ${until}`, {
    ...whose,
    retryAfter: String(seconds),
  });
}

const areOrIs = (count: number, what: string): string => `${count} ${count === 1 ? "is" : "are"} ${what}`;

function ofBudget(full: Full, budget: BudgetConfig, whose: ErrorDetails, now: number): GatewayError {
  const { level, metered, waitMs } = full;
  const { meter, scope } = metered;
  const max = shownDollars(meter.max);
  if (level.spent < meter.max)
    return ownError(
      "rate-limited",
      `Open calls hold what is left of the budget of ${scope.label}: ${shownDollars(level.spent)} of ${max} spent ${spanOf(budget)}, ${shownDollars(level.held)} held. Ask again when one has ended.`,
      { ...whose, retryAfter: String(SOON_SECONDS) },
    );
  return ownError(
    "budget-exceeded",
    `The budget of ${scope.label} is spent: ${shownDollars(level.spent)} of ${max} ${spanOf(budget)}. ${opensAgain(full, budget, now)}`,
    {
      ...whose,
      status: budget.status,
      // OpenAI's and Anthropic's SDKs ask again after a 429 unless they are told not to.
      headers: { "x-should-retry": "false" },
      ...(budget.status === 429 && waitMs !== null && { retryAfter: String(secondsOf(waitMs)) }),
    },
  );
}

function opensAgain({ metered: { meter }, waitMs }: Full, { zone }: BudgetConfig, now: number): string {
  const { window } = meter;
  const isRolling = window?.kind === "rolling";
  const at = window?.kind === "fixed" ? window.end : waitMs === null ? null : now + secondsOf(waitMs) * 1_000;
  if (at === null) return "It opens when it is raised.";
  return `${isRolling ? "A part of it" : "It"} opens again at ${moment(at, zone ?? UTC)}, or when it is raised.`;
}

const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;

function moment(at: number, zone: string): string {
  const date = new Date(at).toLocaleString("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return `${date} ${zone}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
