/** What a run found, as results.json keeps it beside RESULTS.md: what the next run is compared with. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./report.ts";

export interface Results {
  readonly machine: readonly string[];
  /** How fast this machine was with JavaScript alone: yardstick.ts. */
  readonly yardstickMicros?: number;
  /** By the load's id: the gateway's CPU, times nginx's. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly figures: Partial<Readonly<Record<FigureName, number>>>;
}

export type FigureName = "idleMb" | "loadedMb" | "streamsMb" | "readyMs";

const FILE = join(import.meta.dir, "results.json");

export const lastResults = (): Results | undefined =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Results) : undefined;

export const keepResults = (report: Report): void =>
  writeFileSync(FILE, `${JSON.stringify(resultsOf(report), undefined, 2)}\n`);

/** Rounded, so that a difference in the file is one to look at. */
export function resultsOf({ machine, yardstickMicros, loads, memory, readyMs }: Report): Results {
  const ratios = loads.flatMap(({ load, of }) => {
    const ratio = of.get("gateway")?.ratio;
    return ratio === undefined ? [] : [[load.id, rounded(ratio, 2)] as const];
  });
  const gateway = memory.find(({ name }) => name === "gateway");
  return {
    machine,
    yardstickMicros: rounded(yardstickMicros, 1),
    ratios: Object.fromEntries(ratios),
    figures: {
      ...(gateway && { idleMb: rounded(gateway.idle, 0), loadedMb: rounded(gateway.loaded, 0) }),
      ...(gateway?.streams !== undefined && { streamsMb: rounded(gateway.streams, 0) }),
      ...(readyMs !== undefined && { readyMs: rounded(readyMs, 0) }),
    },
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
