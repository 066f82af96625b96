/** Paths of HTTP as tables write them. */

/** A path, or what comes before and after the part of it that names something. */
export type PathPattern = string | { readonly before: string; readonly after: string };

/** What a path names between the two, decoded: "" where nothing is left open. undefined: it is another path. */
export function namedIn(path: string, pattern: PathPattern): string | undefined {
  if (typeof pattern === "string") return pattern === path ? "" : undefined;
  const { before, after } = pattern;
  // No regular expression: a stranger's path is long and may be made to be slow.
  const isLong = path.length > before.length + after.length;
  return isLong && path.startsWith(before) && path.endsWith(after)
    ? decoded(path.slice(before.length, path.length - after.length))
    : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
