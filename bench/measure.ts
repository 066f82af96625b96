/** Rounds: the same load at each contender in turn, so that whatever else the machine does falls on all of them. */
import { join } from "node:path";
import type { Latency, Measured } from "./client.ts";
import { IDLE, IDLE_STREAMS, type Contender, type Load } from "./loads.ts";
import { median } from "./numbers.ts";
import { cpuBetween, cpuTimes, members } from "./process.ts";

/** Where each contender listens. The upstream itself is the one without anything between. */
export interface Field {
  readonly direct: { readonly port: number };
  readonly nginx: { readonly port: number; readonly pid: number };
  /** Absent: it could not be started, and the floor is measured alone. */
  readonly gateway?: { readonly port: number; readonly pid: number };
}

export interface LoadResult {
  readonly load: Load;
  /** CPU per request in microseconds. */
  readonly cpu: { readonly nginx: number; readonly gateway?: number; readonly ratio?: number };
  /** Milliseconds over going direct. */
  readonly added: { readonly nginx: Added; readonly gateway?: Added };
  /** Reads of the client's socket per answer. */
  readonly reads: { readonly nginx: number; readonly gateway?: number };
  readonly failures: readonly string[];
}
export interface Added {
  readonly first: Latency;
  readonly whole: Latency;
}

export interface Effort {
  readonly rounds: number;
  /** 1: the counts of the table; less for a look. */
  readonly share: number;
}

export async function measure(load: Load, field: Field, effort: Effort): Promise<LoadResult> {
  const failures: string[] = [];
  const proxies = (["nginx", "gateway"] as const).filter((name) => field[name]);
  const send = async (to: Contender, count: number, open: number, share = effort.share): Promise<Measured> => {
    const measured = await runClient(load, to, portOf(field, to), Math.max(open, Math.round(count * share)), open);
    if (measured.failed > 0)
      failures.push(`${to}: ${measured.failed} of ${measured.count} failed: ${measured.failure}`);
    return measured;
  };
  // Compilers and connection pools are warm before anything is counted.
  for (const name of proxies) await send(name, load.count, load.open, 1);
  const rounds: Partial<Record<Contender, { cpu: number; reads: number }>>[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    const found: (typeof rounds)[number] = {};
    for (const name of proxies)
      found[name] = await cpuRound(field[name] as { pid: number }, () => send(name, load.count, load.open));
    rounds.push(found);
  }
  const latencies: Record<Contender, Measured[]> = { direct: [], nginx: [], gateway: [] };
  for (let round = 0; round < effort.rounds; round++)
    for (const name of ["direct", ...proxies] as const)
      latencies[name].push(await send(name, load.latency.count, load.latency.open));
  const of = (name: "nginx" | "gateway", key: "cpu" | "reads") =>
    median(rounds.map((round) => round[name]?.[key] ?? Number.NaN));
  return {
    load,
    cpu: {
      nginx: of("nginx", "cpu"),
      ...(field.gateway && {
        gateway: of("gateway", "cpu"),
        // Of each round by itself: what slows a machine for a while slows both.
        ratio: median(rounds.map((round) => (round.gateway?.cpu ?? Number.NaN) / (round.nginx?.cpu ?? Number.NaN))),
      }),
    },
    added: {
      nginx: addedBy(latencies.nginx, latencies.direct),
      ...(field.gateway && { gateway: addedBy(latencies.gateway, latencies.direct) }),
    },
    reads: { nginx: of("nginx", "reads"), ...(field.gateway && { gateway: of("gateway", "reads") }) },
    failures: [...new Set(failures)],
  };
}

const portOf = (field: Field, to: Contender): number => {
  const found = field[to];
  if (!found) throw new Error(`${to} is not running.`);
  return found.port;
};

async function cpuRound(
  of: { readonly pid: number },
  send: () => Promise<Measured>,
): Promise<{ cpu: number; reads: number }> {
  const before = cpuTimes(of.pid);
  const { count, reads } = await send();
  return { cpu: cpuBetween(before, cpuTimes(of.pid)) / count / 1000, reads };
}

function addedBy(measured: readonly Measured[], direct: readonly Measured[]): Added {
  const middle = (of: readonly Measured[], what: "first" | "whole", which: keyof Latency): number =>
    median(of.map((one) => one[what][which]));
  const added = (what: "first" | "whole"): Latency => ({
    p50: middle(measured, what, "p50") - middle(direct, what, "p50"),
    p99: middle(measured, what, "p99") - middle(direct, what, "p99"),
  });
  return { first: added("first"), whole: added("whole") };
}

const CLIENT = join(import.meta.dir, "client.ts");

async function runClient(load: Load, to: Contender, port: number, count: number, open: number): Promise<Measured> {
  const child = Bun.spawn([process.execPath, CLIENT, "run", load.id, to, String(port), String(count), String(open)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`The client of ${load.id} at ${to} failed.`);
  return JSON.parse(text) as Measured;
}

/** Memory while streams are open and slow, above what it was before, in MB. */
export async function idleStreams(
  to: "nginx" | "gateway",
  at: { readonly port: number; readonly pid: number },
): Promise<number> {
  const before = rssMb(at.pid);
  const child = Bun.spawn(
    [process.execPath, CLIENT, "hold", IDLE.id, to, String(at.port), String(IDLE_STREAMS), "32"],
    {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  for await (const _ of child.stdout) break;
  if (child.exitCode !== null) throw new Error(`${IDLE_STREAMS} streams could not be held open at ${to}.`);
  const open = rssMb(at.pid);
  await child.stdin.end();
  await child.exited;
  return open - before;
}

/** Of a process and all below it. */
export const rssMb = (pid: number): number => members(pid).reduce((sum, member) => sum + member.rssMb, 0);

/** The most memory seen while `work` ran. */
export async function peakRssMb<T>(pid: number, work: () => Promise<T>): Promise<{ peak: number; result: T }> {
  let peak = 0;
  const look = (): void => void (peak = Math.max(peak, rssMb(pid)));
  const timer = setInterval(look, 50);
  try {
    const result = await work();
    look();
    return { peak, result };
  } finally {
    clearInterval(timer);
  }
}
