/** What setup has changed on this machine, and what was there before: one file in the data folder, with the old files beside it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface ChangedFile {
  readonly path: string;
  /** Absent: the file was made by us. */
  readonly before?: string;
  readonly after: string;
}

export interface State {
  readonly setups: Readonly<Record<string, { readonly url: string; readonly files: readonly ChangedFile[] }>>;
  /** Made by us, parents first. */
  readonly folders: readonly string[];
}

const EMPTY: State = { setups: {}, folders: [] };
const fileOf = (dataDir: string): string => join(dataDir, "setup.json");

export function readState(dataDir: string): State {
  const path = fileOf(dataDir);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as State) : EMPTY;
}

/** Makes the folders of these files and of the state; what it made is remembered. Holds keys: for the owner's eyes only. */
export function writeState(dataDir: string, state: State): void {
  const folders = [...state.folders, ...makeFolder(dataDir)];
  writeFileSync(fileOf(dataDir), `${JSON.stringify({ ...state, folders }, null, 2)}\n`, { mode: 0o600 });
}

/** The folders that had to be made, parents first. */
export function makeFolder(path: string): string[] {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return missing;
}

/** Without this client; the last one takes the file and our folders with it. */
export function forget(dataDir: string, id: string): void {
  const state = readState(dataDir);
  const { [id]: _gone, ...setups } = state.setups;
  const isLast = Object.keys(setups).length === 0;
  if (isLast) rmSync(fileOf(dataDir), { force: true });
  const kept = [...state.folders].reverse().filter((folder) => !removeEmpty(folder));
  if (!isLast) writeState(dataDir, { setups, folders: kept.reverse() });
}

/** True when it is gone. */
function removeEmpty(folder: string): boolean {
  if (!existsSync(folder)) return true;
  if (readdirSync(folder).length > 0) return false;
  rmdirSync(folder);
  return true;
}
