/** The memory of a gateway's calls: the writer, and the work that its table needs now and then. Nothing of it waits in the way of a call. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { CallRows } from "../store/store.ts";
import { intoStore } from "./into-store.ts";
import { outboxOf } from "./outbox.ts";
import { reasonOf } from "../wire/reason.ts";
import { type Writer, writerOf } from "./writer.ts";

export interface RememberOptions {
  readonly dataDir: string;
  /** Opens the store where it is not open. Rejects while it cannot be. */
  readonly calls: () => Promise<CallRows>;
  readonly config: Pick<Config, "storage" | "outbox">;
  /** Milliseconds since 1970. */
  clock(): number;
  warn(message: string): void;
}

/** SQLite's file is locked for other writers meanwhile, about 15 µs a row; PostgreSQL is asked over a network. */
const ROWS_AT_ONCE = { file: 200, server: 500 };
const ROLL_UP_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** After the start, and apart from the other processes that start with this one. */
const FIRST_MS = 5_000;
const APART_MS = 10_000;

export function remember({ dataDir, calls, config, clock, warn }: RememberOptions): Writer {
  const root = join(dataDir, "journal");
  const rowsAtOnce = config.storage.url === undefined ? ROWS_AT_ONCE.file : ROWS_AT_ONCE.server;
  const writer = writerOf({
    root,
    store: intoStore({ calls, rowsAtOnce, root, warn }),
    ...(config.outbox && { outbox: outboxOf({ to: config.outbox, root, warn }) }),
    warn,
  });
  void writer.adopt();
  const { callsDays, rollupsDays } = config.storage;
  const retain = async (): Promise<void> => {
    const days = { calls: callsDays, rollups: rollupsDays };
    for (const message of await (await calls()).retain(clock(), days)) warn(message);
  };
  const chores = [
    chore("The sums of calls", ROLL_UP_MS, async () => (await calls()).rollUp(clock()), warn),
    chore("The retention of calls", DAY_MS, retain, warn),
  ];
  return {
    ...writer,
    stop: async () => {
      for (const stop of chores) stop();
      await writer.stop();
    },
  };
}

/** Soon, and then again and again; one that fails is said once and tried again at its next time. */
function chore(name: string, everyMs: number, work: () => Promise<void>, warn: (message: string) => void): () => void {
  let hasFailed = false;
  let isAtWork = false;
  const run = async (): Promise<void> => {
    if (isAtWork) return;
    isAtWork = true;
    try {
      await work();
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) warn(`${name} could not be brought up to date (${reasonOf(error)}). It is tried again.`);
      hasFailed = true;
    }
    isAtWork = false;
  };
  const first = setTimeout(() => void run(), FIRST_MS + Math.random() * APART_MS);
  const again = setInterval(() => void run(), everyMs);
  first.unref();
  again.unref();
  return () => {
    clearTimeout(first);
    clearInterval(again);
  };
}
