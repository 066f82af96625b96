/** What a call used. Counters are disjoint, so that a price is a sum over them. */

/**
 * `input` excludes what was read from or written to the cache. `reasoning` is a share of `output`, after normalising
 * (xAI Chat and Gemini report it beside the output; every other vendor inside it).
 */
export interface UsageLine {
  /** Only where it is another model than the one that answers. */
  readonly model?: string;
  readonly kind: "message" | "compaction" | "advisor" | "fallback";
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Lines, because one answer can bill several models. Anthropic's top-level usage omits compaction and the advisor. */
export interface Usage {
  readonly lines: readonly UsageLine[];
  /** Calls of tools that the vendor runs and bills: `web_search_requests: 2`. */
  readonly hostedCalls: Readonly<Record<string, number>>;
  readonly serviceTier?: string;
  readonly source: "reported" | "estimated" | "none";
}

export const NO_USAGE: Usage = { lines: [], hostedCalls: {}, source: "none" };

export const usageLine = (counts: Partial<UsageLine>): UsageLine => ({
  kind: "message",
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  ...counts,
});

export interface UsageTotals {
  /** Everything that went in: fresh, read from the cache and written to it. */
  readonly prompt: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly input: number;
  readonly output: number;
  readonly reasoning: number;
}

/** The sum over the lines of the answer itself and of what replaced it; `kinds` narrows it. */
export function totals(usage: Usage, kinds?: readonly UsageLine["kind"][]): UsageTotals {
  const sum = { prompt: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, input: 0, output: 0, reasoning: 0 };
  for (const line of usage.lines) {
    if (kinds && !kinds.includes(line.kind)) continue;
    sum.input += line.input;
    sum.cacheRead += line.cacheRead;
    sum.cacheWrite += line.cacheWrite5m + line.cacheWrite1h;
    sum.cacheWrite1h += line.cacheWrite1h;
    sum.output += line.output;
    sum.reasoning += line.reasoning;
  }
  sum.prompt = sum.input + sum.cacheRead + sum.cacheWrite;
  return sum;
}
