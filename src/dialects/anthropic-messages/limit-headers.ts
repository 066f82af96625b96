/** https://platform.claude.com/docs/en/api/rate-limits: the reset is a moment, RFC 3339. */
import type { LimitHeaders, LimitLeft } from "../limit-headers.ts";

const WORDS: Readonly<Record<LimitLeft["of"], string>> = {
  requests: "requests",
  tokens: "tokens",
  input: "input-tokens",
  output: "output-tokens",
};

export const limitHeaders: LimitHeaders = ({ of, max, left, fullMs, now }) => {
  const name = `anthropic-ratelimit-${WORDS[of]}`;
  const full = new Date(Math.ceil((now + fullMs) / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
  return { [`${name}-limit`]: String(max), [`${name}-remaining`]: String(left), [`${name}-reset`]: full };
};
