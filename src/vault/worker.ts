/** The worker thread: the store, and what seals and unseals its rows. Only `open.ts` starts it. */
import { sqliteStore } from "../store/sqlite.ts";
import { boxOf } from "./box.ts";
import type { Opening, Question, Reply } from "./worker-shelf.ts";
import { type Shelf, shelfOf } from "./shelf.ts";

declare const self: Worker;

type OpenShelf = Omit<Shelf, "end">;
let opening: Opening;
let shelf: Promise<OpenShelf> | undefined;

self.addEventListener("message", ({ data }: MessageEvent<Opening | Question>) => {
  if ("dir" in data) opening = data;
  else void answer(data);
});

async function opened({ dir, secrets }: Opening): Promise<OpenShelf> {
  const store = await sqliteStore(dir);
  return { ...shelfOf(store.reasoning, boxOf(secrets)), close: () => store.close() };
}

/** A file that could not be opened is tried again at the next question: its lock may be gone. */
const openShelf = (): Promise<OpenShelf> =>
  (shelf ??= opened(opening).catch((error: unknown) => {
    shelf = undefined;
    throw error;
  }));

async function answer({ id, verb, words }: Question): Promise<void> {
  let reply: Reply;
  try {
    const called = (await openShelf())[verb] as (...words: readonly unknown[]) => Promise<unknown>;
    reply = { id, value: await called(...words) };
  } catch (error) {
    reply = { id, error: plain(error) };
  }
  self.postMessage(reply);
}

/** An error loses its code between threads. */
function plain(error: unknown): { message: string; code?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...("code" in error && { code: String(error.code) }) };
}
