/** Rows as files that other programs read. Each takes a row at a time, so that memory does not grow with them. */
import { CALL_SPECS, type ColumnKind } from "../store/call-columns.ts";
import type { CallRow } from "../store/call-row.ts";

export const FORMATS = ["jsonl", "csv", "parquet"] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** A column of a row, in a file. */
type Kind = ColumnKind | "moment";
const COLUMNS = CALL_SPECS.map(({ name, kind }): { readonly name: keyof CallRow; readonly kind: Kind } => ({
  name,
  kind: name === "started_at" || name === "ended_at" ? "moment" : kind,
}));

export async function* jsonLines(rows: AsyncIterable<CallRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** As https://www.rfc-editor.org/rfc/rfc4180 has it, with a head. */
export async function* csvLines(rows: AsyncIterable<CallRow>): AsyncGenerator<string> {
  yield `${COLUMNS.map(({ name }) => name).join(",")}\r\n`;
  for await (const row of rows) yield `${COLUMNS.map(({ name, kind }) => csvCell(row[name], kind)).join(",")}\r\n`;
}

function csvCell(value: unknown, kind: Kind): string {
  if (value === null || value === undefined) return "";
  if (kind === "json") return quoted(harmless(JSON.stringify(value)));
  return typeof value === "string" ? quoted(harmless(value)) : String(value);
}

/** A table program takes a cell that begins so for a formula, which may send the table elsewhere: https://owasp.org/www-community/attacks/CSV_Injection */
const harmless = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const PARQUET = {
  text: "STRING",
  integer: "INT64",
  ms: "DOUBLE",
  moment: "TIMESTAMP",
  flag: "BOOLEAN",
  json: "JSON",
} as const satisfies Readonly<Record<Kind, string>>;
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
    columns: COLUMNS.map(({ name, kind }) => ({ name, type: PARQUET[kind], nullable: true })),
    rowGroupSize: GROUP_ROWS,
    createdBy: "codeswitch",
  });
  await flush();
}

async function* parquetRows(rows: AsyncIterable<CallRow>): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows)
    yield Object.fromEntries(COLUMNS.map(({ name, kind }) => [name, parquetCell(row[name], kind)]));
}

function parquetCell(value: unknown, kind: Kind): unknown {
  if (value === null || value === undefined) return null;
  if (kind === "integer") return BigInt(Number(value));
  return kind === "moment" ? new Date(Number(value)) : value;
}
