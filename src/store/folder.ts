/** The data folder: made for this user alone. One that was there keeps its mode, since it may be somebody's mount. */
import { existsSync, lstatSync, mkdirSync, statSync } from "node:fs";

export const DATABASE_FILE = "codeswitch.db";

/** What a person can put right there: the message says how. */
export class DataFault extends Error {}

export function privateFolder(dir: string): string {
  if (!existsSync(dir)) mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/** What is wrong with a folder in which others may put files of theirs: a secret that they know, a database that they read. */
export function folderWarning(dir: string): string | undefined {
  if (process.platform === "win32" || !existsSync(dir)) return undefined;
  const mode = statSync(dir).mode & 0o777;
  if ((mode & WRITABLE_BY_OTHERS) === 0) return undefined;
  return `Other users of this machine can write to the data folder ${dir} (mode ${mode.toString(8).padStart(4, "0")}), and so replace what is kept there. Make it yours alone: chmod 700 ${dir}`;
}
const WRITABLE_BY_OTHERS = 0o022;

/** Behind a link may lie anybody's file, whose mode and contents we would change. */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new DataFault(
      `${path} is a link, which is not followed. Put the file itself there, or name its folder in CODESWITCH_DATA_DIR`,
    );
}
