/** Whether the database at a place is still the file that was opened: into one that was deleted SQLite writes on, and nobody ever reads it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE } from "./folder.ts";
import type { StorePlace } from "./place.ts";

export interface OpenedFile {
  /** Somebody deleted it, or put another one in its place. */
  isGone(): boolean;
}

/** Asked right after the opening. A server's database has no file here. */
export function openedFile({ dataDir, url }: StorePlace): OpenedFile {
  if (url !== undefined) return { isGone: () => false };
  const path = join(dataDir, DATABASE_FILE);
  const opened = inodeOf(path);
  return { isGone: () => inodeOf(path) !== opened };
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
