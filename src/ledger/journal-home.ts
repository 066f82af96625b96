/** The journal of this process in a folder of its own: opened when it can be, tried again where the disk does not take it, and found another folder where somebody took this one. */
import { rmdirSync } from "node:fs";
import { openJournal, type Journal } from "./journal.ts";
import { type Holder, type JournalFolder, newFolder, takeDead } from "./journal-folder.ts";
import { reasonOf } from "../wire/reason.ts";
import { tellOnce } from "./tell-once.ts";

export interface JournalHome {
  /** undefined: none could be opened yet. */
  journal(): Journal | undefined;
  /** false: the disk does not take it now. */
  write(work: (to: Journal) => void): boolean;
  /** To the disk, later. */
  sync(): void;
  /** Says that this process lives. */
  beat(): void;
  /** The folder of a dead process, ours from now on until it is `finished` or `failed`. */
  takeDead(): JournalFolder | undefined;
  finished(taken: JournalFolder): void;
  /** It comes again when no other is left: one that cannot be read holds up none. */
  failed(taken: JournalFolder): void;
  /** The folder goes where nothing in it is needed. */
  close(isDone: boolean): void;
}

export interface HomeOptions {
  /** The folder of all journals of a data folder. */
  readonly root: string;
  readonly holder: Holder;
  readonly segmentBytes: number;
  readonly warn: (message: string) => void;
}

/** After a failure. */
const AGAIN_MS = 1_000;

export function journalHome({ root, holder, segmentBytes, warn }: HomeOptions): JournalHome {
  let folder: JournalFolder | undefined;
  let journal: Journal | undefined;
  let taken: JournalFolder | undefined;
  const failures: JournalFolder[] = [];
  let againAt = 0;
  let isClosed = false;
  const tell = tellOnce(warn);

  const failed = (error: unknown): void => {
    againAt = performance.now() + AGAIN_MS;
    tell.begun(
      "failed",
      `The journal of calls in ${root} cannot be written (${reasonOf(error)}). Until it can be, rows wait in memory, and a kill loses them.`,
    );
  };
  const open = (): void => {
    if (journal || isClosed || performance.now() < againAt) return;
    try {
      folder = newFolder(root, holder);
      journal = openJournal(folder.dir, segmentBytes);
    } catch (error) {
      failed(error);
    }
  };
  open();

  return {
    journal: () => journal,
    write: (work) => {
      open();
      if (!journal || isClosed || performance.now() < againAt) return false;
      try {
        work(journal);
        tell.over("failed", `The journal of calls in ${root} can be written again.`);
        return true;
      } catch (error) {
        failed(error);
        return false;
      }
    },
    sync: () => void journal?.sync().catch(failed),
    beat: () => {
      try {
        for (const one of [taken, ...failures]) one?.beat();
        if (!folder || !journal || folder.beat()) return;
        warn(
          `The journal ${folder.dir} was taken by another gateway, which thought this one dead. It goes on in another folder.`,
        );
        const next = newFolder(root, holder);
        journal.move(next.dir);
        folder = next;
      } catch (error) {
        failed(error);
      }
    },
    takeDead: () => {
      open();
      if (!folder || isClosed) return undefined;
      folder.beat();
      return (taken ??= takeDead(root, holder, folder) ?? failures.shift());
    },
    finished: () => void (taken = undefined),
    failed: (again) => {
      taken = undefined;
      failures.push(again);
    },
    close: (isDone) => {
      isClosed = true;
      journal?.close();
      if (!isDone || !folder) return;
      folder.remove();
      try {
        rmdirSync(root);
      } catch {
        // Others have their folders there.
      }
    },
  };
}
