/** A store whose work is done in a thread of its own: what a gateway has. */
import { orLate } from "../time/limit.ts";
import type { StorePlace } from "./place.ts";
import { repriceBy } from "./reprice.ts";
import type {
  CallRows,
  CallSteps,
  CapabilityRows,
  CredentialRows,
  DeploymentRows,
  KeyRows,
  ReasoningRows,
  Store,
} from "./store.ts";
import { threadOf, type Thread } from "./thread.ts";

export interface StoreThread extends Store {
  /** Opens the store. Rejects where it cannot be used, with what a person can do about it; the next question tries again. */
  ready(): Promise<void>;
  /** At once, whatever is still to be written. */
  end(): void;
}

/** What does not end within this time is left: a disk that hangs must not hold the stop. */
const STOP_MS = 2_000;

/**
 * Nothing is opened before the first question. What may take long has a thread of its own, so that neither rows nor
 * the epoch, by which a revoked key is known, wait behind a report. `start`: for tests.
 */
export function storeThread(place: StorePlace, start: () => Worker = startWorker): StoreThread {
  const thread = threadOf(place, start);
  const slow = threadOf({ ...place, isBeside: true } satisfies StorePlace, start);
  const steps: Omit<CallSteps, "reprice"> = {
    ...room<Pick<CallSteps, "insert">>(thread, "calls", ["insert"]),
    ...room<Omit<CallSteps, "insert" | "reprice">>(slow, "calls", LONG),
  };
  const calls: CallRows = { ...steps, reprice: repriceBy(steps) };
  const threads = [thread, slow];
  const end = (): void => {
    for (const one of threads) one.end("it was stopped");
  };
  return {
    reasoning: room<ReasoningRows>(thread, "reasoning", ["put", "get", "version", "prune", "count"]),
    capabilities: room<CapabilityRows>(thread, "capabilities", ["put", "get"]),
    deployments: room<DeploymentRows>(thread, "deployments", ["put", "all"]),
    calls,
    keys: room<KeyRows>(thread, "keys", ["put", "find", "named", "all", "delete"]),
    credentials: room<CredentialRows>(thread, "credentials", ["put", "all", "delete"]),
    epoch: () => thread.ask("store", "epoch", []),
    ready: () => thread.ask("store", "ready", []),
    close: async () => {
      const started = threads.filter((one) => one.isStarted());
      await orLate(Promise.all(started.map((one) => one.ask("store", "close", []).catch(() => {}))), STOP_MS);
      end();
    },
    end,
  };
}

const LONG = ["list", "usage", "spent", "rollUp", "retain", "toPrice", "setPrices"] as const;

const startWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url).href);

/** Each verb as a question to the thread. */
function room<T>({ ask }: Thread, name: string, verbs: readonly (keyof T & string)[]): T {
  return Object.fromEntries(
    verbs.map((verb) => [verb, (...words: readonly unknown[]) => ask(name, verb, words)]),
  ) as unknown as T;
}
