import { expect, test } from "bun:test";
import type { CommandDef } from "citty";
import { main } from "./commands.ts";
import { help } from "./help.ts";
import { choose } from "./usage.ts";

/** Every command, as it is typed. */
const paths = (command: CommandDef, path: readonly string[] = []): (readonly string[])[] => [
  path,
  ...Object.entries((command.subCommands ?? {}) as Record<string, CommandDef>).flatMap(([name, one]) =>
    paths(one, [...path, name]),
  ),
];

test.each(paths(main).map((path) => [path.join(" "), path] as const))(
  "codeswitch %s --help fits a terminal",
  (_name, path) => {
    const lines = help(choose(main, path)).split("\n");
    expect(lines.filter((line) => line.length > (path.length === 0 ? 100 : 80))).toEqual([]);
  },
);

test("a page names every flag with its value, its short form and what it does", () => {
  const page = help(choose(main, ["start"]));
  expect(page).toContain("  -p, --port PORT ");
  expect(page).toContain("      --tunnel ");
  expect(page).toContain("Address to listen on.");
  expect(help(choose(main, ["setup"]))).toContain("codeswitch setup [OPTIONS] [CLIENT]");
});
