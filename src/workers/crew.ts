/** The workers of one port: each in its place, replaced when it dies, and one after the other when all are replaced. */

import { orLate } from "../time/limit.ts";
import { reasonOf } from "../wire/reason.ts";

/** One process. */
export interface Worker {
  /** Resolves when it has ended, with words for how. */
  readonly ended: Promise<string>;
  /** It takes no new call, and ends when its open ones have. */
  stop(): Promise<void>;
  /** The same, while another takes over: without a loss for its clients. */
  leave(): Promise<void>;
  openCalls(): Promise<number>;
  /** Ends it at once, with its open calls. */
  kill(): void;
}

export interface CrewOptions {
  readonly workers: number;
  /** Starts one; resolves when it serves. */
  start(): Promise<Worker>;
  /** Something that the operator must know. */
  tell(words: string): void;
  readonly pace?: Pace;
}
export interface Pace {
  /** One that ends sooner after its start was never well. */
  readonly wellMs: number;
  /** Before the first new try; each further one waits twice as long. */
  readonly againMs: number;
  readonly againMaxMs: number;
  /** How often each is asked whether it hears. */
  readonly askMs: number;
}

export interface Crew {
  /** Rejects where a first worker does not start. */
  start(): Promise<void>;
  /** Each is followed by a new one, one place after the other; false where a new one did not start, and the old ones stay. */
  replace(): Promise<boolean>;
  openCalls(): Promise<number>;
  stop(): Promise<void>;
  /** Rejects when workers die again and again. */
  readonly failed: Promise<never>;
}

const PACE: Pace = { wellMs: 10_000, againMs: 100, againMaxMs: 5_000, askMs: 5_000 };
/** Questions without an answer, one after the other. More than one, for a machine that slept has answered none of the last. */
const UNHEARD_MAX = 3;
/** Ends shortly after a start, one after the other, of whichever workers. */
const DEATHS_MAX = 6;

export function crewOf({ workers, start, tell, pace = PACE }: CrewOptions): Crew {
  const places: (Worker | undefined)[] = Array.from({ length: workers }, () => undefined);
  const failed = Promise.withResolvers<never>();
  // Somebody may not listen yet.
  failed.promise.catch(() => {});
  let deaths = 0;
  let isStopping = false;
  let replacing = Promise.resolve(true);

  const entering = new Set<Promise<void>>();
  const enter = (place: number): Promise<void> => {
    const entered = begin(place).finally(() => entering.delete(entered));
    entering.add(entered);
    return entered;
  };
  const begin = async (place: number): Promise<void> => {
    const since = performance.now();
    const worker = await start();
    if (isStopping) return worker.stop();
    places[place] = worker;
    watch(worker);
    void worker.ended.then((how) => {
      // One that was replaced, or told to stop, may end.
      if (isStopping || places[place] !== worker) return;
      places[place] = undefined;
      if (performance.now() - since >= pace.wellMs) deaths = 0;
      void again(place, how);
    });
  };
  /** The kernel goes on giving connections to one that hangs, and each of them would wait for ever. */
  const watch = (worker: Worker): void => {
    let unheard = 0;
    const timer = setInterval(() => {
      if (unheard++ < UNHEARD_MAX)
        return void worker
          .openCalls()
          .then(() => (unheard = 0))
          .catch(() => {});
      clearInterval(timer);
      tell(`A worker has not answered for ${(UNHEARD_MAX * pace.askMs) / 1_000} seconds, and is ended.`);
      worker.kill();
    }, pace.askMs);
    timer.unref();
    void worker.ended.then(() => clearInterval(timer));
  };
  const again = async (place: number, how: string): Promise<void> => {
    deaths++;
    if (deaths > DEATHS_MAX)
      return failed.reject(
        new Error(
          `Workers end as soon as they have started (${deaths} times, the last one: ${how}). The gateway stops.`,
        ),
      );
    const waitMs = Math.min(pace.againMs * 2 ** (deaths - 1), pace.againMaxMs);
    tell(`A worker has ended: ${how}. Its open calls are lost; another one starts in ${waitMs} ms.`);
    await Bun.sleep(waitMs);
    if (isStopping || places[place] !== undefined) return;
    await enter(place).catch((error: unknown) => again(place, wordsOf(error)));
  };
  const follow = async (place: number): Promise<void> => {
    const before = places[place];
    await enter(place);
    await before?.leave();
  };
  const replaceAll = async (): Promise<boolean> => {
    for (const place of places.keys())
      try {
        if (!isStopping) await follow(place);
      } catch (error) {
        tell(`A new worker did not start: ${wordsOf(error)}. Those that serve go on as they were.`);
        return false;
      }
    return true;
  };

  return {
    // The first one alone: it finds the port, and what is wrong with a start is told once.
    start: async () => {
      for (const place of places.keys()) await enter(place);
    },
    replace: () => (replacing = replacing.then(replaceAll)),
    openCalls: async () => {
      const open = await Promise.all(
        places.map((worker) =>
          worker
            ? orLate(
                worker.openCalls().catch(() => 0),
                pace.askMs,
              )
            : 0,
        ),
      );
      return open.reduce<number>((sum, calls) => sum + (calls === "late" ? 0 : calls), 0);
    },
    stop: async () => {
      isStopping = true;
      await Promise.allSettled([...entering]);
      await Promise.all(places.map((worker) => worker?.stop()));
    },
    failed: failed.promise,
  };
}

const wordsOf = (error: unknown): string => reasonOf(error).replace(/\.$/, "");
