/** "Did you mean": the known names that a mistyped one is closest to. */

const SHOWN_MAX = 3;

/** The nearest names, best first; none where nothing is close: a wrong guess is worse than none. */
export function nearestNames(word: string, known: Iterable<string>): readonly string[] {
  const typed = word.toLowerCase();
  const limit = Math.max(1, Math.floor(typed.length / 3));
  return [...known]
    .map((name) => ({ name, distance: editDistance(typed, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, SHOWN_MAX)
    .map(({ name }) => name);
}

export const nearest = (word: string, known: Iterable<string>): string | undefined => nearestNames(word, known)[0];

/** "Did you mean "port"? " or "". */
export function didYouMean(word: string, known: Iterable<string>): string {
  const name = nearest(word, known);
  return name === undefined ? "" : `Did you mean "${name}"? `;
}

/** Insertions, deletions, replacements and swapped neighbours, each counted once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  // Words are names of keys and models; a longer one is not a slip of the finger and not worth the square of its length.
  if (Math.abs(a.length - b.length) > 40 || a.length > 256 || b.length > 256) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, line[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      line.push(cost);
    }
    before = last;
    last = line;
  }
  return last[b.length]!;
}
