/** The measured values beside the last ones and their aims, for a console and for RESULTS.md. */
import type { Latency } from "./client.ts";
import { IDLE_STREAMS, type Load } from "./loads.ts";
import type { Added, LoadResult } from "./measure.ts";
import type { Memory } from "./memory.ts";
import { type FigureName, type Results, resultsOf } from "./results.ts";
import { MANNERS } from "./scenarios.ts";
import { table } from "./table.ts";

export interface Report {
  readonly machine: readonly string[];
  readonly yardstickMicros: number;
  /** What was run, so that a reader can run it again. */
  readonly command: string;
  readonly loads: readonly LoadResult[];
  readonly memory: readonly Memory[];
  /** Milliseconds from start to the first answer, the median of some starts. */
  readonly readyMs?: number;
  /** Names, in the order of the command line. */
  readonly peers: readonly string[];
}

const FIGURES: Readonly<Record<FigureName, { readonly title: string; readonly aim: number; readonly unit: string }>> = {
  idleMb: { title: "resident, idle", aim: 75, unit: "MB" },
  loadedMb: { title: "resident, the most under load", aim: 180, unit: "MB" },
  streamsMb: { title: `${IDLE_STREAMS} open streams add`, aim: 45, unit: "MB" },
  readyMs: { title: "ready after its start", aim: 250, unit: "ms" },
};

export const document = (report: Report, last: Results | undefined): string => `# How fast

Written by \`${report.command}\`. nginx \`proxy_pass\` is the floor: the same requests, the same answers, the same run. The gateway reads a key, checks a body, finds a target, edits or translates, watches the usage and writes a record; nginx copies. An aim is something to look at: nothing fails when it is missed; [WHERE.md](WHERE.md) says why one is. The last results are those that this file held before; on another machine only their order can be compared.

${report.machine.map((line) => `- ${line}`).join("\n")}
- last results: ${last?.machine.join("; ") ?? "none"}

${markdown(report, last)}`;

export function markdown(report: Report, last: Results | undefined): string {
  const failures = report.loads.flatMap(({ load, failures: found }) => found.map((text) => `- ${load.title}: ${text}`));
  return [
    "## CPU",
    "",
    "Time of all threads, user and system, for one request or one stream, times nginx's; the median of interleaved rounds. On Bun: what a bare proxy that does nothing else takes, where it was measured. Reads: how often a client found bytes for one answer; what is slow finds many frames at once and looks cheaper than it is, except where a frame comes every 2 ms.",
    "",
    ...table(
      ["load", "ratio to nginx", "last", "aim", "", "on Bun", "gateway", "nginx", "reads, gateway / nginx"],
      report.loads.map((result) => cpuRow(result, last)),
    ),
    "",
    "## Memory and start",
    "",
    ...table(["gateway", "now", "last", "aim", "", "nginx"], figureRows(report, last)),
    "",
    ...report.memory.map(
      ({ name, idle, loaded, after, members }) =>
        `${name}: idle ${mb(idle)} (${members}), loaded ${mb(loaded)}, after ${mb(after)}.`,
    ),
    "",
    ...peerTables(report),
    "## Latency",
    "",
    "Added to going direct, milliseconds, p50 / p99, few requests at a time.",
    "",
    ...table(
      ["load", "gateway, first byte", "gateway, whole", "nginx, first byte", "nginx, whole"],
      report.loads.map(({ load, of }) => [
        load.title,
        ...latencies(load, of.get("gateway")?.added),
        ...latencies(load, of.get("nginx")?.added),
      ]),
    ),
    ...(failures.length > 0 ? ["", "## Failed", "", ...failures] : []),
    "",
  ].join("\n");
}

const NONE = "–";
const times = (ratio: number | undefined): string => (ratio === undefined ? NONE : `${ratio.toFixed(1)} ×`);
const mb = (value: number): string => `${value.toFixed(0)} MB`;
const micros = (value: number | undefined): string =>
  value === undefined ? NONE : value < 1000 ? `${value.toFixed(0)} µs` : `${(value / 1000).toFixed(2)} ms`;
const verdict = (value: number | undefined, aim: number): string =>
  value === undefined ? NONE : value <= aim ? "ok" : "**over**";

function cpuRow({ load, of }: LoadResult, last: Results | undefined): readonly string[] {
  const [gateway, nginx] = [of.get("gateway"), of.get("nginx")];
  return [
    load.title,
    times(gateway?.ratio),
    times(last?.ratios[load.id]),
    `≤ ${load.aim} ×`,
    verdict(gateway?.ratio, load.aim),
    load.floor === undefined ? NONE : `${load.floor} ×`,
    micros(gateway?.cpu),
    micros(nginx?.cpu),
    [gateway, nginx].map((found) => found?.reads.toFixed(0) ?? NONE).join(" / "),
  ];
}

function figureRows(report: Report, last: Results | undefined): readonly (readonly string[])[] {
  const { figures } = resultsOf(report);
  const nginx = report.memory.find(({ name }) => name === "nginx");
  const floors: Partial<Record<FigureName, number | undefined>> = {
    idleMb: nginx?.idle,
    loadedMb: nginx?.loaded,
    streamsMb: nginx?.streams,
  };
  return (Object.keys(FIGURES) as FigureName[]).map((name) => {
    const { title, aim, unit } = FIGURES[name];
    const shown = (value: number | undefined): string => (value === undefined ? NONE : `${value.toFixed(0)} ${unit}`);
    return [
      title,
      shown(figures[name]),
      shown(last?.figures[name]),
      `≤ ${aim} ${unit}`,
      verdict(figures[name], aim),
      shown(floors[name]),
    ];
  });
}

function latencies(load: Load, added: Added | undefined): readonly string[] {
  if (!added) return [NONE, NONE];
  const pair = ({ p50, p99 }: Latency): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
  // How long a paced stream takes is decided by the upstream's clock.
  return [pair(added.first), isPaced(load) ? NONE : pair(added.whole)];
}

const isPaced = ({ scenario }: Load): boolean => scenario !== "whole" && MANNERS[scenario].pauseMs > 0;

function peerTables({ loads, peers }: Report): readonly string[] {
  if (peers.length === 0) return [];
  const names = ["gateway", ...peers];
  const rows = (cell: (found: NonNullable<ReturnType<LoadResult["of"]["get"]>>) => string) =>
    loads.map(({ load, of }) => [
      load.title,
      ...names.map((name) => {
        const found = of.get(name);
        return found ? cell(found) : "failed";
      }),
    ]);
  const section = (title: string, cell: Parameters<typeof rows>[0]): readonly string[] => [
    `${title}:`,
    "",
    ...table(["load", ...names], rows(cell)),
    "",
  ];
  return [
    "## Peers",
    "",
    ...section("CPU, times nginx's (–: its process is not known)", ({ ratio }) => times(ratio)),
    ...section(
      "Requests or streams a second, with all cores shared by client, contender and upstream",
      ({ perSecond }) => perSecond.toFixed(0),
    ),
    ...section(
      "First byte, added to going direct, milliseconds, p50 / p99",
      ({ added }) => `${added.first.p50.toFixed(2)} / ${added.first.p99.toFixed(2)}`,
    ),
  ];
}
