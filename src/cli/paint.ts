/** The three marks in their colours, on a terminal and only there. */

const COLOURS = { "✓": "\u001b[32m", "✗": "\u001b[31m", "!": "\u001b[33m" } as const;
const RESET = "\u001b[39m";

type Mark = keyof typeof COLOURS;
type Stream = { readonly isTTY?: boolean };
type Variables = Readonly<Record<string, string | undefined>>;

export const paint = (mark: Mark, on: Stream = process.stdout): string =>
  isColoured(on, process.env) ? COLOURS[mark] + mark + RESET : mark;

/** FORCE_COLOR wins, as everywhere on Node; NO_COLOR as https://no-color.org has it. */
export function isColoured({ isTTY }: Stream, variables: Variables): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = variables;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb";
}

/** To stderr as it is: Bun's console.error makes it red on a terminal, and not everything is a fault. */
export const complain = (words: string): void => void process.stderr.write(`${words}\n`);
