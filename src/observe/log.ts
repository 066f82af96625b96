/** The log: one readable line per call, or one JSON object. */
import type { Config } from "../config/config.ts";
import { paidTotals, toldTotals } from "../ir/usage.ts";
import { shownDollars } from "../cost/money.ts";
import type { CallRecord } from "../ledger/ledger.ts";
import { escaped } from "../wire/printable.ts";

export interface Log {
  /** A call that has ended. */
  write(record: CallRecord): void;
  info(message: string): void;
  /** `fields`: what a program reads instead of the sentence. */
  warn(message: string, fields?: object): void;
}

type Format = Config["log"]["format"];

export function logOf(format: Format, print: (line: string) => void): Log {
  const { message, call } = FORMATS[format];
  return {
    info: (text) => print(message("info", text)),
    warn: (text, fields) => print(message("warn", text, fields)),
    write: (record) => print(call(record)),
  };
}

/** Stands in the log where lines of it are missing. */
export const lostLine = (format: Format, lines: number): string =>
  FORMATS[format].message("warn", `lines of this log dropped here: ${lines}. Whoever reads it did not keep up.`);

/** A line for programs. */
export const jsonLine = (level: "info" | "warn" | "error", fields: object): string =>
  // JSON leaves some characters as they are that a terminal obeys.
  escaped(JSON.stringify({ time: new Date().toISOString(), level, ...fields }));

interface Lines {
  message(level: "info" | "warn", message: string, fields?: object): string;
  call(record: CallRecord): string;
}
const FORMATS: Readonly<Record<Format, Lines>> = {
  text: { message: textLine, call: callLine },
  json: {
    message: (level, message, fields) => jsonLine(level, { ...fields, message }),
    call: (record) => jsonLine(record.outcome === "failed" ? "error" : "info", { event: "call", ...record }),
  },
};

/** What happened has a time, as a call has; what is said of the start has none. */
function textLine(level: "info" | "warn", message: string, fields?: object): string {
  const line = level === "warn" ? `warning: ${message}` : message;
  return fields ? `${clockTime(Date.now())} ${line}` : line;
}

const clockTime = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** `12:00:01 laptop cursor gpt-high → azure/gpt-5 200 · 12.3k in (9.1k cached) 410 out · first 820 ms, all 4.1 s · 2 lost: stop … · 01a1fcf0-e398-78d3` */
function callLine(record: CallRecord): string {
  const served = record.provider ? ` → ${record.provider}/${record.modelServed ?? "?"}` : "";
  const parts = [
    `${clockTime(record.startedAt)} ${record.caller} ${record.client} ${record.modelAsked ?? "-"}${served} ${statusOf(record)}`,
    tokensOf(record),
    record.cost.nano ? shownDollars(record.cost.nano) : "",
    timesOf(record),
    record.attempts.length > 1 ? `${record.attempts.length} attempts` : "",
    ...lostIn(record),
    record.id.slice(0, ID_LENGTH),
  ];
  return escaped(parts.filter((part) => part !== "").join(" · "));
}

/** The millisecond of a UUIDv7 and the count within it: enough to find the call by its `x-codeswitch-request-id`, and by the index of a store. */
const ID_LENGTH = "01a1fcf0-e398-78d3".length;

function statusOf({ outcome, error, status, why }: CallRecord): string {
  if (outcome === "abandoned") return "abandoned";
  return error ? [`${status} ${error}`, ...(why ? [why.replace(/\.$/, "")] : [])].join(": ") : String(status);
}

/** What may have changed the answer, by its first; hints stand in the JSON. */
function lostIn({ lossCount, answerLossCount, losses }: CallRecord): readonly string[] {
  // Where too many were lost, the last that is listed has no path.
  const words = (count: number, what: string, first = ""): string =>
    count === 0 ? "" : `${count} ${what}${first === "" ? "" : `: ${first}`}${count > 1 ? " …" : ""}`;
  return [
    words(lossCount, "lost", losses[0]?.path),
    words(answerLossCount, "lost of the answer", losses[lossCount]?.path),
  ];
}

function tokensOf(record: CallRecord): string {
  if (record.usage.source === "none") return "";
  const [paid, told] = [paidTotals(record.usage), toldTotals(record.usage)];
  const cached = paid.cacheRead > 0 ? ` (${count(paid.cacheRead)} cached)` : "";
  const isMore = paid.prompt + paid.output > told.prompt + told.output;
  const answer = isMore ? ` (the answer: ${count(told.prompt)} in ${count(told.output)} out)` : "";
  // A count of ours, of a stream that ended without a bill.
  const about = record.usage.source === "estimated" ? "~" : "";
  return `${about}${count(paid.prompt)} in${cached} ${about}${count(paid.output)} out${answer}`;
}

function timesOf(record: CallRecord): string {
  const first = record.firstTokenMs === undefined ? "" : `first ${duration(record.firstTokenMs)}, `;
  return `${first}all ${duration(record.totalMs)}`;
}

const count = (tokens: number): string => (tokens < 1000 ? String(tokens) : `${(tokens / 1000).toFixed(1)}k`);
const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
