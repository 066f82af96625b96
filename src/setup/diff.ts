/** The lines that a change takes out and puts in. Shown to a person, and turned round for --undo. */

export interface Hunk {
  /** Line number in `before`, from 1, where `removed` starts. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Lines keep their ends, so that hunks put together again are the file to the byte. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

export function hunksOf(before: string, after: string): Hunk[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return middle(a.slice(start, a.length - end), b.slice(start, b.length - end), start + 1);
}

/** Configurations are short; beyond this one hunk says it all. */
const CELLS_MAX = 4_000_000;

function middle(a: readonly string[], b: readonly string[], line: number): Hunk[] {
  if (a.length === 0 && b.length === 0) return [];
  if (a.length * b.length > CELLS_MAX) return [{ line, removed: a, added: b }];
  const common = commonLengths(a, b);
  const hunks: { line: number; removed: string[]; added: string[] }[] = [];
  let open: (typeof hunks)[number] | undefined;
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      open = undefined;
      i++;
      j++;
      continue;
    }
    if (!open) hunks.push((open = { line: line + i, removed: [], added: [] }));
    const takesOut = j >= b.length || (i < a.length && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0));
    if (takesOut) open.removed.push(a[i++] ?? "");
    else open.added.push(b[j++] ?? "");
  }
  return hunks;
}

/** Longest common subsequence of the rests, by where they start. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  return table;
}

/**
 * The file without our change, where it was edited since: each run of lines that we put in must still stand there, once.
 * undefined: it does not, and only the person knows what should be.
 */
export function withoutHunks(now: string, hunks: readonly Hunk[]): string | undefined {
  let text = now;
  for (const { removed, added } of hunks) {
    // A pure removal left nothing to find its place by.
    if (added.length === 0) return undefined;
    const ours = added.join("");
    const at = text.indexOf(ours);
    if (at < 0 || text.indexOf(ours, at + 1) >= 0) return undefined;
    text = text.slice(0, at) + removed.join("") + text.slice(at + ours.length);
  }
  return text;
}
