import { describe, expect, test } from "bun:test";
import { ROWS } from "./model-rows.ts";

describe("no row hides another: a name that a row spells out is answered by that row", () => {
  test.each(ROWS.filter(({ loose }) => !loose).map((row) => [row.match.source, row] as const))("%s", (source, row) => {
    const names = spelledOut(source);
    expect(names.filter((name) => !row.match.test(name))).toEqual([]);
    expect(names.filter((name) => ROWS.find(({ match }) => match.test(name)) !== row)).toEqual([]);
  });
});

/** Every name that a pattern of our own spells out: each alternative, each letter of a class, some digits, and what is open once empty and once not. */
function spelledOut(source: string): readonly string[] {
  const text = source.slice(1, -1);
  let at = 0;
  const alternatives = (): string[] => {
    let [done, names]: [string[], string[]] = [[], [""]];
    while (at < text.length && text[at] !== ")") {
      if (text[at] === "|") {
        at++;
        [done, names] = [[...done, ...names], [""]];
        continue;
      }
      const parts = repeated(part());
      names = names.flatMap((name) => parts.map((one) => name + one));
    }
    return [...done, ...names];
  };
  const repeated = (parts: string[]): string[] => {
    if (text[at] === "+") at++;
    else if (text[at] === "?" || text[at] === "*") {
      at++;
      return [...parts, ""];
    }
    return parts;
  };
  const part = (): string[] => {
    const letter = text[at++] ?? "";
    if (letter === "(") {
      const inner = alternatives();
      at++;
      return inner;
    }
    if (letter === "[") {
      const all = text.slice(at, text.indexOf("]", at));
      at += all.length + 1;
      const [, from, to] = /^(\d)-(\d)$/.exec(all) ?? [];
      if (from === undefined) return [...all];
      return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index));
    }
    if (letter !== "\\") return [letter === "." ? "x" : letter];
    const escaped = text[at++] ?? "";
    return escaped === "d" ? ["0", "5", "9"] : [escaped];
  };
  return alternatives();
}
