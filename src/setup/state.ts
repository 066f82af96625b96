/** What setup has changed on this machine, and what was there before: one file in the data folder, with the old files beside it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { SetupRefused } from "./setup.ts";

const ChangedFileSchema = z.object({
  path: z.string(),
  /** Absent: the file was made by us. */
  before: z.string().optional(),
  after: z.string(),
  /** Of the file before, where others could read it. */
  mode: z.number().optional(),
});
const StateSchema = z.object({
  setups: z.record(z.string(), z.object({ url: z.string(), files: z.array(ChangedFileSchema).readonly() })),
  /** Made by us, parents first. */
  folders: z.array(z.string()).readonly(),
});
export type ChangedFile = Readonly<z.infer<typeof ChangedFileSchema>>;
export type State = Readonly<z.infer<typeof StateSchema>>;

const EMPTY: State = { setups: {}, folders: [] };
const fileOf = (dataDir: string): string => join(dataDir, "setup.json");

export function readState(dataDir: string): State {
  const path = fileOf(dataDir);
  if (!existsSync(path)) return EMPTY;
  const found = StateSchema.safeParse(jsonOf(path));
  if (found.success) return found.data;
  throw new SetupRefused(
    `${path}, which keeps what files were before setup, is broken, so that nothing was changed. Put a copy of it back; or move it away, take the lines of codeswitch out of your client's files by hand, and set it up again.`,
  );
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
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
