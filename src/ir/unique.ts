/** Names that must not stand twice: one that does gets a number behind it. */
export interface UniqueNames {
  /** The name itself where it is free. */
  take(name: string): string;
  has(name: string): boolean;
}

/** `stemOf`: what of a name the number stands behind, where it must not grow too long. */
export function uniqueNames(stemOf = (name: string): string => name): UniqueNames {
  const used = new Set<string>();
  /** The last number behind each stem, so that the next name need not count again from 2. */
  const counts = new Map<string, number>();
  const numbered = (stem: string): string => {
    let count = counts.get(stem) ?? 1;
    do count++;
    while (used.has(`${stem}_${count}`));
    counts.set(stem, count);
    return `${stem}_${count}`;
  };
  return {
    take: (name) => {
      const next = used.has(name) ? numbered(stemOf(name)) : name;
      used.add(next);
      return next;
    },
    has: (name) => used.has(name),
  };
}
