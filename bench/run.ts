/** The gateway against nginx, in one run, before the same upstream. bin/bench.js says what can be asked for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startGateway, type Gateway } from "./gateway.ts";
import { machine } from "./machine.ts";
import { idleStreams, measure, peakRssMb, rssMb, type Field, type LoadResult } from "./measure.ts";
import { startNginx, type Contestant } from "./nginx.ts";
import { median } from "./numbers.ts";
import { members, start } from "./process.ts";
import { document, markdown, type Memory, type Report } from "./report.ts";
import { wanted } from "./wanted.ts";

const { write, quick, loads, effort } = wanted();

const STARTS = 5;
/** Long enough for a collector that works when nobody asks. */
const SETTLE_MS = 5_000;

const report = await withUpstream(async (upstreamPort) => {
  const about = machine();
  const starts = await startTimes(upstreamPort, quick ? 1 : STARTS);
  const nginx = await startNginx(upstreamPort);
  const gateway = starts.length > 0 ? await startGateway(upstreamPort) : undefined;
  try {
    return await everything(about, starts, { direct: { port: upstreamPort }, nginx, ...(gateway && { gateway }) });
  } finally {
    await gateway?.stop();
    await nginx.stop();
  }
});
console.log(`\n${report.machine.join("\n")}\n\n${markdown(report)}`);
if (write) writeFileSync(join(import.meta.dir, "RESULTS.md"), document(report));

async function withUpstream<T>(work: (port: number) => Promise<T>): Promise<T> {
  const upstream = start([process.execPath, join(import.meta.dir, "upstream.ts")]);
  try {
    return await work(Number(await upstream.line));
  } finally {
    await upstream.stop();
  }
}

/** Empty when the gateway does not start: then the floor is measured alone, and the reason is shown. */
async function startTimes(upstreamPort: number, times: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let at = 0; at < times; at++) {
    let gateway: Gateway;
    try {
      gateway = await startGateway(upstreamPort);
    } catch (error) {
      console.error(`The gateway did not start, nginx runs alone: ${(error as Error).message}`);
      return [];
    }
    found.push(gateway.readyMs);
    await gateway.stop();
  }
  return found;
}

async function everything(about: readonly string[], starts: readonly number[], field: Field): Promise<Report> {
  const watched = (["gateway", "nginx"] as const).flatMap((name) => {
    const at = field[name];
    return at ? [{ name, at }] : [];
  });
  await Bun.sleep(1_000);
  const before = watched.map(({ at }) => ({ idle: rssMb(at.pid), members: madeOf(at.pid) }));
  const peaks = new Map<string, number>();
  const results: LoadResult[] = [];
  for (const load of loads) {
    console.error(`· ${load.title}`);
    results.push(await watching(watched, peaks, () => measure(load, field, effort)));
    console.error(`  at most ${[...peaks].map(([name, mb]) => `${name} ${mb.toFixed(0)} MB`).join(", ")} so far`);
  }
  const memory: Memory[] = [];
  for (const [index, { name, at }] of watched.entries()) {
    await Bun.sleep(SETTLE_MS);
    const after = rssMb(at.pid);
    const streams = await idleStreams(name, at);
    memory.push({
      name,
      ...(before[index] as { idle: number; members: string }),
      loaded: peaks.get(name) ?? 0,
      after,
      streams,
    });
  }
  return {
    machine: about,
    command: `npm run bench -- --write${quick ? " --quick" : ""}`,
    loads: results,
    memory,
    ...(starts.length > 0 && { readyMs: median(starts) }),
  };
}

/** Runs `work` and keeps the most memory that each process had meanwhile. */
async function watching<T>(
  watched: readonly { name: string; at: Pick<Contestant, "pid"> }[],
  peaks: Map<string, number>,
  work: () => Promise<T>,
): Promise<T> {
  const nested = watched.reduce<() => Promise<T>>(
    (inner, { name, at }) =>
      async () => {
        const { peak, result } = await peakRssMb(at.pid, inner);
        peaks.set(name, Math.max(peak, peaks.get(name) ?? 0));
        return result;
      },
    work,
  );
  return nested();
}

function madeOf(pid: number): string {
  return members(pid)
    .map(({ name, rssMb: mb }) => `${name} ${mb.toFixed(0)}`)
    .join(", ");
}
