/** Where in the code an error came from, without its message: that may hold anything, also a caller's words over several lines. */
const LINES_MAX = 3;

export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const stack = error.stack ?? "";
  const at = stack.indexOf(error.message);
  // The stack holds the message as it first was: one that was changed later is not found in it, nor where it ends.
  const behind = at < 0 ? "" : stack.slice(at + error.message.length);
  const lines = behind.split("\n").slice(1, 1 + LINES_MAX);
  return [error.name, ...lines.map((line) => line.trim())].join(" ");
}
