/** How long a vendor that refused a call wants to be left alone, where its words have one meaning. */

export interface Refusal {
  /** As `GatewayError` has it: seconds or an HTTP date. */
  readonly retryAfter?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Milliseconds; undefined: it named no wait, or one that can mean two things. */
export function namedWait({ retryAfter, headers = {}, body = "" }: Refusal, now: number): number | undefined {
  const waits = [
    ms(headers["retry-after-ms"], 1),
    orDate(retryAfter ?? headers["retry-after"], now),
    ...RESETS.map((read) => read(headers, now)),
    ms(RETRY_DELAY.exec(body)?.[1], 1_000),
  ];
  return waits.find((wait) => wait !== undefined && wait > 0);
}

type Read = (headers: Readonly<Record<string, string>>, now: number) => number | undefined;

/**
 * Resets of OpenAI, Azure, Groq and of Anthropic's buckets are no waits: they name the moment at which the limit is
 * whole again, and a call fits long before (https://platform.openai.com/docs/guides/rate-limits). Those vendors send
 * retry-after as well. What is left counts only where it is exactly 0: Azure has sent -1 for "unknown"
 * (openai/openai-dotnet#838).
 */
const RESETS: readonly Read[] = [
  // OpenRouter: milliseconds since 1970, which no length of a wait is.
  (headers, now) => after(ms(headers["x-ratelimit-reset"], 1), now, 1e12),
  // Anthropic's subscriptions: seconds since 1970, of the window that refused.
  ...["5h", "7d"].map((window): Read => {
    const name = `anthropic-ratelimit-unified-${window}`;
    return (headers, now) =>
      headers[`${name}-status`] === "rejected" ? after(ms(headers[`${name}-reset`], 1_000), now, 1e12) : undefined;
  }),
  // Cerebras: windows that begin anew, in seconds.
  ...["requests-day", "tokens-minute", "requests-minute"].map(
    (window): Read =>
      (headers) =>
        headers[`x-ratelimit-remaining-${window}`] === "0"
          ? ms(headers[`x-ratelimit-reset-${window}`], 1_000)
          : undefined,
  ),
];

/** Gemini names it in its body: https://ai.google.dev/gemini-api/docs/rate-limits. */
const RETRY_DELAY = /"retryDelay"\s{0,10}:\s{0,10}"(\d{1,9}(?:\.\d{1,9})?)s"/;

const PLAIN = /^\d{1,15}(\.\d{1,12})?$/;
const ms = (text: string | undefined, unit: number): number | undefined =>
  text !== undefined && PLAIN.test(text) ? Number(text) * unit : undefined;

const after = (moment: number | undefined, now: number, least: number): number | undefined =>
  moment === undefined || moment < least ? undefined : moment - now;

function orDate(text: string | undefined, now: number): number | undefined {
  if (text === undefined || PLAIN.test(text)) return ms(text, 1_000);
  // A date begins with its day: "-5" is none, whatever a parser makes of it.
  const moment = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment - now;
}
