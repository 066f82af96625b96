/** Every error as a person reads it. What the system refused is a sentence, since somebody caused it and can mend it; only a fault of ours shows its stack. */
import { command } from "../typed/command.ts";
import { ConfigError } from "../config/problem.ts";
import { SetupRefused } from "../setup/setup.ts";
import { DataFault } from "../store/folder.ts";
import { Failure, UsageError } from "./usage.ts";

export function explain(error: unknown): string {
  if (SENTENCES.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof ConfigError) return error.report();
  if (isSystemError(error)) return hasEnough(error) ? "" : refusedBySystem(error);
  const seen = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `codeswitch failed, and the fault is its own: ${seen}`;
}

const SENTENCES = [UsageError, Failure, SetupRefused, DataFault];

/** As Node and Bun throw them: a file or an address that cannot be had, or a database. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  (error.code.startsWith("SQLITE_") || (/^E[A-Z0-9]+$/.test(error.code) && "syscall" in error));

/** Whoever reads from a pipe has read enough and is gone: `codeswitch export | head`. */
const hasEnough = ({ code }: SystemError): boolean => code === "EPIPE";

function refusedBySystem({ code, syscall, path, message }: SystemError): string {
  if (syscall?.includes("cwd")) return "The folder that you are in is gone. Go to one that is there: cd ~";
  if (code.startsWith("SQLITE_"))
    return `The database in the data folder cannot be used (${message}). ${command("doctor")} says more; CODESWITCH_DATA_DIR names another folder.`;
  const [what, fix] = WORDS[code] ?? ["cannot be used", "Look at what is there."];
  return path === undefined ? `The system refuses it: ${message}. ${fix}` : `${path} ${what} (${code}). ${fix}`;
}

const RIGHTS = "Look at its permissions and those of the folder that it is in, or name another place.";
const ROOM = "Make room, or name another place.";

/** What stands before is a path. */
const WORDS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EACCES: ["is not open to this user", RIGHTS],
  EPERM: ["is not open to this user", RIGHTS],
  EROFS: ["is on a disk that can only be read", "Name another place."],
  ENOENT: ["is not there, and cannot be made", "Check the path."],
  ENOTDIR: ["leads through a file where a folder belongs", "Check the path, or move that file away."],
  EEXIST: ["is there already, and is no folder", "Move it away, or name another place."],
  EISDIR: ["is a folder where a file belongs", "Move it away, or name another place."],
  ENOTEMPTY: ["is a folder that is not empty", "Move it away, or name another place."],
  ENOSPC: ["does not fit on its disk", ROOM],
  EDQUOT: ["does not fit into this user's share of the disk", ROOM],
  EFBIG: ["is larger than a file may be", ROOM],
  EIO: ["cannot be read or written by its disk", "Look at the disk."],
  ELOOP: ["is a link that leads to itself", "Check the path."],
  ENAMETOOLONG: ["has a longer name than this system takes", "Choose a shorter one."],
  EMFILE: ["cannot be opened: this process has too many files open", "Raise the limit: ulimit -n 65536"],
  ENFILE: ["cannot be opened: this machine has too many files open", "Close other programs."],
  EBUSY: ["is in use by something else", "Close what uses it."],
};
