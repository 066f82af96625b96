/** The thread of the database, from inside. Only `store-thread.ts` starts it. */
import { DataFault } from "./folder.ts";
import { openStore } from "./place.ts";
import type { Store } from "./store.ts";
import type { Opening, Question, Reply, ToldError } from "./thread.ts";

declare const self: Worker;

let opening: Opening;
let store: Promise<Store> | undefined;

self.addEventListener("message", ({ data }: MessageEvent<Opening | Question>) => {
  if ("place" in data) opening = data;
  else void answer(data);
});

/** What could not be opened is tried again at the next question: its lock may be gone, its server back. */
const opened = (): Promise<Store> =>
  (store ??= openStore(opening.place).catch((error: unknown) => {
    store = undefined;
    throw error;
  }));

async function answer({ id, room, verb, words }: Question): Promise<void> {
  let reply: Reply;
  try {
    reply = { id, value: await asked(await opened(), room, verb)(...words) };
  } catch (error) {
    reply = { id, error: told(error) };
  }
  self.postMessage(reply);
}

type Rooms = Readonly<Record<string, Readonly<Record<string, (...words: readonly unknown[]) => unknown>>>>;

/** The questions are those of our own program. */
function asked(from: Store, room: string, verb: string): (...words: readonly unknown[]) => unknown {
  const rooms: Rooms = {
    ...(from as unknown as Rooms),
    store: { epoch: from.epoch, close: from.close, ready: () => undefined },
  };
  const called = rooms[room]?.[verb];
  if (called === undefined) throw new Error(`a store has no ${room}.${verb}`);
  return called;
}

/** An error loses its code and its kind between threads. */
function told(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error), isFault: false };
  const isFault = error instanceof DataFault;
  return { message: error.message, isFault, ...("code" in error && { code: String(error.code) }) };
}
