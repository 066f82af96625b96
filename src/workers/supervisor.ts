/** Several processes on one port. The one that a person started serves nobody: it watches the others, and holds what they count together. */
import type { Config } from "../config/config.ts";
import type { Counters } from "../limits/counters.ts";
import type { MemoryLevel } from "../vault/memory.ts";
import { counterVerbs } from "./counters.ts";
import { cooledPlaces } from "./cooldowns.ts";
import { crewOf, type Worker } from "./crew.ts";
import type { Opening } from "./opening.ts";
import { startWorker } from "./process.ts";
import { reasoningVerbs } from "./reasoning.ts";
import { sealsOf } from "./seals.ts";

export interface SupervisorOptions {
  readonly workers: number;
  readonly opening: Omit<Opening, "seals">;
  readonly held: Held;
  /** A line of a worker. */
  print(line: string): void;
  /** What workers say of their start: each sentence once. */
  warn(sentence: string): void;
  /** What happens to workers. */
  tell(words: string): void;
}

/** What workers have in common, in this process. */
export interface Held {
  readonly counters: Counters;
  readonly reasoning: MemoryLevel;
}

export interface Supervisor {
  openCalls(): Promise<number>;
  /** Workers of this configuration take the place of the old ones, one after the other. False: one did not start, and the old ones stay. */
  replace(config: Config): Promise<boolean>;
  stop(): Promise<void>;
  /** Rejects when workers die again and again. */
  readonly failed: Promise<never>;
}

/** Beyond the drain: the last words to clients, records to disks. */
const STOP_MORE_MS = 10_000;

export async function supervise({ workers, opening, held, print, warn, tell }: SupervisorOptions): Promise<Supervisor> {
  let current = opening;
  const warned = new Set<string>();
  const seals = sealsOf();
  const cooled = cooledPlaces(Date.now);
  const start = async (): Promise<Worker> => {
    const member = seals.join();
    const place = cooled.join();
    const worker = await startWorker({
      command: [process.execPath, ...process.execArgv, ENTRY],
      opening: { ...current, seals: member.known } satisfies Opening,
      verbs: {
        ...counterVerbs(held.counters),
        ...reasoningVerbs(held.reasoning, Date.now),
        sealed: member.heard,
        cooled: place.heard,
      },
      print,
      stopMs: current.config.server.drainMs + STOP_MORE_MS,
    }).catch((error: unknown) => {
      member.leave();
      throw error;
    });
    void worker.ended.then(member.leave).then(place.leave);
    place.listens((one) => worker.tell("cooled", one));
    member.listens((made) => worker.tell("sealed", made));
    for (const sentence of worker.begun.warnings) if (!warned.has(sentence)) warn(sentence);
    for (const sentence of worker.begun.warnings) warned.add(sentence);
    return worker;
  };
  const crew = crewOf({ workers, start, tell });
  try {
    await crew.start();
  } catch (error) {
    await crew.stop();
    throw error;
  }
  return {
    openCalls: crew.openCalls,
    replace: (config) => {
      current = { ...current, config };
      return crew.replace();
    },
    stop: crew.stop,
    failed: crew.failed,
  };
}

const ENTRY = new URL("../worker.ts", import.meta.url).pathname;
