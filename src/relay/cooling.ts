/** How a call goes by what cools down: whom it asks first, when it waits, when it is refused, and what its failures mean to the next call. */
import { type ErrorDetails, GatewayError, ownError } from "../ir/error.ts";
import { namedWait } from "../providers/named-wait.ts";
import type { Cause, Failure } from "../routing/breaker.ts";
import type { Cooled } from "../routing/cooldowns.ts";
import type { Target } from "../routing/target.ts";
import type { Call } from "./call.ts";
import { pause } from "./pause.ts";
import { WAIT_MS_MAX } from "./retry.ts";

export interface Ready {
  readonly targets: readonly Target[];
  /** Of the two seconds that a call waits in all. */
  readonly waitedMs: number;
}

/** Those that cool stand behind the others. Where all do, the first is waited for; throws where that takes too long, and each of them is known to refuse until then. */
export async function coolLast(
  call: Pick<Call, "gateway" | "signal" | "model">,
  targets: readonly Target[],
): Promise<Ready> {
  const { cooldowns, clock } = call.gateway;
  for (let waitedMs = 0; ;) {
    const order = cooldowns.order(targets, call);
    if (order.kind === "now" || call.signal.aborted)
      return { targets: order.kind === "now" ? order.targets : targets, waitedMs };
    const [earliest] = order.cooled;
    const ms = Math.max(1, (earliest?.until ?? 0) - clock());
    if (waitedMs + ms > WAIT_MS_MAX) {
      const guessed = guessedFirst(targets, order.cooled);
      if (!guessed) throw refusalOf(call.model, order.cooled, clock());
      return { targets: guessed, waitedMs };
    }
    await pause(ms, call.signal);
    waitedMs += ms;
  }
}

/** Where a deadline is a guess of ours the call is not refused for it: an answer that may come is worth a question. Those go first, the earliest of them at the head; undefined: there are none. */
function guessedFirst(targets: readonly Target[], cooled: readonly Cooled[]): readonly Target[] | undefined {
  const isGuess = ({ cause }: Cooled): boolean => cause === "limited" || cause === "failing";
  if (!cooled.some(isGuess)) return undefined;
  const inOrder = [...cooled.filter(isGuess), ...cooled.filter((one) => !isGuess(one))];
  const placeOf = ({ provider, model }: Target): number =>
    inOrder.findIndex((one) => one.provider === provider.name && one.model === model);
  return targets.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** What an error of an attempt says of the deployment; undefined: nothing, since it is the caller's, or ours. */
export function failureOf(error: unknown, now: number): Failure | undefined {
  if (!(error instanceof GatewayError) || error.details.ours || error.details.nextTarget) return undefined;
  switch (error.kind) {
    case "rate-limited":
      return limited(error, now);
    case "quota-exhausted":
      return { cause: "spent" };
    case "upstream-auth":
    case "upstream-forbidden":
      return { cause: "refused" };
    case "upstream-failed":
    case "upstream-unreachable":
    case "upstream-cut":
    case "upstream-timeout":
    case "overloaded":
    case "unavailable":
      return { cause: "failing" };
    default:
      return undefined;
  }
}

function limited({ message, details }: GatewayError, now: number): Failure | undefined {
  // One call that is larger than the limit: smaller ones fit, and no wait helps this one.
  if (TOO_LARGE.test(message)) return undefined;
  const { retryAfter, headers, upstream } = details;
  const waitMs = namedWait(
    {
      ...(retryAfter !== undefined && { retryAfter }),
      ...((upstream?.headers ?? headers) && { headers: { ...headers, ...upstream?.headers } }),
      ...(upstream && { body: upstream.body }),
    },
    now,
  );
  return waitMs === undefined ? { cause: "limited" } : { cause: "told", waitMs };
}
const TOO_LARGE = /request too large|must be reduced/i;

const WHY: Readonly<Record<Cause, string>> = {
  told: "is over its rate limit",
  limited: "is over its rate limit",
  spent: "has no money or quota left",
  refused: "refuses the gateway's key",
  failing: "has failed of late",
};

/** The caller waits, as the vendors would make it wait. */
function refusalOf(model: string, cooled: readonly Cooled[], now: number): GatewayError {
  const [earliest] = cooled;
  const seconds = Math.max(1, Math.ceil(((earliest?.until ?? now) - now) / 1_000));
  const at = `${new Date(now + seconds * 1_000).toISOString().slice(11, 19)} UTC`;
  const details: ErrorDetails = {
    ours: true,
    retryAfter: String(seconds),
    ...(earliest && { provider: earliest.provider }),
  };
  const each = cooled.map(
    ({ provider, model: served, cause, until }) =>
      `${provider} (${served}) ${WHY[cause]}, for ${Math.max(1, Math.ceil((until - now) / 1_000))} s`,
  );
  const isDown = earliest?.cause === "failing" || earliest?.cause === "refused";
  return ownError(
    isDown ? "unavailable" : "rate-limited",
    `Nobody can be asked for ${JSON.stringify(model)} now: ${each.join("; ")}. Ask again in ${seconds} s, at ${at}.`,
    details,
  );
}
