/** Where in a JSON text, printed with an indent of one, a line stands: `messages[2].content[0].text`. */
export function placeOf(lines: readonly string[], start: number, at: number): string {
  const steps: string[] = [];
  for (let line = at, depth = indentOf(lines[at]); line > start && depth > 0; depth -= 1) {
    steps.unshift(step(lines, line, depth));
    do line -= 1;
    while (line > start && indentOf(lines[line]) >= depth);
  }
  return steps.join("").replace(/^\./, "") || "the body";
}

/** A key, or the place in a list. */
function step(lines: readonly string[], line: number, depth: number): string {
  const key = /^\s*"((?:[^"\\]|\\.)*)":/.exec(lines[line] ?? "")?.[1];
  if (key !== undefined) return `.${key}`;
  let index = 0;
  for (let above = line - 1; indentOf(lines[above]) >= depth; above -= 1)
    if (indentOf(lines[above]) === depth && !/^\s*[\]}]/.test(lines[above] ?? "")) index += 1;
  return `[${index}]`;
}

const indentOf = (line: string | undefined): number => /^ */.exec(line ?? "")?.[0].length ?? 0;
