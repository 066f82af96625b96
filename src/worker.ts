/** A worker: one of several processes on one port. Started by workers/supervisor.ts, which tells it over their channel what it serves. */
import { sightingsFor } from "./cli/missing.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";
import { type Log, logOf, lostLine } from "./observe/log.ts";
import { output } from "./observe/output.ts";
import { type Cooled, cooldowns } from "./routing/cooldowns.ts";
import { type Made, provenance } from "./vault/provenance.ts";
import { countersOver } from "./workers/counters.ts";
import { type Line, lineOf, type Parcel } from "./workers/line.ts";
import { reasoningOver } from "./workers/reasoning.ts";
import type { Opening } from "./workers/opening.ts";
import type { Begun } from "./workers/process.ts";

const FLUSH_MS = 300;
let gateway: RunningGateway | undefined;
let said = output(() => "");

const known = provenance((made) => line.tell("sealed", made));

const cooling = cooldowns(Date.now);
cooling.listen((cooled) => line.tell("cooled", cooled));

const line: Line = lineOf((parcel) => process.send?.(parcel), {
  begin: async (opening: Opening): Promise<Begun> => {
    const { format } = opening.config.log;
    said = output((lines) => lostLine(format, lines));
    const early: string[] = [];
    const { log, isUp } = logFrom(logOf(format, said.print), early);
    const { config, dataDir, secret, instance, seals } = opening;
    const seen = sightingsFor(config, dataDir);
    for (const made of seals) known.learn(made);
    gateway = await startGateway(config, {
      log,
      ...(dataDir !== undefined && { dataDir }),
      ...(secret !== undefined && { secret }),
      ...(seen && { sightings: seen }),
      cooldowns: cooling,
      // Redis counts for all replicas, and so for all workers.
      ...(config.redis === undefined && { counters: countersOver(line) }),
      crew: { instance, reasoning: reasoningOver(line), provenance: known },
    });
    isUp();
    return { warnings: early };
  },
  sealed: (made: Made) => known.learn(made),
  cooled: (cooled: Cooled) => cooling.hear(cooled),
  openCalls: () => gateway?.openCalls() ?? 0,
  stop: () => void end(() => gateway?.stop()),
  leave: () => void gateway?.leave().then(() => end(() => gateway?.stop())),
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
  line.flush();
  await said.flush(FLUSH_MS);
  process.exit(0);
}

process.on("message", (parcel: Parcel) => line.receive(parcel));
// Nobody is left who would tell it to stop, and its port must be free for whoever comes.
process.on("disconnect", () => process.exit(1));
// A terminal's Ctrl-C, and a service manager's stop, reach every process: the supervisor says what shall become of it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
