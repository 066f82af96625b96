/** The console: one readable line per call, or one JSON object. */
import type { CallRecord, Sink } from "../ledger/ledger.ts";
import { totals } from "../ir/usage.ts";

export interface Log extends Sink {
  info(message: string): void;
  warn(message: string): void;
}
type Print = (line: string) => void;

export function textLog(print: Print = console.log): Log {
  return {
    info: print,
    warn: (message) => print(`warning: ${message}`),
    write: (record) => print(callLine(record)),
  };
}

export function jsonLog(print: Print = console.log): Log {
  const line = (level: string, fields: object): void =>
    print(JSON.stringify({ time: new Date().toISOString(), level, ...fields }));
  return {
    info: (message) => line("info", { message }),
    warn: (message) => line("warn", { message }),
    write: (record) => line(record.outcome === "failed" ? "error" : "info", { event: "call", ...record }),
  };
}

/** `12:00:01 cursor gpt-high → azure/gpt-5 200 · 12.3k in (9.1k cached) 410 out · first 820 ms, all 4.1 s · 2 losses` */
export function callLine(record: CallRecord): string {
  const time = new Date(record.startedAt).toTimeString().slice(0, 8);
  const served = record.provider ? ` → ${record.provider}/${record.modelServed ?? "?"}` : "";
  const parts = [
    `${time} ${record.client} ${record.modelAsked ?? "-"}${served} ${statusOf(record)}`,
    tokensOf(record),
    timesOf(record),
    record.attempts > 1 ? `${record.attempts} attempts` : "",
    record.lossCount > 0 ? `${record.lossCount} ${record.lossCount === 1 ? "loss" : "losses"}` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function statusOf(record: CallRecord): string {
  if (record.outcome === "abandoned") return "abandoned";
  return record.error ? `${record.status} ${record.error}` : String(record.status);
}

function tokensOf(record: CallRecord): string {
  if (record.usage.source === "none") return "";
  const { prompt, cacheRead, output } = totals(record.usage);
  const cached = cacheRead > 0 ? ` (${count(cacheRead)} cached)` : "";
  return `${count(prompt)} in${cached} ${count(output)} out`;
}

function timesOf(record: CallRecord): string {
  const first = record.firstTokenMs === undefined ? "" : `first ${duration(record.firstTokenMs)}, `;
  return `${first}all ${duration(record.totalMs)}`;
}

const count = (tokens: number): string => (tokens < 1000 ? String(tokens) : `${(tokens / 1000).toFixed(1)}k`);
const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
