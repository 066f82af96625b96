/** Rounds: the same load at each contender in turn, so that whatever else the machine does falls on all of them. */
import { join } from "node:path";
import type { Latency, Measured } from "./client.ts";
import type { Contender } from "./contenders.ts";
import { IDLE, IDLE_STREAMS, type Load } from "./loads.ts";
import { median } from "./numbers.ts";
import { cpuBetween, cpuTimes, members } from "./process.ts";

/** The upstream itself is the one without anything between. Without `gateway` it could not be started, and the floor is measured alone. */
export interface Field {
  readonly direct: Contender;
  readonly nginx: Contender;
  readonly gateway?: Contender;
  readonly peers: readonly Contender[];
}

export const proxiesOf = ({ nginx, gateway, peers }: Field): readonly Contender[] => [
  nginx,
  ...(gateway ? [gateway] : []),
  ...peers,
];

/** Of one contender under one load. */
export interface Figures {
  /** CPU per request in microseconds. Absent where its process is not known. */
  readonly cpu?: number;
  /** CPU, times the floor's in the same round: nginx's, where no other is named. */
  readonly ratio?: number;
  /** Reads of the client's socket per answer. */
  readonly reads: number;
  readonly perSecond: number;
}
/** Milliseconds over going direct. */
export interface Added {
  readonly first: Latency;
  readonly whole: Latency;
}

export interface LoadResult {
  readonly load: Load;
  /** By the contender's name. Whoever is missing failed at every request. */
  readonly of: ReadonlyMap<string, Figures & { readonly added: Added }>;
  readonly failures: readonly string[];
}

export interface Effort {
  readonly rounds: number;
  /** 1: the counts of the table; less for a look. */
  readonly share: number;
}

export async function measure(load: Load, field: Field, effort: Effort): Promise<LoadResult> {
  const failures = new Set<string>();
  const figures = await cpuFigures(load, proxiesOf(field), effort, failures);
  const asked = [field.direct, ...proxiesOf(field).filter(({ name }) => figures.has(name))];
  const latencies = new Map<string, Measured[]>(asked.map(({ name }) => [name, []]));
  const { count, open } = load.latency;
  for (let round = 0; round < effort.rounds; round++)
    for (const to of asked)
      latencies.get(to.name)?.push(await runClient(load, to, shared(count, effort), open, failures));
  const direct = latencies.get(field.direct.name) ?? [];
  return {
    load,
    of: new Map(
      [...figures].map(([name, found]) => [name, { ...found, added: addedBy(latencies.get(name) ?? [], direct) }]),
    ),
    failures: [...failures],
  };
}

/** Without those that failed at every request; what fails is added to `failures`. */
export async function cpuFigures(
  load: Load,
  contenders: readonly Contender[],
  effort: Effort,
  failures: Set<string>,
  /** Whose CPU the ratios are of. */
  floor = "nginx",
): Promise<ReadonlyMap<string, Figures>> {
  const working: Contender[] = [];
  // Compilers and connection pools are warm before anything is counted.
  for (const to of contenders) {
    const { count, failed } = await runClient(load, to, load.count, load.open, failures);
    if (failed < count) working.push(to);
  }
  const rounds = new Map<string, Figures[]>(working.map(({ name }) => [name, []]));
  for (let round = 0; round < effort.rounds; round++)
    for (const to of working) rounds.get(to.name)?.push(await cpuRound(load, to, shared(load.count, effort), failures));
  return new Map([...rounds].map(([name, found]) => [name, middle(found, rounds.get(floor) ?? [])]));
}

const shared = (count: number, { share }: Effort): number => Math.round(count * share);

async function cpuRound(load: Load, to: Contender, count: number, failures: Set<string>): Promise<Figures> {
  const before = to.pid === undefined ? undefined : cpuTimes(to.pid);
  const measured = await runClient(load, to, count, load.open, failures);
  const { reads, perSecond } = measured;
  if (to.pid === undefined || before === undefined) return { reads, perSecond };
  return { reads, perSecond, cpu: cpuBetween(before, cpuTimes(to.pid)) / measured.count / 1000 };
}

function middle(rounds: readonly Figures[], floors: readonly Figures[]): Figures {
  // Of each round by itself: what slows a machine for a while slows both.
  const ratios = rounds.flatMap(({ cpu }, at) => {
    const floor = floors[at]?.cpu;
    return cpu === undefined || floor === undefined ? [] : [cpu / floor];
  });
  const cpus = rounds.flatMap(({ cpu }) => cpu ?? []);
  return {
    ...(cpus.length > 0 && { cpu: median(cpus) }),
    ...(ratios.length > 0 && { ratio: median(ratios) }),
    reads: median(rounds.map(({ reads }) => reads)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  };
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

export async function runClient(
  load: Load,
  to: Contender,
  count: number,
  open: number,
  failures: Set<string>,
): Promise<Measured> {
  const child = client("run", load, to, Math.max(open, count), open);
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`The client of ${load.id} at ${to.name} failed.`);
  const measured = JSON.parse(text) as Measured;
  if (measured.failed > 0)
    failures.add(`${to.name}: ${measured.failed} of ${measured.count} failed: ${measured.failure}`);
  return measured;
}

const client = (action: "run" | "hold", load: Load, to: Contender, count: number, open: number) =>
  Bun.spawn([process.execPath, CLIENT, action, load.id, String(count), String(open), JSON.stringify(to)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });

/** Memory while streams are open and slow, above what it was before, in MB. */
export async function idleStreams(to: Contender, pid: number): Promise<number> {
  const before = rssMb(pid);
  const child = client("hold", IDLE, to, IDLE_STREAMS, 32);
  for await (const _ of child.stdout) break;
  if (child.exitCode !== null) throw new Error(`${IDLE_STREAMS} streams could not be held open at ${to.name}.`);
  const open = rssMb(pid);
  await child.stdin.end();
  await child.exited;
  return open - before;
}

/** Of a process and all below it. */
export const rssMb = (pid: number): number => members(pid).reduce((sum, member) => sum + member.rssMb, 0);
