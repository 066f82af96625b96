/** Who is told when a budget reaches a mark: after the call, tried a few times, never waited for. */
import type { Config } from "../config/config.ts";
import { shownDollars } from "../cost/money.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Reached } from "./marks.ts";
import { spanOf } from "./refusal.ts";

export interface Alerts {
  send(reached: Reached): void;
  /** Ends what is still being tried. */
  stop(): void;
}

export interface AlertsOptions {
  readonly to: () => Config["alerts"];
  readonly warn: (message: string) => void;
  /** For tests. */
  readonly pauses?: readonly number[];
}

const PAUSES_MS = [1_000, 5_000, 25_000] as const;
const ANSWER_MS = 5_000;

export function alertsOf({ to, warn, pauses = PAUSES_MS }: AlertsOptions): Alerts {
  const stopping = new AbortController();
  let open = 0;

  const deliver = async (what: string, url: string, body: object): Promise<void> => {
    if (open >= LIMITS.alertsWaitingMax)
      return warn(`An alert was dropped: ${LIMITS.alertsWaitingMax} wait for ${what}.`);
    open++;
    let fault = "";
    for (const pause of [...pauses, undefined]) {
      fault = await posted(url, body, stopping.signal);
      if (fault === "" || stopping.signal.aborted || pause === undefined) break;
      await paused(pause, stopping.signal);
    }
    open--;
    // The address may hold a secret: Slack's does.
    if (fault !== "" && !stopping.signal.aborted) warn(`An alert did not reach ${what}: ${fault}.`);
  };
  return {
    send: (reached) => {
      const { webhook, slack } = to();
      if (webhook !== undefined) void deliver("alerts.webhook", webhook, factsOf(reached));
      if (slack !== undefined) void deliver("alerts.slack", slack, { text: sentenceOf(reached) });
    },
    stop: () => stopping.abort(),
  };
}

/** For programs: {"event":"budget-mark","of":"key","name":"laptop","mark":0.8,"spent_nano":8,"max_nano":10,…}. */
function factsOf(reached: Reached): object {
  const { metered, mark, spent, at } = reached;
  const { scope, budget, meter } = metered;
  return {
    event: "budget-mark",
    of: scope.kind,
    name: scope.id,
    mark,
    spent_nano: spent,
    max_nano: meter.max,
    per: budget?.per,
    zone: budget?.zone ?? "UTC",
    at: new Date(at).toISOString(),
    text: sentenceOf(reached),
  };
}

function sentenceOf({ metered: { scope, budget, meter }, mark, spent }: Reached): string {
  const when = budget ? ` ${spanOf(budget)}` : "";
  return `The budget of ${scope.label} has reached ${Math.round(mark * 100)} %: ${shownDollars(spent)} of ${shownDollars(meter.max)}${when}.`;
}

/** What went wrong, in words; "": nothing. */
async function posted(url: string, body: object, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    return response.ok ? "" : `it answered ${response.status}`;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : "it cannot be reached";
  }
}

function paused(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
