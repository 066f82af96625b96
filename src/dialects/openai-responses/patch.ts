/** The envelope of apply_patch, which a grammar enforces at its own vendor and nothing does elsewhere. */

/** Codex's `apply_patch`, Cursor's `ApplyPatch`. */
export const takesPatch = (toolName: string): boolean => /^apply_?patch$/i.test(toolName);

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const HEADING = /^\*\*\* (Add|Update|Delete) File: \S|^\*\*\* Move to: \S|^\*\*\* (End of File|Environment ID: \S)/;
const LINE = /^[ +\-@]|^$/;

/** What is wrong with a patch, in a few words; undefined: nothing is. Its hunks are the client's to judge: only it has the files. */
export function patchFault(text: string): string | undefined {
  const lines = text.trim().split(/\r?\n/);
  if (lines[0]?.trimEnd() !== BEGIN) return `it does not begin with "${BEGIN}"`;
  if (lines.at(-1)?.trimEnd() !== END) return `it does not end with "${END}"`;
  const at = lines.slice(1, -1).findIndex((line) => !HEADING.test(line) && !LINE.test(line));
  return at < 0 ? undefined : `its line ${at + 2} begins with neither a space, +, -, @ nor ***`;
}
