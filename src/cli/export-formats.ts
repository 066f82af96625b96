/** Rows as files that other programs read. Each takes a row at a time, so that memory does not grow with them. */
import type { CallRow } from "../store/call-row.ts";

export const FORMATS = ["jsonl", "csv", "parquet"] as const;
export type ExportFormat = (typeof FORMATS)[number];

type Kind = "text" | "integer" | "moment" | "yes-no" | "json";

/** Every column of a row, in its order. A row of another version may lack one, and has null then. */
export const COLUMNS: Readonly<Record<keyof CallRow, Kind>> = {
  id: "text",
  started_at: "moment",
  ended_at: "moment",
  kind: "text",
  key_id: "text",
  key: "text",
  address: "text",
  tags: "json",
  client: "text",
  client_version: "text",
  session: "text",
  session_from: "text",
  agent: "text",
  parent_agent: "text",
  turn: "text",
  turn_kind: "text",
  repo: "text",
  branch: "text",
  commit_hash: "text",
  pr: "text",
  surface: "text",
  dialect: "text",
  lane: "text",
  stream: "yes-no",
  model_asked: "text",
  model_entry: "text",
  model_served: "text",
  provider: "text",
  effort_asked: "text",
  effort_sent: "text",
  outcome: "text",
  status: "integer",
  error: "text",
  why: "text",
  stop_reason: "text",
  upstream_id: "text",
  attempts: "json",
  losses: "json",
  loss_count: "integer",
  tools: "json",
  response_ms: "integer",
  queue_ms: "integer",
  first_token_ms: "integer",
  total_ms: "integer",
  overhead_ms: "integer",
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
  service_tier: "text",
  cost_nano: "integer",
  price_version: "text",
  priced: "yes-no",
  estimated: "yes-no",
  held_nano: "integer",
  settled: "yes-no",
};
const NAMES = Object.keys(COLUMNS) as (keyof CallRow)[];

export async function* jsonLines(rows: AsyncIterable<CallRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** As https://www.rfc-editor.org/rfc/rfc4180 has it, with a head. */
export async function* csvLines(rows: AsyncIterable<CallRow>): AsyncGenerator<string> {
  yield `${NAMES.join(",")}\r\n`;
  for await (const row of rows) yield `${NAMES.map((name) => csvCell(row[name], COLUMNS[name])).join(",")}\r\n`;
}

function csvCell(value: unknown, kind: Kind): string {
  if (value === null || value === undefined) return "";
  if (kind === "json") return quoted(harmless(JSON.stringify(value)));
  return typeof value === "string" ? quoted(harmless(value)) : String(value);
}

/** A table program takes a cell that begins so for a formula, which may send the table elsewhere: https://owasp.org/www-community/attacks/CSV_Injection */
const harmless = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const PARQUET = { text: "STRING", integer: "INT64", moment: "TIMESTAMP", "yes-no": "BOOLEAN", json: "JSON" } as const;
/** Rows that are in memory at once. */
const GROUP_ROWS = 5_000;

/** Bytes as they are made, one group of rows at a time. */
export async function writeParquet(
  rows: AsyncIterable<CallRow>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  // Loaded here, since hardly anybody asks for it.
  const { ByteWriter, parquetWriteRows } = await import("hyparquet-writer");
  const buffer = new ByteWriter();
  const flush = async (): Promise<void> => {
    const bytes = buffer.getBytes().slice();
    buffer.index = 0;
    await write(bytes);
  };
  await parquetWriteRows({
    writer: Object.assign(buffer, { flush }),
    rows: parquetRows(rows),
    columns: NAMES.map((name) => ({ name, type: PARQUET[COLUMNS[name]], nullable: true })),
    rowGroupSize: GROUP_ROWS,
    createdBy: "codeswitch",
  });
  await flush();
}

async function* parquetRows(rows: AsyncIterable<CallRow>): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows)
    yield Object.fromEntries(NAMES.map((name) => [name, parquetCell(row[name], COLUMNS[name])]));
}

function parquetCell(value: unknown, kind: Kind): unknown {
  if (value === null || value === undefined) return null;
  if (kind === "integer") return BigInt(Math.round(Number(value)));
  return kind === "moment" ? new Date(Number(value)) : value;
}
