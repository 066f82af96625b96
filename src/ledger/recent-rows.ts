/** The last rows of a journal, in memory too: a reader that keeps up reads no file. */
import { LIMITS } from "../wire/limits.ts";

export interface JournalRow {
  readonly json: string;
  /** The position behind it. */
  readonly end: number;
}

export interface RecentRows {
  /** The row of a line that was just appended; `end`: the position behind the line. */
  add(json: string, end: number): void;
  /** The rows behind this position, about `bytes` of them; undefined: they begin later than that. */
  after(position: number, bytes: number): readonly JournalRow[] | undefined;
  /** Nobody asks for what is before this position. */
  release(position: number): void;
}

export function recentRows(bytesMax: number = LIMITS.journalRecentBytesMax): RecentRows {
  let rows: JournalRow[] = [];
  let bytes = 0;
  /** All rows behind it are here. */
  let from = 0;

  const dropTo = (count: number): void => {
    if (count === 0) return;
    const gone = rows.slice(0, count);
    rows = rows.slice(count);
    from = gone.at(-1)?.end ?? from;
    for (const { json } of gone) bytes -= json.length;
  };
  return {
    add: (json, end) => {
      rows.push({ json, end });
      bytes += json.length;
      if (bytes > bytesMax) dropTo(Math.ceil(rows.length / 2));
    },
    after: (position, most) => {
      if (position < from) return undefined;
      const found: JournalRow[] = [];
      let length = 0;
      for (let at = firstBehind(rows, position); at < rows.length && length < most; at++) {
        const row = rows[at] as JournalRow;
        found.push(row);
        length += row.json.length;
      }
      return found;
    },
    release: (position) => dropTo(firstBehind(rows, position)),
  };
}

/** The index of the first row that ends behind the position. */
function firstBehind(rows: readonly JournalRow[], position: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as JournalRow).end > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
