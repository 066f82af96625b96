/** Calls as lines that fit a terminal: what differs from call to call. */
import type { CallRow } from "../store/call-row.ts";
import { dollars, shownDollars } from "../cost/money.ts";
import { escaped } from "../wire/printable.ts";

interface Column {
  readonly head: string;
  readonly width: number;
  readonly side: "left" | "right";
  readonly of: (row: CallRow) => string;
}

const GAP = 2;

const COLUMNS = {
  time: { head: "TIME", width: 14, side: "left", of: (row) => timeOf(row.ended_at) },
  key: { head: "KEY", width: 10, side: "left", of: (row) => row.key },
  client: { head: "CLIENT", width: 11, side: "left", of: (row) => row.client },
  model: { head: "MODEL", width: 34, side: "left", of: modelOf },
  status: { head: "STATUS", width: 7, side: "left", of: statusOf },
  input: { head: "IN", width: 10, side: "right", of: inputOf },
  output: { head: "OUT", width: 6, side: "right", of: (row) => shortCount(row.tokens_output) },
  cost: { head: "COST", width: 9, side: "right", of: (row) => money(row.cost_nano) },
  first: { head: "FIRST", width: 6, side: "right", of: (row) => seconds(row.first_token_ms) },
  total: { head: "TOTAL", width: 6, side: "right", of: (row) => seconds(row.total_ms) },
  session: { head: "SESSION", width: 36, side: "left", of: (row) => row.session ?? "-" },
} as const satisfies Readonly<Record<string, Column>>;
type Name = keyof typeof COLUMNS;

/** What goes first where there is no room. */
const LESSER: readonly Name[] = ["session", "first", "total", "client", "key"];
const MODEL_MIN = 12;

export interface CallTable {
  readonly head: string;
  line(row: CallRow): string;
}

/** Every line of a table has the same columns, so that what follows later stands under what came first. */
export function callTable(width: number): CallTable {
  const columns = fitting(width);
  return {
    head: joined(columns, ({ head }) => head),
    line: (row) => joined(columns, ({ of }) => escaped(of(row))),
  };
}

function fitting(width: number): readonly Column[] {
  const left = new Set(LESSER);
  const names = Object.keys(COLUMNS) as Name[];
  for (let at = 0; ; at++) {
    const shown = names.filter((name) => !LESSER.includes(name) || left.has(name));
    const over = shown.reduce((sum, name) => sum + COLUMNS[name].width + GAP, -GAP) - width;
    const model = COLUMNS.model.width - Math.max(0, over);
    const next = LESSER[at];
    if (model >= MODEL_MIN || next === undefined)
      return shown.map((name) =>
        name === "model" ? { ...COLUMNS[name], width: Math.max(MODEL_MIN, model) } : COLUMNS[name],
      );
    left.delete(next);
  }
}

const joined = (columns: readonly Column[], text: (column: Column) => string): string =>
  columns
    .map((column) => cell(text(column), column))
    .join(" ".repeat(GAP))
    .trimEnd();

function cell(text: string, { width, side }: Column): string {
  const cut = Bun.stringWidth(text) > width ? `${Bun.sliceAnsi(text, 0, width - 1)}…` : text;
  const room = " ".repeat(Math.max(0, width - Bun.stringWidth(cut)));
  return side === "left" ? cut + room : room + cut;
}

/** Month and day, hours to seconds, as this machine's clock has them. */
function timeOf(at: number): string {
  const local = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(local.getMonth() + 1)}-${two(local.getDate())} ${local.toTimeString().slice(0, 8)}`;
}

function modelOf({ model_asked: asked, model_served: served, provider }: CallRow): string {
  if (served === null) return asked ?? "-";
  return asked === served ? `${asked}` : `${asked ?? "-"} → ${provider ?? "?"}/${served}`;
}

/** The status where a call ended, and what became of it where it did not. */
function statusOf({ outcome, status }: CallRow): string {
  if (outcome === "ended") return String(status);
  if (outcome === "failed") return status < 400 ? `${status} cut` : String(status);
  return outcome === "abandoned" ? "left" : "unknown";
}

/** Everything that went in, and how much of it came from a cache. */
function inputOf(row: CallRow): string {
  const all = inputTokens(row);
  const cached = all === 0 || row.tokens_cache_read === 0 ? "" : ` ${share(row.tokens_cache_read, all)}`;
  return shortCount(all) + cached;
}

const inputTokens = (row: CallRow): number =>
  row.tokens_input +
  row.tokens_cache_read +
  row.tokens_cache_write_5m +
  row.tokens_cache_write_1h +
  row.tokens_cache_write_12h;

export const share = (part: number, all: number): string => `${Math.floor((part / all) * 100)}%`;

/** As the log has it; --json has every digit. "?": the price is not known. */
export const money = (nano: number | null): string => (nano === null ? "?" : shownDollars(nano));

/** `850`, `12.3k`, `1.2M`. */
export function shortCount(value: number): string {
  if (value < 1_000) return String(value);
  const [unit, letter] = value < 999_950 ? [1_000, "k"] : value < 999_950_000 ? [1_000_000, "M"] : [1_000_000_000, "G"];
  return `${(value / unit).toFixed(1)}${letter}`;
}

const seconds = (ms: number | null): string =>
  ms === null
    ? "-"
    : ms < 1_000
      ? `${ms}ms`
      : ms < 100_000
        ? `${(ms / 1_000).toFixed(1)}s`
        : `${Math.round(ms / 1_000)}s`;

/** One call with all that is known of it, a line each; of money every digit. */
export const callPage = (row: CallRow): string =>
  Object.entries(row)
    .filter(([, value]) => value !== null && !isEmpty(value))
    .map(([name, value]) => `${name.replace(/_nano$/, "").padEnd(24)}${escaped(shown(name, value))}`)
    .join("\n");

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

function shown(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("_at")) return new Date(value).toISOString();
  if (typeof value === "number" && name.endsWith("_nano")) return `$${dollars(value)}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
