/** Which file a configuration is read from, and its text. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve as absolute } from "node:path";
import { ConfigError } from "../problem.ts";
import { readVariable, type Variables } from "../substitute.ts";
import { reasonOf } from "../../wire/reason.ts";

export interface ConfigFile {
  readonly path: string;
  /** As a person would type it. */
  readonly shown: string;
  /** What named it, for the message when it is not there. */
  readonly from: string;
}

const DEFAULT_FILE = "codeswitch.yaml";

export function findFile(flag: string | undefined, variables: Variables, cwd: string): ConfigFile | undefined {
  const file = (named: string, from: string): ConfigFile => {
    const path = absolute(cwd, named);
    const near = relative(cwd, path);
    return { path, shown: near === "" || near.startsWith("..") ? path : near, from };
  };
  if (flag !== undefined) return file(flag, "--config");
  const variable = readVariable(variables, "CODESWITCH_CONFIG");
  if (variable !== undefined) return file(variable, "CODESWITCH_CONFIG");
  return existsSync(join(cwd, DEFAULT_FILE)) ? file(DEFAULT_FILE, DEFAULT_FILE) : undefined;
}

/** Throws ConfigError. */
export function readText({ path, shown, from }: ConfigFile): string {
  const refused = (
    fault: string,
    fix = "Check the path; codeswitch.example.yaml is a start for a new one.",
  ): ConfigError => new ConfigError({ file: shown, key: from, fault: `names a file that ${fault}`, fix });
  if (!existsSync(path)) throw refused("does not exist");
  if (statSync(path).isDirectory()) throw refused("is a folder");
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reason = reasonOf(error);
    throw refused(`cannot be read (${reason})`, "Check its permissions.");
  }
  // What PowerShell 5 writes with >.
  if (/^(fffe|feff)$/.test(bytes.toString("hex", 0, 2))) throw refused("is written in UTF-16", "Save it as UTF-8.");
  return bytes.toString("utf8");
}

/** A file of another name that may have been meant. */
export const misnamedFiles = (cwd: string): string[] =>
  ["codeswitch.yml", "codeswitch.json"]
    .filter((name) => existsSync(join(cwd, name)))
    .map(
      (name) =>
        `${name} is here but not read: its name is not ${DEFAULT_FILE}. Rename it, or start with --config ${name}.`,
    );
