/** Which definitions of a schema refer to which, by name. */
export type References = Map<string, Set<string>>;

/** "Circular reference detected in schema definitions": those that refer to nothing are taken away until none is left, or a circle. */
export function isCircular(references: References): boolean {
  const referrers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [from, names] of references) {
    open.set(from, names.size);
    for (const name of names) {
      open.set(name, references.get(name)?.size ?? 0);
      const known = referrers.get(name);
      if (known) known.push(from);
      else referrers.set(name, [from]);
    }
  }
  const ends = [...open].flatMap(([name, count]) => (count === 0 ? [name] : []));
  for (const end of ends)
    for (const from of referrers.get(end) ?? []) {
      const left = (open.get(from) ?? 0) - 1;
      open.set(from, left);
      if (left === 0) ends.push(from);
    }
  return ends.length < open.size;
}
