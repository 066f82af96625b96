/** One change at one place of the source, such as a slip of the hand leaves: what a test should see. */
import type { Edit } from "./operators.ts";

export interface Mutant extends Edit {
  readonly operator: string;
  readonly room: string;
  /** From the project's folder, with slashes: src/relay/kept.ts */
  readonly file: string;
  readonly line: number;
  /** The lines it stands in before and after, each as one: what a person reads, and what names the mutant when lines have moved. */
  readonly source: string;
  readonly mutated: string;
}

export const applied = (text: string, edit: Edit): string =>
  text.slice(0, edit.start) + edit.text + text.slice(edit.end);

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

export function mutantOf(room: string, file: string, text: string, operator: string, edit: Edit): Mutant {
  const from = text.lastIndexOf("\n", edit.start - 1) + 1;
  const newline = text.indexOf("\n", edit.end);
  const lines = text.slice(from, newline === -1 ? text.length : newline);
  const within = { ...edit, start: edit.start - from, end: edit.end - from };
  return {
    ...edit,
    operator,
    room,
    file,
    line: text.slice(0, edit.start).split("\n").length,
    source: oneLine(lines),
    mutated: oneLine(applied(lines, within)),
  };
}
