/** What is summed of calls, once: the columns of `sums`, how each comes from a row, and what a report gives of them. */
import type { Engine } from "./call-columns.ts";
import type { UsageSum } from "./store.ts";

interface Measure {
  readonly type: "integer" | "ms";
  /** Of a row of `calls`, in SQL. */
  readonly of: string;
}

const asked = { sqlite: "c.attempts <> '[]'", postgres: "c.attempts::text <> '[]'" };
const count = (condition: string): Measure => ({ type: "integer", of: `case when ${condition} then 1 else 0 end` });
const whole = (of: string): Measure => ({ type: "integer", of });
/** SQLite keeps a flag as 0 or 1. */
const flag = (engine: Engine, name: string): string => (engine === "sqlite" ? `${name} = 1` : name);

const measures = (engine: Engine) =>
  ({
    calls: count("c.kind = 'call'"),
    /** Of any kind that a vendor was asked for: what was refused before is not among them. */
    requests: count(asked[engine]),
    failed: count("c.kind = 'call' and c.outcome = 'failed'"),
    tokens_input: whole("c.tokens_input"),
    tokens_cache_read: whole("c.tokens_cache_read"),
    tokens_cache_write: whole("c.tokens_cache_write_5m + c.tokens_cache_write_1h + c.tokens_cache_write_12h"),
    tokens_output: whole("c.tokens_output"),
    tokens_reasoning: whole("c.tokens_reasoning"),
    cost_nano: whole("coalesce(c.cost_nano, 0)"),
    unpriced_calls: count("c.kind = 'call' and c.cost_nano is null"),
    estimated_calls: count(flag(engine, "c.estimated")),
    total_ms: { type: "ms", of: "c.total_ms" },
  }) as const satisfies Record<Exclude<keyof UsageSum, "value"> | "requests", Measure>;

export type SumName = keyof ReturnType<typeof measures>;
export const SUMS = Object.keys(measures("sqlite")) as readonly SumName[];

export const sumColumnsOf = (engine: Engine): string =>
  Object.entries(measures(engine))
    .map(([name, { type }]) => `${name} ${TYPES[engine][type]} not null`)
    .join(", ");
const TYPES = {
  sqlite: { integer: "integer", ms: "real" },
  postgres: { integer: "bigint", ms: "double precision" },
} as const;

/** `… as name, …` of rows `c` of `calls`, each row for itself. */
export const measuresOf = (engine: Engine): string =>
  Object.entries(measures(engine))
    .map(([name, { of }]) => `${of} as ${name}`)
    .join(", ");
/** `sum(…) as name, …` of rows that have these columns. */
export const SUMMED = SUMS.map((name) => `sum(${name}) as ${name}`).join(", ");
export const SUM_NAMES = SUMS.join(", ");
export const SUMS_REPLACED = SUMS.map((name) => `${name} = excluded.${name}`).join(", ");
