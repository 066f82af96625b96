/** Rows as lines with aligned columns. */

/** What a terminal that nobody resized shows. */
export const TERMINAL = 80;
/** What is wide by nature takes the room that there is, up to what can still be read. */
export const WIDTH = Math.min(process.stdout.columns ?? 100, 100);

export interface Layout {
  /** In front of every line. */
  readonly indent?: string;
  readonly gap?: number;
  /** The last column is broken between words where a line would be longer. Absent: never, so that lines can be pasted. */
  readonly width?: number;
}

export function table(rows: readonly (readonly string[])[], layout: Layout = {}): string {
  const { indent = "", gap = 2, width = Infinity } = layout;
  const widths = columnWidths(rows);
  return rows
    .flatMap((cells) => {
      const front = cells.slice(0, -1).map((cell, column) => padded(cell, (widths[column] ?? 0) + gap));
      const start = indent + front.join("");
      const room = Math.max(MIN_ROOM, width - Bun.stringWidth(start));
      const [first = "", ...rest] = wrapped(cells.at(-1) ?? "", room);
      return [start + first, ...rest.map((line) => " ".repeat(Bun.stringWidth(start)) + line)];
    })
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A column narrower than this is no easier to read than a line that is too long. */
const MIN_ROOM = 20;

/** A last cell takes what is left, so that it counts for nothing. */
function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const cells of rows)
    for (const [column, cell] of cells.slice(0, -1).entries())
      widths[column] = Math.max(widths[column] ?? 0, Bun.stringWidth(cell));
  return widths;
}

const padded = (cell: string, width: number): string => cell + " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));

/** Between words; a word that is longer stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && Bun.stringWidth(line) + 1 + Bun.stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
