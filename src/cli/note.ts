/** What a running gateway leaves in its data folder, so that the other commands find it: a file for each port, and no key in it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const NoteSchema = z.object({
  url: z.string(),
  pid: z.number(),
  version: z.string(),
  /** What its /health says: a note is believed only where the same stands there. */
  instance: z.string(),
  /** The configuration's file, or the environment. */
  source: z.string(),
});
export type Note = Readonly<z.infer<typeof NoteSchema>>;

const NAME = /^gateway-\d+\.json$/;

/** Returns what takes it away. A folder that cannot be written to has been told of already, and keeps nobody from serving. */
export function leaveNote(dataDir: string, note: Note): () => void {
  const path = join(dataDir, `gateway-${new URL(note.url).port || 80}.json`);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Whoever was at this port has lost it, and the others have ended without a word.
    for (const other of pathsIn(dataDir))
      if (other === path || !isAlive(readNote(other)?.pid)) rmSync(other, { force: true });
    writeFileSync(path, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  } catch {
    return () => {};
  }
  // A successor may have taken the port while we still finished our calls.
  return () => {
    if (readNote(path)?.instance === note.instance) rmSync(path, { force: true });
  };
}

/** Of gateways whose process is alive. */
export function readNotes(dataDir: string): readonly Note[] {
  return pathsIn(dataDir)
    .flatMap((path) => readNote(path) ?? [])
    .filter(({ pid }) => isAlive(pid));
}

function pathsIn(dataDir: string): string[] {
  try {
    return readdirSync(dataDir).flatMap((name) => (NAME.test(name) ? [join(dataDir, name)] : []));
  } catch {
    return [];
  }
}

function readNote(path: string): Note | undefined {
  try {
    return NoteSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return (error as { code?: string }).code === "EPERM";
  }
}
