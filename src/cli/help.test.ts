import { describe, expect, test } from "bun:test";
import type { CommandDef } from "citty";
import { main } from "./commands.ts";
import { examplesOf } from "./examples.ts";
import { help } from "./help.ts";
import { checkArguments, choose, listOf, loaded } from "./usage.ts";

/** Every command that can be run, as it is typed. */
async function pathsOf(command: CommandDef, path: readonly string[] = []): Promise<readonly string[]> {
  const list = listOf(command);
  if (!list) return [path.join(" ")];
  const found = Object.entries(list).map(async ([name, listed]) => pathsOf(await loaded(listed), [...path, name]));
  return (await Promise.all(found)).flat();
}
const PATHS = await pathsOf(main);
const GROUPS = [...new Set(PATHS.map((path) => path.split(" ").slice(0, -1).join(" ")))];
const pageOf = async (path: string): Promise<string> => help(await choose(main, path.split(" ").filter(Boolean)));

test("the front page lists every command, with what it does", async () => {
  expect(PATHS.length).toBeGreaterThan(8);
  const front = await pageOf("");
  for (const path of PATHS) expect(front).toMatch(new RegExp(`^  ${path}( \\[\\w+\\])? {2,}[A-Z]`, "m"));
});

describe.each(PATHS)("the page of %s", (path) => {
  test("has an example, and every example is a command that exists", async () => {
    expect(examplesOf(path)).not.toEqual([]);
    for (const [words] of examplesOf(path)) {
      const [typed = ""] = words.split(" > ");
      // As a shell takes it apart.
      const argv = [...typed.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      const chosen = await choose(main, argv);
      expect(chosen.path.slice(1).join(" ")).toBe(path);
      expect(() => checkArguments(chosen)).not.toThrow();
      expect(await pageOf(path)).toContain(`npx codeswitch ${words}`);
    }
  });

  test("names every flag", async () => {
    const { args = {} } = (await choose(main, path.split(" "))).command;
    const flags = Object.entries(args as Record<string, { type: string }>).filter(
      ([, { type }]) => type !== "positional",
    );
    for (const [name] of flags) expect(await pageOf(path)).toContain(`--${name}`);
  });
});

test.each(["", ...GROUPS, ...PATHS])("no line of the page of %p is longer than a terminal", async (path) =>
  expect((await pageOf(path)).split("\n").filter((line) => Bun.stringWidth(line) > 80)).toEqual([]),
);

describe("flags", () => {
  const argumentsOf = async (...argv: readonly string[]): Promise<string[]> => checkArguments(await choose(main, argv));
  test.each([
    [
      ["setup", "codex", "-y"],
      ["codex", "--yes"],
    ],
    [["start", "-p", "5000"], ["--port=5000"]],
    [["start", "-c=a.yaml"], ["--config=a.yaml"]],
    [["start", "--tunnel"], ["--tunnel="]],
    [
      ["start", "--tunnel", "--port", "0"],
      ["--tunnel=", "--port=0"],
    ],
    [
      ["start", "--tunnel", "-p", "0"],
      ["--tunnel=", "--port=0"],
    ],
    [
      ["start", "--tunnel", "mine", "--port=0"],
      ["--tunnel=mine", "--port=0"],
    ],
    [
      ["test", "m", "--prompt", "- a list"],
      ["m", "--prompt=- a list"],
    ],
  ])("%p are read as %p", async (argv, read) => expect(await argumentsOf(...argv)).toEqual(read));

  test.each([
    [["start", "--port"], "--port needs a value."],
    [["start", "--port", "--host", "a"], "--port needs a value."],
    [["start", "--port="], "--port needs a value."],
    [["setup", "--yes=1"], "--yes takes no value."],
    [["models", "gpt"], '"gpt" was not expected here. More: npx codeswitch models --help'],
  ])("%p are refused", (argv, words) => expect(argumentsOf(...argv)).rejects.toThrow(words));
});
