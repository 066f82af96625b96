/** Lines of ours in somebody's file, between two marks, so that nobody wonders where they come from. */

const MARK = "# codeswitch: begin";
const BEGIN = `${MARK} (npx codeswitch setup CLIENT --undo takes these lines out)`;
const END = "# codeswitch: end";

export const marked = (lines: readonly string[], indent = ""): string =>
  [BEGIN, ...lines, END].map((line) => indent + line).join("\n");

export const hasMark = (text: string): boolean => text.includes(MARK);

/** The file's own kind of line end. */
export const withLineEnds = (block: string, text: string): string =>
  text.includes("\r\n") ? block.replaceAll("\n", "\r\n") : block;

export const endsLine = (text: string): string =>
  text === "" || text.endsWith("\n") ? text : `${text}${text.includes("\r\n") ? "\r\n" : "\n"}`;
