/** Takes over what dead processes left, a folder after the other, as fast as the database takes it. */
import { adopt } from "./adopt.ts";
import type { JournalHome } from "./journal-home.ts";
import { reasonOf } from "../wire/reason.ts";
import { tellOnce } from "./tell-once.ts";

export interface AdoptingOptions {
  readonly home: JournalHome;
  /** Whose progress counts. */
  readonly readers: readonly string[];
  /** More would fill our own journal with what the database does not take. */
  isFar(): boolean;
  /** A row was taken over. */
  took(): void;
  readonly warn: (message: string) => void;
}

export interface Adopting {
  /** One round at a time. Never rejects. */
  all(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_MS = 100;

export function adopting({ home, readers, isFar, took, warn }: AdoptingOptions): Adopting {
  let round: Promise<void> | undefined;
  let isStopping = false;
  const tell = tellOnce(warn);
  const mustWait = (): boolean => isFar() && !isStopping;
  const room = async (): Promise<void> => {
    while (mustWait()) await Bun.sleep(LOOK_MS);
  };
  const take = (id: string, json: string): void | Promise<void> => {
    if (isStopping) throw new Error("the gateway stops");
    if (!home.write((to) => to.row(id, json))) throw new Error("our own journal does not take it");
    took();
    if (mustWait()) return room();
  };
  const sync = async (): Promise<void> => home.journal()?.sync();
  const each = async (): Promise<void> => {
    for (let taken = home.takeDead(); taken !== undefined; taken = home.takeDead()) {
      const mine = taken;
      const { rows, open, damaged } = await adopt(mine, readers, take, sync).catch((error: unknown) => {
        home.failed(mine);
        throw error;
      });
      home.finished(mine);
      if (rows + open + damaged > 0)
        warn(
          `A gateway ended without finishing its journal. Rows taken over: ${rows}; calls whose end nobody saw: ${open}; damaged lines: ${damaged}.`,
        );
    }
    tell.over("failed", "What a dead gateway left could be read after all.");
  };
  const failed = (error: unknown): void => {
    if (!isStopping)
      tell.begun("failed", `What a dead gateway left cannot be taken over (${reasonOf(error)}). It is tried again.`);
  };
  return {
    all: () =>
      (round ??= each()
        .catch(failed)
        .finally(() => {
          round = undefined;
        })),
    stop: async () => {
      isStopping = true;
      await round;
    },
  };
}
