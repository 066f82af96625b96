/** A worker: one of several processes on one port. Started by workers/supervisor.ts, which tells it over their channel what it serves. */
import { sightingsFor } from "./cli/missing.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";
import { type Log, logOf, lostLine } from "./observe/log.ts";
import { output } from "./observe/output.ts";
import { lineOf, type Parcel } from "./workers/line.ts";
import type { Opening } from "./workers/opening.ts";
import type { Begun } from "./workers/process.ts";

const FLUSH_MS = 300;
let gateway: RunningGateway | undefined;
let said = output(() => "");

const line = lineOf((parcel) => process.send?.(parcel), {
  begin: async (opening: Opening): Promise<Begun> => {
    const { format } = opening.config.log;
    said = output((lines) => lostLine(format, lines));
    const early: string[] = [];
    const { log, isUp } = logFrom(logOf(format, said.print), early);
    const { config, dataDir, secret, instance } = opening;
    const seen = sightingsFor(config, dataDir);
    gateway = await startGateway(config, {
      log,
      ...(dataDir !== undefined && { dataDir }),
      ...(secret !== undefined && { secret }),
      ...(seen && { sightings: seen }),
      crew: { instance },
    });
    isUp();
    return { warnings: early };
  },
  openCalls: () => gateway?.openCalls() ?? 0,
  stop: () => void end(() => gateway?.stop()),
});

/** What is said until it is up goes to the supervisor, which says it once for all. */
function logFrom(log: Log, early: string[]): { log: Log; isUp(): void } {
  let up = false;
  return {
    log: { ...log, warn: (message, fields) => (up ? log.warn(message, fields) : void early.push(message)) },
    isUp: () => void (up = true),
  };
}

let isEnding = false;
async function end(work: () => Promise<void> | undefined): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await work();
  await said.flush(FLUSH_MS);
  process.exit(0);
}

process.on("message", (parcel: Parcel) => line.receive(parcel));
// Nobody is left who would tell it to stop, and its port must be free for whoever comes.
process.on("disconnect", () => process.exit(1));
// A terminal's Ctrl-C, and a service manager's stop, reach every process: the supervisor says what shall become of it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
