/** The columns of `calls`, once: the tables, both inserts and the reader of rows come from here, and the compiler holds them against `CallRow`. */
import type { CallRow } from "./call-row.ts";

/** `?`: may be null. A flag is a boolean where the database has one; `ms` may have a fraction. */
type Column = ColumnKind | `${ColumnKind}?`;
export type ColumnKind = "text" | "integer" | "ms" | "flag" | "json";
type KindOf<T> = T extends string ? "text" : T extends boolean ? "flag" : T extends number ? "integer" | "ms" : "json";
type ColumnOf<T> = null extends T ? `${KindOf<NonNullable<T>>}?` : KindOf<T>;

const COLUMNS = {
  id: "text",
  started_at: "integer",
  ended_at: "integer",
  kind: "text",
  key_id: "text?",
  key: "text",
  address: "text?",
  tags: "json",
  client: "text",
  client_version: "text?",
  session: "text?",
  session_from: "text?",
  agent: "text?",
  parent_agent: "text?",
  turn: "text?",
  turn_kind: "text?",
  repo: "text?",
  branch: "text?",
  commit_hash: "text?",
  pr: "text?",
  surface: "text",
  dialect: "text?",
  lane: "text?",
  stream: "flag",
  model_asked: "text?",
  model_entry: "text?",
  model_served: "text?",
  provider: "text?",
  effort_asked: "text?",
  effort_sent: "text?",
  outcome: "text",
  status: "integer",
  error: "text?",
  why: "text?",
  stop_reason: "text?",
  upstream_id: "text?",
  attempts: "json",
  losses: "json",
  loss_count: "integer",
  tools: "json",
  response_ms: "ms?",
  queue_ms: "ms?",
  first_token_ms: "ms?",
  total_ms: "ms",
  overhead_ms: "ms?",
  tokens_input: "integer",
  tokens_cache_read: "integer",
  tokens_cache_write_5m: "integer",
  tokens_cache_write_1h: "integer",
  tokens_cache_write_12h: "integer",
  tokens_output: "integer",
  tokens_reasoning: "integer",
  hosted_calls: "json",
  usage_lines: "json",
  usage_source: "text",
  service_tier: "text?",
  cost_nano: "integer?",
  price_version: "text?",
  priced: "flag",
  estimated: "flag",
  held_nano: "integer",
  settled: "flag",
} as const satisfies { readonly [K in keyof CallRow]-?: ColumnOf<CallRow[K]> };

export type Engine = "sqlite" | "postgres";

interface Spec {
  readonly name: keyof CallRow;
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
}
export const CALL_SPECS: readonly Spec[] = Object.entries(COLUMNS).map(([name, column]: [string, Column]) => ({
  name: name as keyof CallRow,
  kind: column.replace("?", "") as ColumnKind,
  isNullable: column.endsWith("?"),
}));

const TYPES: Readonly<Record<Engine, Readonly<Record<ColumnKind, string>>>> = {
  // Of a STRICT table. A flag of JSON comes out as 0 or 1.
  sqlite: { text: "text", integer: "integer", ms: "real", flag: "integer", json: "text" },
  postgres: { text: "text", integer: "bigint", ms: "double precision", flag: "boolean", json: "json" },
};

/** `name type, …` as CREATE TABLE takes them. */
export const callColumnsOf = (engine: Engine): string =>
  CALL_SPECS.map(({ name, kind, isNullable }) => `${name} ${TYPES[engine][kind]}${isNullable ? "" : " not null"}`).join(
    ", ",
  );

/** Their names, as a statement lists them. */
export const CALL_COLUMNS = CALL_SPECS.map(({ name }) => name).join(", ");

/** What PostgreSQL reads its rows from; $1: the JSON array. The driver would encode a parameter of the type json once more; as text it stays what it is. */
export const CALLS_FROM_JSON = `select ${CALL_COLUMNS} from json_to_recordset($1::text::json) as rows(${CALL_SPECS.map(({ name, kind }) => `${name} ${TYPES.postgres[kind]}`).join(", ")})`;

/** SQLite reads a JSON text anew for each column of it (110 µs a row); bound one by one they cost 16. */
export const CALL_PARAMETERS = CALL_SPECS.map((_, at) => `$${at + 1}`).join(", ");
/** What a row binds, in the order of the columns. */
export const boundIn = (row: Readonly<Record<string, unknown>>): unknown[] =>
  CALL_SPECS.map(({ name }) => bound(row[name]));

function bound(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

/** A row as the database gives it. */
export function callRow(found: Readonly<Record<string, unknown>>): CallRow {
  const row: Record<string, unknown> = {};
  for (const { name, kind } of CALL_SPECS) row[name] = READ[kind](found[name]);
  return row as unknown as CallRow;
}

const asItIs = (value: unknown): unknown => value ?? null;
const READ: Readonly<Record<ColumnKind, (value: unknown) => unknown>> = {
  text: asItIs,
  ms: asItIs,
  // PostgreSQL's driver gives a bigint as text.
  integer: (value) => (value === null || value === undefined ? null : Number(value)),
  flag: Boolean,
  json: (value) => (typeof value === "string" ? JSON.parse(value) : value),
};
