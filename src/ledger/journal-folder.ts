/**
 * The folders of journals, one a process, in a folder that several gateways may share. A folder's name says who holds it;
 * the folder of one that is dead is taken over whole, by a rename, so that of two who try one gets it.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

export interface JournalFolder {
  readonly dir: string;
  /** Says that we live. false: somebody has taken the folder. */
  beat(): boolean;
  remove(): void;
}

/** A process, as its folder's name says it: `4f1c09d2e7a0-1234-88112233`. */
export interface Holder {
  /** The machine since it was started, and what its process ids mean: two containers of one name are two hosts. */
  readonly host: string;
  readonly pid: number;
  /** When the process began, in the system's own count; "0" where the system does not tell. */
  readonly born: string;
}

/** Written so often by whoever lives. */
export const BEAT_MS = 10_000;
/** A process on another machine is dead after so long a silence. */
export const SILENT_MS = 60_000;
const ALIVE = "alive";
const NAME = /^([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-z]+$/;

export const thisHolder = (): Holder => ({ host: hostWord(), pid: process.pid, born: bornAt(process.pid) });

/** Throws where it cannot be written. */
export function newFolder(root: string, holder: Holder): JournalFolder {
  const dir = join(root, nameFor(holder));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return folderAt(dir);
}

function folderAt(dir: string): JournalFolder {
  const beat = (): boolean => {
    try {
      // Written, and not only touched: the clock that counts is the file system's, which several machines may share.
      if (!existsSync(dir)) return false;
      writeFileSync(join(dir, ALIVE), "\n", { mode: 0o600 });
      return true;
    } catch {
      return existsSync(dir);
    }
  };
  beat();
  return { dir, beat, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Takes over the folders of the dead, one at a time: the next when this is asked again. `own`: ours, whose last beat tells the time. */
export function takeDead(root: string, holder: Holder, own: JournalFolder): JournalFolder | undefined {
  const now = statSync(join(own.dir, ALIVE)).mtimeMs;
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const dir = join(root, entry.name);
    // Behind a link lie somebody else's files, and what is taken over is deleted.
    const found = entry.isDirectory() ? holderOf(entry.name) : undefined;
    if (!found || dir === own.dir || !isDead(found, holder, now - lastBeat(dir))) continue;
    try {
      const to = join(root, nameFor(holder));
      renameSync(dir, to);
      return folderAt(to);
    } catch {
      // Somebody was quicker.
    }
  }
  return undefined;
}

/** On this machine the system knows; elsewhere silence tells. What we ourselves took and did not finish is like a dead one's. */
export function isDead(other: Holder, us: Holder, silentMs: number): boolean {
  if (other.host !== us.host) return silentMs > SILENT_MS;
  if (other.pid === us.pid && other.born === us.born) return false;
  if (!isRunning(other.pid)) return true;
  const born = bornAt(other.pid);
  return other.born === "0" || born === "0" ? silentMs > SILENT_MS : born !== other.born;
}

function lastBeat(dir: string): number {
  try {
    return statSync(join(dir, ALIVE)).mtimeMs;
  } catch {
    try {
      return statSync(dir).mtimeMs;
    } catch {
      return Infinity;
    }
  }
}

function holderOf(name: string): Holder | undefined {
  const [, host, pid, born] = NAME.exec(name) ?? [];
  return host === undefined || born === undefined ? undefined : { host, pid: Number(pid), born };
}

const nameFor = ({ host, pid, born }: Holder): string =>
  `${host}-${pid}-${born}-${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

function hostWord(): string {
  const parts = [
    hostname(),
    firstOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
    firstOf(() => readlinkSync("/proc/self/ns/pid")),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

/** Linux: field 22 of /proc/PID/stat, after the name in brackets, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function bornAt(pid: number): string {
  const stat = firstOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return /^\d+$/.test(ticks) ? ticks : "0";
}

function firstOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
