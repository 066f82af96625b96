/** One way to type a command: documents say `npx codeswitch …`, and messages ask src/typed/command.ts. */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import { join } from "node:path";
import { main } from "../src/cli/commands.ts";
import { checkArguments, choose } from "../src/cli/usage.ts";

const ROOT = join(import.meta.dir, "..");
const COMMANDS = Object.keys(main.subCommands ?? {}).join("|");
/** The package's name with a command behind it, as it cannot be typed in a clone. */
const STRAY = new RegExp(`node bin/codeswitch\\.js|npm start -- |(?<!npx )\\bcodeswitch (?:(?:${COMMANDS})\\b|--\\w)`);

const files = (pattern: string): string[] => [...new Glob(pattern).scanSync(ROOT)].sort();
const linesOf = async (file: string): Promise<string[]> => (await Bun.file(join(ROOT, file)).text()).split("\n");

/** Each with its place. `but`: what is none. */
async function strays(names: readonly string[], but: (line: string) => boolean): Promise<string[]> {
  const found = await Promise.all(
    names.map(async (file) =>
      (await linesOf(file)).flatMap((line, at) =>
        STRAY.test(line) && !but(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [],
      ),
    ),
  );
  return found.flat();
}

const DOCUMENTS = [
  ...files("*.md"),
  ...files("docs/**/*.md"),
  ...files("bench/*.md"),
  ".env.example",
  "codeswitch.example.yaml",
];

test("documents name every command as npx codeswitch", async () =>
  expect(await strays(DOCUMENTS, () => false)).toEqual([]));

/** In a block of code or between backticks, up to a comment or a pipe. */
const TYPED = /(?:^|`)(?:[A-Z_]+=\S+ )*npx codeswitch ([^`#>|\n]*)/gm;

test.each(DOCUMENTS)("every command that %s shows exists, with its flags", async (file) => {
  const text = await Bun.file(join(ROOT, file)).text();
  for (const [, words = ""] of text.matchAll(TYPED)) {
    const argv = words.split(" ").filter(Boolean);
    checkArguments(await choose(main, argv));
  }
});

/** What nobody is told to type. */
const NO_MESSAGES = [
  "(npx codeswitch setup CLIENT --undo takes these lines out)",
  '"--title", "codeswitch setup"',
  '"codeswitch secret id"',
];

test("messages name every command with command(…), so that it works where the person stands", async () => {
  const sources = files("src/**/*.ts").filter((file) => !/\.(test|fixture)\.ts$/.test(file));
  const isNone = (line: string): boolean =>
    /^\s*(\/\*\*?|\*|\/\/)/.test(line) || NO_MESSAGES.some((words) => line.includes(words));
  expect(await strays(sources, isNone)).toEqual([]);
});
