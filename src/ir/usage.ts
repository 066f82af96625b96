/** What a call used. Counters are disjoint, so that a price is a sum over them. */

/** `input` excludes what was read from or written to the cache. `reasoning` is a share of `output`, after normalising (xAI Chat and Gemini report it beside the output; every other vendor inside it). */
export interface UsageLine {
  /** Only where it is another model than the one that answers. */
  readonly model?: string;
  /** round: an earlier round of an answer that the gateway made in several. fallback: a hop that was declined. */
  readonly kind: "message" | "round" | "compaction" | "advisor" | "fallback";
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheWrite12h: number;
  readonly output: number;
  readonly reasoning: number;
  /** Where the vendor prices it apart: `fast`. */
  readonly speed?: string;
  /** Where the answer was made, as the vendor says it: `us`. */
  readonly region?: string;
}

/** Lines, because one answer can bill several models. Anthropic's top-level usage omits compaction and the advisor. */
export interface Usage {
  readonly lines: readonly UsageLine[];
  /** Calls of tools that the vendor runs and bills: `web_search_requests: 2`. */
  readonly hostedCalls: Readonly<Record<string, number>>;
  /** Those of them that the gateway ran in the vendor's place: no vendor bills them. */
  readonly ownCalls?: Readonly<Record<string, number>>;
  /** The one that served, not the one that was asked for. */
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
  cacheWrite12h: 0,
  output: 0,
  reasoning: 0,
  ...counts,
});

/** What the vendor bills of them. */
export function billedCalls({ hostedCalls, ownCalls }: Usage): Usage["hostedCalls"] {
  if (!ownCalls) return hostedCalls;
  const billed = Object.entries(hostedCalls).map(([name, calls]) => [name, calls - (ownCalls[name] ?? 0)] as const);
  return Object.fromEntries(billed.filter(([, calls]) => calls > 0));
}

/** An answer that the gateway makes in several rounds: each has the ones before in its prompt, so that the last one is the answer's. */
export function afterRound(before: Usage, last: Usage): Usage {
  if (last.source === "none") return { ...before, hostedCalls: added(before.hostedCalls, last.hostedCalls) };
  const rounds = before.lines.map((line): UsageLine => (line.kind === "message" ? { ...line, kind: "round" } : line));
  return { ...last, lines: [...rounds, ...last.lines], hostedCalls: added(before.hostedCalls, last.hostedCalls) };
}

function added(some: Usage["hostedCalls"], more: Usage["hostedCalls"]): Usage["hostedCalls"] {
  const sum: Record<string, number> = { ...some };
  for (const [name, calls] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + calls;
  return sum;
}

export interface UsageTotals {
  /** Everything that went in: fresh, read from the cache and written to it. */
  readonly prompt: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly cacheWrite12h: number;
  readonly input: number;
  readonly output: number;
  readonly reasoning: number;
}

/** The totals that a client gets, as at the top level of a vendor's usage: the answer itself. Clients size their context by them. */
export const toldTotals = (usage: Usage): UsageTotals => sumOf(usage.lines.filter(({ kind }) => kind === "message"));

/** Everything that is billed, with earlier rounds, compaction, the advisor and declined hops: for the log. Its `cacheRead` may so be more than the client gets. */
export const paidTotals = (usage: Usage): UsageTotals => sumOf(usage.lines);

function sumOf(lines: readonly UsageLine[]): UsageTotals {
  const sum = {
    prompt: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWrite1h: 0,
    cacheWrite12h: 0,
    input: 0,
    output: 0,
    reasoning: 0,
  };
  for (const line of lines) {
    sum.input += line.input;
    sum.cacheRead += line.cacheRead;
    sum.cacheWrite += line.cacheWrite5m + line.cacheWrite1h + line.cacheWrite12h;
    sum.cacheWrite1h += line.cacheWrite1h;
    sum.cacheWrite12h += line.cacheWrite12h;
    sum.output += line.output;
    sum.reasoning += line.reasoning;
  }
  sum.prompt = sum.input + sum.cacheRead + sum.cacheWrite;
  return sum;
}
