/** Which known names a mistyped one may have meant. */

const SHOWN_MAX = 3;

/** The nearest names, best first; none where nothing is close: a wrong guess is worse than none. */
export function nearestNames(typed: string, names: readonly string[]): readonly string[] {
  const wanted = typed.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((name) => ({ name, steps: steps(wanted, name.toLowerCase(), limit) }))
    .filter(({ steps: count }) => count <= limit)
    .toSorted((a, b) => a.steps - b.steps)
    .slice(0, SHOWN_MAX)
    .map(({ name }) => name);
}

/** Levenshtein's distance; more than `limit` steps are not counted out. */
function steps(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}
