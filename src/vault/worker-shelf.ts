/** A shelf in a thread of its own, where reasoning is sealed too: neither holds the thread of all calls. */
import type { StorePlace } from "../store/place.ts";
import type { Secrets } from "../store/secret.ts";
import { threadOf } from "../store/thread.ts";
import type { Shelf } from "./shelf.ts";

/** The first message to the thread. */
export interface Opening extends Omit<StorePlace, "secrets"> {
  readonly secrets: Secrets;
}

/** `start` makes the thread at the first question: the gateway's start does not wait for it. */
export function workerShelf(opening: Opening, start: () => Worker): Shelf {
  const { ask, isStarted, end } = threadOf(opening, start);
  return {
    put: (notes, now) => ask("shelf", "put", [notes, now]),
    get: (keys, now) => ask("shelf", "get", [keys, now]),
    prune: (now, bounds) => ask("shelf", "prune", [now, bounds]),
    close: async () => {
      if (isStarted()) await ask("shelf", "close", []);
    },
    end: () => end("it was stopped"),
  };
}
