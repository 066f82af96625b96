/** How many workers there shall be. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { ServerConfig } from "../config/config.ts";

export interface Counted {
  readonly workers: number;
  /** What the operator should know of the number. */
  readonly remark?: string;
}

export function countWorkers(
  asked: ServerConfig["workers"],
  { cores = coresHere(), platform = process.platform }: { cores?: number; platform?: string } = {},
): Counted {
  const wanted = asked === "auto" ? cores : asked;
  if (wanted === 1) return { workers: 1 };
  if (platform !== "linux")
    return {
      workers: 1,
      remark: `server.workers is ${asked}: several processes share a port on Linux only, so one serves here.`,
    };
  if (wanted <= cores) return { workers: wanted };
  return {
    workers: wanted,
    remark: `server.workers is ${wanted}, and this machine gives ${cores} ${cores === 1 ? "core" : "cores"}: more workers than cores take memory and answer no sooner. Write auto, or ${cores}.`,
  };
}

/** A container may be given less than its machine has. */
function coresHere(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quotaHere())));
}

/** Cores by the control group's quota; Infinity where there is none. */
function quotaHere(): number {
  try {
    const [quota, period] = readFileSync("/sys/fs/cgroup/cpu.max", "utf8").split(" ").map(Number);
    return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity;
  } catch {
    return Infinity;
  }
}
