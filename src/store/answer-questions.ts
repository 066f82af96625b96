/** A thread of a database, from inside: whatever rooms it has, one way to be asked. */
import { DataFault } from "./folder.ts";
import type { Question, Reply, ToldError } from "./thread.ts";

declare const self: Worker;

/** By room and verb. */
export type Rooms = Readonly<Record<string, object>>;

export interface Opened {
  readonly rooms: Rooms;
  /** Whatever was opened is there no more, and is to be opened anew. */
  isGone(): boolean;
}

/** `open`: with the first message to the thread, at the first question. What could not be opened is tried again at the next one: its lock may be gone, its server back. */
export function answerQuestions<Opening>(open: (opening: Opening) => Promise<Opened>): void {
  let opening: Opening;
  let present: Promise<Opened> | undefined;
  // Never closed, nor collected: SQLite would delete the log (-wal) beside the file that has its place now.
  const gone: Opened[] = [];
  const openAnew = (): Promise<Opened> => {
    const mine = open(opening);
    present = mine;
    mine.catch(() => {
      if (present === mine) present = undefined;
    });
    return mine;
  };
  const opened = async (): Promise<Rooms> => {
    const one = await (present ?? openAnew());
    if (!one.isGone()) return one.rooms;
    if (!gone.includes(one)) {
      gone.push(one);
      present = undefined;
    }
    return (await (present ?? openAnew())).rooms;
  };
  self.addEventListener("message", ({ data }: MessageEvent<Opening | Question>) => {
    if (isQuestion(data)) void replyTo(data, opened).then((reply) => self.postMessage(reply));
    else opening = data;
  });
}

const isQuestion = (data: unknown): data is Question => typeof data === "object" && data !== null && "verb" in data;

async function replyTo({ id, room, verb, words }: Question, opened: () => Promise<Rooms>): Promise<Reply> {
  try {
    const asked = (await opened())[room] as Readonly<Record<string, unknown>> | undefined;
    const called = asked?.[verb];
    // The questions are those of our own program.
    if (typeof called !== "function") throw new Error(`there is no ${room}.${verb}`);
    return { id, value: await (called as (...words: readonly unknown[]) => unknown)(...words) };
  } catch (error) {
    return { id, error: told(error) };
  }
}

/** An error loses its code and its kind between threads. */
function told(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error), isFault: false };
  const isFault = error instanceof DataFault;
  return { message: error.message, isFault, ...("code" in error && { code: String(error.code) }) };
}
