/** What is left of a caller's limit of a minute, as an answer's head says it. */
export interface LimitLeft {
  readonly of: "requests" | "tokens" | "input" | "output";
  readonly max: number;
  readonly left: number;
  /** Until all of it is there again. */
  readonly fullMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type LimitHeaders = (limit: LimitLeft) => Readonly<Record<string, string>>;

/** https://platform.openai.com/docs/guides/rate-limits: the reset is a duration, `1m0s`. What goes in or comes out alone has no limit there. */
export const openaiLimitHeaders: LimitHeaders = ({ of, max, left, fullMs }) =>
  of === "input" || of === "output"
    ? {}
    : {
        [`x-ratelimit-limit-${of}`]: String(max),
        [`x-ratelimit-remaining-${of}`]: String(left),
        [`x-ratelimit-reset-${of}`]: duration(fullMs),
      };

/** As OpenAI prints it: `6m0s`, `12ms`, `1s`. */
function duration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
