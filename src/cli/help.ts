/** `--help`: every page is made from the commands' own definitions, in lines that fit a terminal. */
import type { ArgDef, ArgsDef, CommandDef } from "citty";
import { command as typed } from "../typed/command.ts";
import { examplesOf } from "./examples.ts";
import { table, TERMINAL, wrapped } from "./table.ts";
import { aliasesOf, type Chosen, listOf, loaded } from "./usage.ts";
import { VERSION } from "../wire/version.ts";

export function help(chosen: Chosen): Promise<string> {
  return chosen.path.length === 1 ? front(chosen.command) : page(chosen);
}

const front = async (root: CommandDef): Promise<string> =>
  [
    `codeswitch ${VERSION}: ${descriptionOf(root).replace(/^E/, "e")}`,
    "",
    usage(typed("COMMAND")),
    "",
    "Commands",
    list((await commandsIn(root, [])).map(rowOf)),
    "",
    "Try it without any key",
    ...TRY,
    "",
    "With one key, such as Anthropic's",
    `  ANTHROPIC_API_KEY=… ${typed("start")}`,
    "",
    ...wrapped(
      "Its configuration is the first of: --config FILE, CODESWITCH_CONFIG, ./codeswitch.yaml, the environment (docs/CONFIG.md lists every variable), a simulator.",
      TERMINAL,
    ),
    "",
    `One command's flags and examples: ${typed("COMMAND --help")}`,
    `The version: ${typed("--version")}`,
  ].join("\n");

const TRY = [
  `  ${typed("start")}`,
  "  curl http://127.0.0.1:4141/v1/chat/completions \\",
  '    -H "Content-Type: application/json" \\',
  `    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'`,
];

async function page({ command, path: [, ...path] }: Chosen): Promise<string> {
  const args = Object.entries((command.args ?? {}) as ArgsDef);
  const words = args.filter(([, { type }]) => type === "positional");
  const flags = args.filter(([, { type }]) => type !== "positional");
  const inside = await commandsIn(command, path);
  const examples = examplesOf(path.join(" ")).map(([words, why]) => [typed(words), why]);
  return [
    wrapped(descriptionOf(command), TERMINAL).join("\n"),
    usage(typed([...path, ...wordsOf(command), ...(inside.length > 0 ? ["COMMAND"] : [])].join(" "))),
    section("Commands", inside.map(rowOf)),
    section("Words", named(words, hintOf)),
    section("Flags", named(flags, flagOf)),
    section("Examples", examples),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

type Row = readonly string[];
const rowOf = ({ path, command }: Listed): Row => [[...path, ...wordsOf(command)].join(" "), briefOf(command)];
const named = (args: readonly [string, ArgDef][], nameOf: (name: string, arg: ArgDef) => string): Row[] =>
  args.map(([name, arg]) => [nameOf(name, arg), arg.description ?? ""]);

const usage = (words: string): string => `Usage: ${words}`;

const section = (title: string, rows: readonly Row[]): string => (rows.length === 0 ? "" : `${title}\n${list(rows)}`);

const list = (rows: readonly Row[]): string => table(rows, { indent: "  ", width: TERMINAL });

interface Listed {
  readonly path: readonly string[];
  readonly command: CommandDef;
}

/** Those that can be run, in the order of their lists. */
async function commandsIn(command: CommandDef, path: readonly string[]): Promise<readonly Listed[]> {
  const found = await Promise.all(
    Object.entries(listOf(command) ?? {}).map(async ([name, listed]) => {
      const sub = await loaded(listed);
      return listOf(sub) ? commandsIn(sub, [...path, name]) : [{ path: [...path, name], command: sub }];
    }),
  );
  return found.flat();
}

const wordsOf = ({ args }: CommandDef): string[] =>
  Object.entries((args ?? {}) as ArgsDef).flatMap(([name, arg]) =>
    arg.type === "positional" ? [`[${hintOf(name, arg)}]`] : [],
  );

const hintOf = (name: string, { valueHint }: ArgDef): string => valueHint ?? name.toUpperCase();

function flagOf(name: string, arg: ArgDef): string {
  return [...aliasesOf(arg).map((alias) => `-${alias},`), `--${name}`, arg.valueHint ?? ""].filter(Boolean).join(" ");
}

const descriptionOf = ({ meta }: CommandDef): string =>
  (meta as { description?: string } | undefined)?.description ?? "";

/** Its first sentence. */
const briefOf = (command: CommandDef): string => /^.*?\.(?= |$)/.exec(descriptionOf(command))?.[0] ?? "";
