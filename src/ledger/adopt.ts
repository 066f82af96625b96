/** Takes into our journal what a dead process left in its own: rows that its readers did not have yet, and the calls whose end nobody saw. */
import type { JournalFolder } from "./journal-folder.ts";
import type { JournalLine } from "./journal-line.ts";
import { closeSegment, dropSegment, readSegment, type Segment, segmentsIn } from "./segment.ts";

export interface Adopted {
  readonly rows: number;
  /** Calls that were open when the process died. */
  readonly open: number;
  /** Lines that could not be read. */
  readonly damaged: number;
}

/** Into our own journal. Throws where that does not take it; resolves when there is room for another. */
export type TakeRow = (id: string, json: string) => void | Promise<void>;

/**
 * `readers`: those whose progress counts; rows that all of them had are left out. Nothing of it goes before it is ours: a
 * process that dies over it leaves the rest to the next one, which may take a row twice, under the same id.
 */
export async function adopt(
  { dir, remove }: Pick<JournalFolder, "dir" | "remove">,
  readers: readonly string[],
  take: TakeRow,
  sync: () => Promise<void>,
): Promise<Adopted> {
  const segments = [...segmentsIn(dir)];
  try {
    const { open, from, damaged } = await survey(segments, readers);
    for (const [id, json] of open) await take(id, json);
    let rows = 0;
    for (let [first] = segments; first !== undefined; [first] = segments) {
      rows += await takeRows(first, from, take);
      await sync();
      segments.shift();
      dropSegment(first);
    }
    remove();
    return { rows, open: open.size, damaged };
  } finally {
    segments.forEach(closeSegment);
  }
}

interface Survey {
  /** Starts without an end. */
  readonly open: ReadonlyMap<string, string>;
  /** Rows before this position are known to every reader. */
  readonly from: number;
  readonly damaged: number;
}

async function survey(segments: readonly Segment[], readers: readonly string[]): Promise<Survey> {
  const open = new Map<string, string>();
  let done: Readonly<Record<string, unknown>> = {};
  let damaged = 0;
  for (const segment of segments)
    damaged += await eachLine(segment, ({ kind, id, json }) => {
      if (kind === "start") open.set(id, json);
      if (kind === "row") open.delete(id);
      if (kind === "done") done = JSON.parse(json) as Readonly<Record<string, unknown>>;
    });
  const positions = readers.map((name) => Number(done[name] ?? 0) || 0);
  return { open, from: Math.min(...positions), damaged };
}

async function takeRows(segment: Segment, from: number, take: TakeRow): Promise<number> {
  let count = 0;
  for (let at = Math.max(0, from - segment.base); at < segment.size;) {
    const { lines, used } = await readSegment(segment, at);
    for (const { kind, id, json } of lines) {
      if (kind !== "row") continue;
      await take(id, json);
      count++;
    }
    if (used === 0) break;
    at += used;
  }
  return count;
}

/** Returns how many lines were damaged. */
async function eachLine(segment: Segment, see: (line: JournalLine) => void): Promise<number> {
  let damaged = 0;
  for (let at = 0; at < segment.size;) {
    const read = await readSegment(segment, at);
    for (const line of read.lines) see(line);
    damaged += read.damaged;
    if (read.used === 0) break;
    at += read.used;
  }
  return damaged;
}
