/** A thread of a database, from outside: SQLite blocks the thread that calls it, and the gateway has one thread for all calls. */
import { DataFault } from "./folder.ts";

export interface Question {
  readonly id: number;
  readonly room: string;
  readonly verb: string;
  readonly words: readonly unknown[];
}
export interface ToldError {
  readonly message: string;
  readonly code?: string;
  /** A person can put it right, and the message says how. */
  readonly isFault: boolean;
}
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ToldError };

export interface Thread {
  ask<T>(room: string, verb: string, words: readonly unknown[]): Promise<T>;
  isStarted(): boolean;
  /** Immediately and for good: pending questions fail. */
  end(reason: string): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** `opening`: the first message to it. `start` makes the thread at the first question: the gateway's start does not wait for it. One that breaks is made anew by the next question. */
export function threadOf(opening: unknown, start: () => Worker): Thread {
  const pending = new Map<number, Pending>();
  let count = 0;
  let worker: Worker | undefined;
  let ended: Error | undefined;

  const breakOff = (reason: string): Error => {
    const error = new Error(`the thread of the database ended: ${reason}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    worker?.terminate();
    worker = undefined;
    return error;
  };
  const settle = (reply: Reply): void => {
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    // An idle thread keeps no process alive.
    if (pending.size === 0) worker?.unref();
    if ("value" in reply) waiting?.resolve(reply.value);
    else waiting?.reject(errorOf(reply.error));
  };
  const started = (): Worker => {
    const made = start();
    /** What an earlier thread still says is nothing to those who ask the present one. */
    const ifPresent = (act: () => void): void => void (made === worker && act());
    made.addEventListener("message", ({ data }: MessageEvent<Reply>) => ifPresent(() => settle(data)));
    made.addEventListener("error", ({ message }) => ifPresent(() => breakOff(message)));
    made.addEventListener("close", () => ifPresent(() => breakOff("it left without a word")));
    made.postMessage(opening);
    return made;
  };
  return {
    ask: <T>(room: string, verb: string, words: readonly unknown[]) =>
      new Promise<T>((resolve, reject) => {
        if (ended) return reject(ended);
        worker ??= started();
        worker.ref();
        const question: Question = { id: count++, room, verb, words };
        pending.set(question.id, { resolve: resolve as Pending["resolve"], reject });
        worker.postMessage(question);
      }),
    isStarted: () => worker !== undefined,
    end: (reason) => void (ended ??= breakOff(reason)),
  };
}

function errorOf({ message, code, isFault }: ToldError): Error {
  const error = isFault ? new DataFault(message) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
