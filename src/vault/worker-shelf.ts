/** A shelf in a worker thread: SQLite blocks the thread that calls it, and the gateway has one thread for all calls. */
import type { Secrets } from "../store/secret.ts";
import type { Shelf } from "./shelf.ts";

/** The first message to the thread. */
export interface Opening {
  readonly dir: string;
  readonly secrets: Secrets;
}

type Verb = Exclude<keyof Shelf, "end">;
export interface Question {
  readonly id: number;
  readonly verb: Verb;
  readonly words: readonly unknown[];
}
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** `start` makes the thread at the first question: the gateway's start does not wait for it. */
export function workerShelf(opening: Opening, start: () => Worker): Shelf {
  const pending = new Map<number, Pending>();
  let count = 0;
  let worker: Worker | undefined;
  let broken: Error | undefined;

  const breakOff = (reason: string): void => {
    broken ??= new Error(`the thread of the database ended: ${reason}`);
    for (const { reject } of pending.values()) reject(broken);
    pending.clear();
    worker?.terminate();
  };
  const settle = (reply: Reply): void => {
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    // An idle thread keeps no process alive.
    if (pending.size === 0) worker?.unref();
    if ("value" in reply) waiting?.resolve(reply.value);
    else waiting?.reject(Object.assign(new Error(reply.error.message), reply.error));
  };
  const started = (): Worker => {
    const made = start();
    made.addEventListener("message", ({ data }: MessageEvent<Reply>) => settle(data));
    made.addEventListener("error", ({ message }) => breakOff(message));
    made.addEventListener("close", () => breakOff("it left without a word"));
    made.postMessage(opening);
    return made;
  };
  const ask = <T>(verb: Verb, ...words: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      worker ??= started();
      worker.ref();
      const question: Question = { id: count++, verb, words };
      pending.set(question.id, { resolve: resolve as Pending["resolve"], reject });
      worker.postMessage(question);
    });

  return {
    put: (notes, now) => ask("put", notes, now),
    get: (keys, now) => ask("get", keys, now),
    prune: (now, bounds) => ask("prune", now, bounds),
    close: async () => {
      if (worker && !broken) await ask("close");
    },
    end: () => breakOff("it was stopped"),
  };
}
