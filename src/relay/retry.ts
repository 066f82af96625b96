/** The only retry loop: every target once, in order; then the last one again, twice and two seconds of waiting at most. Never after the first byte. */
import { ERROR_FACTS, GatewayError } from "../ir/error.ts";

const RETRIES_MAX = 2;
/** A call waits no longer than this in all. */
export const WAIT_MS_MAX = 2_000;
const BACKOFF_MS = [250, 500] as const;

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** What the call has waited already. */
  readonly waitedMs?: number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Calls `open` for each target until one answers. A failure that another target may not share goes to the next one at
 * once; the last target is tried again when waiting may help and the wait is short enough.
 */
export async function tryTargets<Target, Opened>(
  targets: readonly Target[],
  open: (target: Target) => Promise<Opened>,
  options: RetryOptions,
): Promise<Opened> {
  let at = 0;
  let retries = 0;
  let waited = options.waitedMs ?? 0;
  for (;;) {
    try {
      return await open(targets[at] as Target);
    } catch (error) {
      if (!(error instanceof GatewayError) || options.signal.aborted || error.details.ours) throw error;
      const facts = ERROR_FACTS[error.kind];
      if ((facts.failover || error.details.nextTarget) && at < targets.length - 1) {
        at++;
        continue;
      }
      const ms = facts.retryable && !isFinal(error) ? (retryAfterMs(error) ?? BACKOFF_MS[retries] ?? 0) : Infinity;
      if (retries === RETRIES_MAX || waited + ms > WAIT_MS_MAX) throw error;
      retries++;
      waited += ms;
      await options.wait(ms, options.signal);
    }
  }
}

/** A used-up quota is no throttle: OpenAI and Anthropic say so to their own SDKs. */
const isFinal = ({ details }: GatewayError): boolean => details.headers?.["x-should-retry"] === "false";

/** Retry-After in milliseconds: seconds or an HTTP date. undefined: the upstream named none. */
function retryAfterMs(error: GatewayError): number | undefined {
  const value = error.details.retryAfter;
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}
