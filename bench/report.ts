/** The measured values beside their aims, for a console and for RESULTS.md. */
import type { Latency } from "./client.ts";
import { IDLE_STREAMS, type Aim, type Load } from "./loads.ts";
import { MANNERS } from "./scenarios.ts";
import type { Added, LoadResult } from "./measure.ts";

export interface Report {
  readonly machine: readonly string[];
  /** What was run, so that a reader can run it again. */
  readonly command: string;
  readonly loads: readonly LoadResult[];
  readonly memory: readonly Memory[];
  /** Milliseconds from start to the first answer, one a start. */
  readonly readyMs?: number;
}

/** In MB. */
export interface Memory {
  readonly name: string;
  readonly idle: number;
  /** The most while all loads ran. */
  readonly loaded: number;
  readonly after: number;
  /** Above what it was, with IDLE_STREAMS open. */
  readonly streams: number;
  /** What the idle value is made of. */
  readonly members: string;
}

const AIMS = { idleMb: 120, loadedMb: 200, readyMs: 500 } as const;

export function markdown(report: Report): string {
  const failures = report.loads.flatMap(({ load, failures: found }) => found.map((text) => `- ${load.title}: ${text}`));
  return [
    "## CPU",
    "",
    "Time of all threads, user and system, for one request or one stream; the median of interleaved rounds. Reads: how often a client found bytes for one answer; what is slow finds many frames at once and looks cheaper than it is, except where a frame comes every 2 ms.",
    "",
    ...table(["load", "ratio to nginx", "aim", "gateway", "nginx", "reads, gateway / nginx"], report.loads.map(cpuRow)),
    "",
    "## Latency",
    "",
    "Added to going direct, milliseconds, p50 / p99, few requests at a time.",
    "",
    ...table(
      ["load", "gateway, first byte", "gateway, whole", "nginx, first byte", "nginx, whole"],
      report.loads.map(latencyRow),
    ),
    "",
    "## Memory and start",
    "",
    ...table(
      ["MB resident", "idle", "loaded", "after", `${IDLE_STREAMS} open streams add`],
      report.memory.map(memoryRow),
    ),
    "",
    ...report.memory.map(({ name, members }) => `${name}, idle: ${members}.`),
    ...(report.readyMs === undefined
      ? []
      : [
          "",
          `Ready ${report.readyMs.toFixed(0)} ms after its start, median${verdict(report.readyMs, AIMS.readyMs, `${AIMS.readyMs} ms`)}.`,
        ]),
    ...(failures.length > 0 ? ["", "## Failed", "", ...failures] : []),
    "",
  ].join("\n");
}

export const document = (report: Report): string => `# How fast

Written by \`${report.command}\`. nginx \`proxy_pass\` is the floor: the same requests, the same answers, the same run. The gateway reads a key, checks a body, finds a target, edits or translates, watches the usage and writes a record; nginx copies. An aim is something to look at: nothing fails when it is missed.

${report.machine.map((line) => `- ${line}`).join("\n")}

${markdown(report)}`;

function cpuRow({ load, cpu, reads }: LoadResult): readonly string[] {
  const found = [reads.gateway, reads.nginx].map((count) => count?.toFixed(0) ?? "–").join(" / ");
  const aim = "cpuMs" in load.aim ? `< ${load.aim.cpuMs} ms` : `≤ ${load.aim.timesNginx} ×`;
  if (cpu.gateway === undefined || cpu.ratio === undefined) return [load.title, "–", aim, "–", time(cpu.nginx), found];
  return [
    load.title,
    `${cpu.ratio.toFixed(1)} ×`,
    `${aim} ${met(load.aim, cpu.gateway, cpu.ratio)}`,
    time(cpu.gateway),
    time(cpu.nginx),
    found,
  ];
}

const met = (aim: Aim, cpuMicros: number, ratio: number): string =>
  ("cpuMs" in aim ? cpuMicros < aim.cpuMs * 1000 : ratio <= aim.timesNginx) ? "ok" : "**over**";

const time = (micros: number): string =>
  micros < 1000 ? `${micros.toFixed(0)} µs` : `${(micros / 1000).toFixed(2)} ms`;

function latencyRow({ load, added }: LoadResult): readonly string[] {
  // How long a paced stream takes is decided by the upstream's clock.
  const whole = isPaced(load) ? "–" : undefined;
  const pair = ({ p50, p99 }: Latency): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
  const cells = (of: Added | undefined): readonly string[] =>
    of ? [pair(of.first), whole ?? pair(of.whole)] : ["–", "–"];
  return [load.title, ...cells(added.gateway), ...cells(added.nginx)];
}

const isPaced = ({ scenario }: Load): boolean => scenario !== "whole" && MANNERS[scenario].pauseMs > 0;

function memoryRow({ name, idle, loaded, after, streams }: Memory): readonly string[] {
  const aims = name === "gateway";
  return [
    name,
    `${idle.toFixed(0)}${aims ? verdict(idle, AIMS.idleMb, String(AIMS.idleMb)) : ""}`,
    `${loaded.toFixed(0)}${aims ? verdict(loaded, AIMS.loadedMb, String(AIMS.loadedMb)) : ""}`,
    after.toFixed(0),
    streams.toFixed(0),
  ];
}

const verdict = (value: number, aim: number, text: string): string =>
  ` (aim < ${text}: ${value < aim ? "ok" : "**over**"})`;

/** Columns as wide as their widest cell: readable on a console, and left alone by the formatter. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)];
}
