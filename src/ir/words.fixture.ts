/** What tests compare: a request without the places in the body from which it came. */
export function unplaced<T>(value: T): T {
  if (Array.isArray(value)) return value.map(unplaced) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "at");
  return Object.fromEntries(kept.map(([key, inner]) => [key, unplaced(inner)])) as T;
}
