/** A worker as a process: started, asked over its channel, read line by line. */
import { orLate } from "../time/limit.ts";
import type { Worker } from "./crew.ts";
import { eachLine } from "./lines-of.ts";
import { lineOf, type Parcel, type Verbs } from "./line.ts";

/** What a worker says once it serves. */
export interface Begun {
  readonly warnings: readonly string[];
}

export interface ProcessOptions {
  /** The program and its words. */
  readonly command: readonly string[];
  /** The first question to it: what it serves. */
  readonly opening: unknown;
  /** What it may ask. */
  readonly verbs: Verbs;
  /** A line that it printed. */
  print(line: string): void;
  /** A stop that takes longer is none. */
  readonly stopMs: number;
}
export interface WorkerProcess extends Worker {
  readonly begun: Begun;
  tell(verb: string, ...words: readonly unknown[]): void;
}

/** Throws what the worker threw when it began. */
export async function startWorker({ command, opening, verbs, print, stopMs }: ProcessOptions): Promise<WorkerProcess> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    serialization: "json",
    ipc: (parcel: Parcel) => line.receive(parcel),
    onExit: () => line.cut(),
  });
  const line = lineOf((parcel) => child.send(parcel), verbs);
  const read = eachLine(child.stdout, print).catch(() => {});
  const ended = child.exited.then(async (code) => {
    await read;
    return child.signalCode === null ? `exit code ${code}` : `signal ${child.signalCode}`;
  });
  const begin = line.ask("begin", [opening]) as Promise<Begun>;
  const end = async (verb: "stop" | "leave"): Promise<void> => {
    line.tell(verb);
    if ((await orLate(ended, stopMs)) !== "late") return;
    child.kill("SIGKILL");
    await ended;
  };
  try {
    const begun = await Promise.race([begin, ended.then((how) => Promise.reject(new Error(`it ended with ${how}`)))]);
    return {
      begun,
      ended,
      tell: line.tell,
      openCalls: () => line.ask("openCalls", []) as Promise<number>,
      kill: () => child.kill("SIGKILL"),
      stop: () => end("stop"),
      leave: () => end("leave"),
    };
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
}
