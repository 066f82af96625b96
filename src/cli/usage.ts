/** argv against the commands: what citty lets pass in silence is a sentence here. */
import type { ArgDef, ArgsDef, CommandDef } from "citty";
import { didYouMean } from "../config/nearest.ts";
import { command as typed } from "../typed/command.ts";

/** The command line is wrong; shown without a stack. */
export class UsageError extends Error {}

/** The command did what it should, and what it found or met is not in order: exit code 1, shown without a stack. "" has been shown already. */
export class Failure extends Error {}

export interface Chosen {
  readonly command: CommandDef;
  /** codeswitch config check */
  readonly path: readonly string[];
  /** What follows the command's name. */
  readonly rest: readonly string[];
}

type Listed = CommandDef | (() => Promise<CommandDef>);
/** Those right below a command; undefined: it is run itself. */
export const listOf = ({ subCommands }: CommandDef): Readonly<Record<string, Listed>> | undefined =>
  subCommands as Readonly<Record<string, Listed>> | undefined;
export const loaded = async (listed: Listed): Promise<CommandDef> => (typeof listed === "function" ? listed() : listed);

/** Throws UsageError for a command that is not there. */
export async function choose(root: CommandDef, argv: readonly string[]): Promise<Chosen> {
  let chosen: Chosen = { command: root, path: ["codeswitch"], rest: argv };
  for (;;) {
    const [name, ...rest] = chosen.rest;
    const commands = listOf(chosen.command);
    if (commands === undefined || name === undefined || name.startsWith("-")) return chosen;
    const listed = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const whole = chosen.path.join(" ");
    if (!listed)
      throw new UsageError(
        `"${name}" is not a command of ${whole}. ${didYouMean(name, Object.keys(commands))}Commands: ${Object.keys(commands).join(", ")}. ${more(chosen.path)}`,
      );
    chosen = { command: await loaded(listed), path: [...chosen.path, name], rest };
  }
}

/** What follows on the command line, as the library reads it. Throws UsageError for flags that do not exist, lack their value, and for more words than the command takes. */
export function checkArguments({ command, path, rest }: Chosen): string[] {
  const args = (command.args ?? {}) as ArgsDef;
  const isWord = (name: string): boolean => args[name]?.type === "positional";
  const names = Object.keys(args).filter((name) => !isWord(name));
  let words = Object.keys(args).filter(isWord).length;
  const flags = names.flatMap((name) => [`--${name}`, ...aliasesOf(args[name]).map((alias) => `-${alias}`)]);
  const checked: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const [flag = "", inline] = splitFlag(rest[index] ?? "");
    if (!flag.startsWith("-")) {
      if (words-- <= 0) {
        const meant = "config" in args && /\.(ya?ml|json|env)$/.test(flag) ? `Did you mean --config ${flag}? ` : "";
        throw new UsageError(`"${flag}" was not expected here. ${meant}${more(path)}`);
      }
      checked.push(flag);
      continue;
    }
    const name = names.find((one) => flag === `--${one}` || aliasesOf(args[one]).some((alias) => flag === `-${alias}`));
    const arg = name === undefined ? undefined : args[name];
    if (!arg)
      throw new UsageError(`${flag} is not a flag of ${path.join(" ")}. ${didYouMean(flag, flags)}${more(path)}`);
    if (arg.type === "boolean") {
      if (inline !== undefined) throw new UsageError(`${flag} takes no value. ${more(path)}`);
      checked.push(`--${name}`);
      continue;
    }
    const next = inline === undefined ? nextValue(arg, rest[index + 1]) : undefined;
    if (next !== undefined) index++;
    const value = inline ?? next ?? "";
    if (value === "" && !mayStandAlone(arg)) throw new UsageError(`${flag} needs a value. ${more(path)}`);
    checked.push(`--${name}=${value}`);
  }
  return checked;
}

/** What follows a flag, unless it is a flag itself; undefined: it has no value. */
const nextValue = (arg: ArgDef, next: string | undefined): string | undefined =>
  next === undefined || next === "" || next.startsWith(mayStandAlone(arg) ? "-" : "--") ? undefined : next;

/** `[NAME]`: the flag means something without a value too, which is "" then. */
const mayStandAlone = ({ valueHint = "" }: ArgDef): boolean => valueHint.startsWith("[");

const more = ([, ...words]: readonly string[]): string => `More: ${typed([...words, "--help"].join(" "))}`;

export const aliasesOf = (arg: ArgDef | undefined): string[] => (arg && "alias" in arg ? [arg.alias ?? []].flat() : []);

function splitFlag(argument: string): [flag: string, value?: string] {
  const at = argument.startsWith("-") ? argument.indexOf("=") : -1;
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}
