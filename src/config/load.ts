/** The whole way to a Config: find the file, fill in variables, check, or build it from the environment. Reads files, opens nothing else. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve as absolute } from "node:path";
import { checkFile } from "./check.ts";
import type { Config, KeyConfig, ServerConfig } from "./config.ts";
import { DEFAULT_LOG, DEFAULT_SERVER, readServer } from "./default.ts";
import { dotenvBeside, hasDotenv, isDotenv, over, readDotenv } from "./dotenv.ts";
import { fromEnvironment, variableOfKey } from "./env.ts";
import { OWN_VARIABLES } from "./env-variables.ts";
import { refuseExposed, weakKeyWarnings } from "./expose.ts";
import { readOverrides, unknownOwnVariables, unreadHost, type Flags, type Overrides } from "./overrides.ts";
import { placeOf, valueOf } from "./place.ts";
import { ConfigError } from "./problem.ts";
import type { VendorFacts } from "./vendor.ts";
import { readVariable, type Variables } from "./substitute.ts";
import { readYaml } from "./yaml-file.ts";

export interface Surroundings {
  /** The real environment. */
  readonly variables: Variables;
  readonly cwd: string;
  /** The catalog's rows. */
  readonly vendors: readonly VendorFacts[];
}

/** Throws ConfigError. `file` is what --config names: a configuration, or a `.env` whose variables stand in for one. */
export function loadConfig(file: string | undefined, flags: Flags, around: Surroundings): Config {
  const found = findFile(file, around);
  if (found === undefined) return fromVariables(around.variables, ENVIRONMENT, flags, around, hints(around.cwd));
  if (isDotenv(found.path))
    return fromVariables(over(around.variables, readEnvFile(found)), found.shown, flags, around, []);
  return fromFile(found, flags, around);
}

/** No file of ours: keys and names are those of the variables. */
export const isOfVariables = ({ source }: Pick<Config, "source">): boolean =>
  source === ENVIRONMENT || isDotenv(source);

/** Where a person finds a caller's key. */
export const whereKeyIs = (config: Pick<Config, "source">, key: KeyConfig): string =>
  isOfVariables(config) ? `the value of ${variableOfKey(key)}` : `the key ${key.name} of ${config.source}`;

const ENVIRONMENT = "the environment";

/** The variables that count: the real environment, over the `.env` that the configuration is or brings along. */
export function variablesOf(file: string | undefined, around: Surroundings): Variables {
  const found = findFile(file, around);
  if (found === undefined) return around.variables;
  return over(around.variables, isDotenv(found.path) ? readEnvFile(found) : dotenvBeside(found.path));
}

interface Found {
  readonly path: string;
  /** As a person would type it. */
  readonly shown: string;
  /** Who named it, for the message when it is not there. */
  readonly from: string;
}

const DEFAULT_FILE = "codeswitch.yaml";

function findFile(flag: string | undefined, { variables, cwd }: Surroundings): Found | undefined {
  const variable = readVariable(variables, "CODESWITCH_CONFIG");
  const named = flag ?? variable;
  if (named === undefined)
    return existsSync(join(cwd, DEFAULT_FILE)) ? found(DEFAULT_FILE, cwd, DEFAULT_FILE) : undefined;
  return found(named, cwd, flag === undefined ? "CODESWITCH_CONFIG" : "--config");
}

function found(named: string, cwd: string, from: string): Found {
  const path = absolute(cwd, named);
  const near = relative(cwd, path);
  return { path, shown: near === "" || near.startsWith("..") ? path : near, from };
}

function readText({ path, shown, from }: Found): string {
  const fault = !existsSync(path) ? "does not exist" : statSync(path).isDirectory() ? "is a folder" : undefined;
  if (fault !== undefined)
    throw new ConfigError([
      {
        file: shown,
        key: from,
        fault: `names a file that ${fault}`,
        fix: "Check the path; codeswitch.example.yaml is a start for a new one.",
      },
    ]);
  const bytes = readBytes({ path, shown, from });
  // What PowerShell 5 writes with >.
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16)
    throw new ConfigError([
      { file: shown, key: from, fault: "names a file that is written in UTF-16", fix: "Save it as UTF-8." },
    ]);
  return bytes.toString("utf8");
}

function readBytes({ path, shown, from }: Found): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError([
      {
        file: shown,
        key: from,
        fault: `names a file that cannot be read (${error instanceof Error ? error.message : String(error)})`,
        fix: "Check its permissions.",
      },
    ]);
  }
}

function readEnvFile(file: Found): Variables {
  readText(file);
  return readDotenv(file.path);
}

/** A `.env` that lies about must not set anything, but somebody may have meant it. */
function hints(cwd: string): string[] {
  const misnamed = ["codeswitch.yml", "codeswitch.json"].filter((name) => existsSync(join(cwd, name)));
  return [
    ...misnamed.map(
      (name) =>
        `${name} is here but not read: its name is not ${DEFAULT_FILE}. Rename it, or start with --config ${name}.`,
    ),
    ...(hasDotenv(cwd)
      ? ["The .env in this folder is not read, since no configuration lies beside it. To use it: --config .env"]
      : []),
  ];
}

function fromVariables(
  variables: Variables,
  source: string,
  flags: Flags,
  around: Surroundings,
  extra: readonly string[],
): Config {
  const overrides = readOverrides(flags, variables);
  const { warnings, ...rest } = fromEnvironment(variables, around.vendors);
  const server = serverOf(DEFAULT_SERVER, overrides);
  refuseExposed(server.host, rest.keys, overrides.host?.from ?? { file: source, key: "HOST" }, variableOfKey);
  return {
    server,
    ...rest,
    log: logOf(DEFAULT_LOG, overrides),
    source,
    warnings: [
      ...warnings,
      ...weakKeyWarnings(rest.keys, variableOfKey),
      ...unknownOwnVariables(variables, OWN_VARIABLES),
      ...unreadHost(variables),
      ...extra,
    ],
  };
}

function fromFile(file: Found, flags: Flags, around: Surroundings): Config {
  const text = readText(file);
  const variables = over(around.variables, dotenvBeside(file.path));
  const yaml = readYaml(file.shown, text, variables);
  const checked = checkFile(yaml, around.vendors);
  const overrides = readOverrides(flags, variables);
  const server = serverOf(readServer(checked.file.server), overrides);
  const path = ["server", "host"];
  const written = { ...placeOf(yaml, path), ...valueOf(yaml, path, []) };
  const placeOfKey = (_key: KeyConfig, index: number): string => `auth.keys[${index}].key`;
  refuseExposed(server.host, checked.keys, overrides.host?.from ?? written, placeOfKey);
  const { keys, providers, models, switchedOff, search, warnings } = checked;
  return {
    server,
    keys,
    providers,
    models,
    ...(switchedOff && { switchedOff }),
    ...(search && { search }),
    log: logOf(checked.file.log, overrides),
    source: file.shown,
    warnings: [
      ...warnings,
      ...weakKeyWarnings(keys, placeOfKey),
      ...unknownOwnVariables(variables, OWN_VARIABLES),
      ...unreadHost(variables),
    ],
  };
}

const serverOf = (server: ServerConfig, { host, port }: Overrides): ServerConfig => ({
  ...server,
  ...(host && { host: host.value }),
  ...(port && { port: port.value }),
});

const logOf = (log: Config["log"], { logFormat }: Overrides): Config["log"] => ({
  format: logFormat?.value ?? log.format,
});
