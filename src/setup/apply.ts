/** Changes to files, all or none, and the way back. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { hunksOf, withoutHunks } from "./diff.ts";
import { modeOf, othersRead, ownersOnly } from "./modes.ts";
import { type Change, SetupRefused } from "./setup.ts";
import { type ChangedFile, forget, makeFolder, readState, writeState } from "./state.ts";

/** undefined: there is no such file. Throws SetupRefused for what is no text file. */
export function readFile(path: string): string | undefined {
  if (!existsSync(path)) {
    // Behind a link that leads nowhere a new file would be made in a place that nobody looked at.
    if (lstatSync(path, { throwIfNoEntry: false }))
      throw new SetupRefused(`${path} is a link that leads nowhere. Remove it, or make the file that it names.`);
    return undefined;
  }
  if (statSync(path).isDirectory()) throw new SetupRefused(`${path} is a folder where a file belongs. Move it away.`);
  const bytes = readOrRefuse(path);
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes))
    throw new SetupRefused(`${path} is not UTF-8 text, so that nothing was changed. Save it as UTF-8 first.`);
  return text;
}

function readOrRefuse(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SetupRefused(`${path} cannot be read (${codeOf(error)}). Check its permissions.`);
  }
}

/** Throws SetupRefused, with every file as it was, when one of them cannot be written. */
export function apply(dataDir: string, id: string, url: string, changes: readonly Change[]): void {
  for (const { path } of changes) refuseUnwritable(path);
  const state = readState(dataDir);
  const folders = changes.flatMap(({ path }) => makeFolder(dirname(path)));
  const earlier = state.setups[id]?.files ?? [];
  const files = changes.map((change) => changedFile(change, earlier));
  // First what was: whatever happens then, --undo knows the way back.
  writeState(dataDir, {
    setups: { ...state.setups, [id]: { url, files } },
    folders: [...state.folders, ...folders],
  });
  const found = changes.map((change) => ({ ...change, mode: modeOf(change.path) }));
  const done: typeof found = [];
  try {
    for (const change of found) {
      done.push(change);
      write(change.path, change.after, change.isPrivate ? ownersOnly(change.mode) : change.mode);
    }
  } catch (error) {
    for (const { path, before, mode } of done) restore(path, before, mode);
    forget(dataDir, id);
    throw new SetupRefused(
      `A file could not be written (${codeOf(error)}); everything is as it was. Check permissions and space.`,
    );
  }
}

/** What --undo needs of a change. A second setup finds the mode that the first one left. */
function changedFile({ path, before, after, isPrivate }: Change, earlier: readonly ChangedFile[]): ChangedFile {
  const mode =
    earlier.find((file) => file.path === path)?.mode ?? (isPrivate && othersRead(path) ? modeOf(path) : undefined);
  return { path, before, after, mode };
}

/** A step of --undo: `after` undefined takes the file away. */
export interface Return {
  readonly path: string;
  readonly now?: string;
  readonly after?: string;
  /** What the permissions were; absent: they stay. */
  readonly mode?: number;
}

/** Throws SetupRefused where the file was changed since in the same lines. undefined: this client was not set up. */
export function planUndo(dataDir: string, id: string): readonly Return[] | undefined {
  const files = readState(dataDir).setups[id]?.files;
  return files?.map((file) => {
    const now = readFile(file.path);
    return stepBack(file, now, textBefore(file, now));
  });
}

/** Permissions that the person has changed since stay. */
function stepBack({ path, mode }: ChangedFile, now: string | undefined, after: string | undefined): Return {
  const isOurs = mode !== undefined && modeOf(path) === ownersOnly(mode);
  return { path, now, after, mode: isOurs ? mode : undefined };
}

export function undo(dataDir: string, id: string, steps: readonly Return[]): void {
  for (const { path, now } of steps) if (now !== undefined) refuseUnwritable(path);
  for (const { path, after, mode } of steps) restore(path, after, mode);
  forget(dataDir, id);
}

/** What the file was, or would be, without us. */
export function textBefore(file: ChangedFile, now: string | undefined): string | undefined {
  if (now === file.after || now === undefined || now === file.before) return file.before;
  const text = withoutHunks(now, hunksOf(file.before ?? "", file.after));
  if (text === undefined)
    throw new SetupRefused(
      `${file.path} was changed since in the lines that setup wrote, so that only you know what it should be. Take them out by hand, or put this back with --undo --force.`,
    );
  return text.trim() === "" && file.before === undefined ? undefined : text;
}

/** The files as they were before, whatever happened to them since. */
export const planForcedUndo = (dataDir: string, id: string): readonly Return[] | undefined =>
  readState(dataDir).setups[id]?.files.map((file) => stepBack(file, readFile(file.path), file.before));

function refuseUnwritable(path: string): void {
  const refuse = (what: string): never => {
    throw new SetupRefused(
      `${path}: ${what}, so that nothing was changed. Change its permissions, or set it by hand: --print.`,
    );
  };
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) refuse(`${folder} is a file where a folder belongs`);
  try {
    accessSync(folder, constants.W_OK);
    if (existsSync(path)) accessSync(path, constants.W_OK);
  } catch {
    refuse("it cannot be written by this user");
  }
  // Whoever may do everything may write this too; it was made read-only for a reason.
  if (existsSync(path) && (statSync(path).mode & 0o200) === 0) refuse("it is read-only");
}

/** Through a link to its file, as dotfiles have it; at once, so that nobody reads half of it. */
function write(path: string, text: string, mode: number): void {
  const real = existsSync(path) ? realpathSync(path) : path;
  const beside = join(dirname(real), `.${basename(real)}.codeswitch-${process.pid}`);
  try {
    writeFileSync(beside, text, { mode });
    chmodSync(beside, mode);
    renameSync(beside, real);
  } finally {
    rmSync(beside, { force: true });
  }
}

function restore(path: string, text: string | undefined, mode = modeOf(path)): void {
  if (text !== undefined) {
    makeFolder(dirname(path));
    write(path, text, mode);
  } else rmSync(path, { force: true });
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);
