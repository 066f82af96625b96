/** The whole way to a Config: find the file, fill in variables, check, or build it from the environment. Reads files, opens nothing else. */
import { checkFile } from "./file/check.ts";
import { type ConfigFile, findFile, misnamedFiles, readText } from "./file/config-file.ts";
import type { Config, KeyConfig } from "./config.ts";
import { dotenvBeside, hasDotenv, isDotenv, over, parseDotenv } from "./dotenv.ts";
import { fromEnvironment, variableOfKey } from "./env/environment.ts";
import { OWN_VARIABLES } from "./env/variables.ts";
import { readOwnerKey } from "./owner-key.ts";
import { type PlaceOfKey, refuseExposed, weakKeyWarnings } from "./expose.ts";
import { readOverrides, variableWarnings, type Flags, type Overrides } from "./overrides.ts";
import { placeOf, valueOf } from "./yaml/place.ts";
import type { Place } from "./problem.ts";
import type { Variables } from "./substitute.ts";
import type { VendorFacts } from "./vendor.ts";
import { readYaml } from "./yaml/yaml-file.ts";

export interface Surroundings {
  /** The real environment. */
  readonly variables: Variables;
  readonly cwd: string;
  /** The catalog's rows. */
  readonly vendors: readonly VendorFacts[];
}

/** Throws ConfigError. `file` is what --config names: a configuration, or a `.env` whose variables stand in for one. */
export function loadConfig(file: string | undefined, flags: Flags, around: Surroundings): Config {
  const { variables, cwd } = around;
  const found = findFile(file, variables, cwd);
  if (found && !isDotenv(found.path)) return fromFile(found, flags, around);
  if (found) return fromVariables(over(variables, parseDotenv(readText(found))), found.shown, flags, around);
  const config = fromVariables(variables, ENVIRONMENT, flags, around);
  const hints = hasDotenv(cwd)
    ? ["The .env in this folder is not read, since no configuration lies beside it. To use it: --config .env"]
    : [];
  return { ...config, warnings: [...config.warnings, ...misnamedFiles(cwd), ...hints] };
}

/** No file of ours: keys and names are those of the variables. */
export const isOfVariables = ({ source }: Pick<Config, "source">): boolean =>
  source === ENVIRONMENT || isDotenv(source);

/** Where a person finds a caller's key. */
export const whereKeyIs = (config: Pick<Config, "source">, key: KeyConfig): string =>
  isOfVariables(config) ? `the value of ${variableOfKey(key)}` : `the key ${key.name} of ${config.source}`;

const ENVIRONMENT = "the environment";

/** The variables that count: the real environment, over the `.env` that the configuration is or brings along. */
export function variablesOf(file: string | undefined, { variables, cwd }: Surroundings): Variables {
  const found = findFile(file, variables, cwd);
  if (found === undefined) return variables;
  return over(variables, isDotenv(found.path) ? parseDotenv(readText(found)) : dotenvBeside(found.path));
}

function fromVariables(variables: Variables, source: string, flags: Flags, { vendors }: Surroundings): Config {
  const overrides = readOverrides(flags, variables);
  const config = { ...fromEnvironment(variables, vendors), source };
  return complete(config, overrides, { variables, host: { file: source, key: "HOST" }, placeOfKey: variableOfKey });
}

function fromFile(file: ConfigFile, flags: Flags, around: Surroundings): Config {
  const text = readText(file);
  const variables = over(around.variables, dotenvBeside(file.path));
  const yaml = readYaml(file.shown, text, variables);
  const config = { ...checkFile(yaml, around.vendors), source: file.shown };
  const overrides = readOverrides(flags, variables);
  const path = ["server", "host"];
  const host = { ...placeOf(yaml, path), ...valueOf(yaml, path, []) };
  const placeOfKey = (_key: KeyConfig, index: number): string => `auth.keys[${index}].key`;
  return complete(config, overrides, { variables, host, placeOfKey });
}

interface Origin {
  readonly variables: Variables;
  /** Where the host to listen on is said. */
  readonly host: Place;
  readonly placeOfKey: PlaceOfKey;
}

function complete(config: Config, overrides: Overrides, { variables, host, placeOfKey }: Origin): Config {
  const { server, log, keys, warnings } = config;
  const listening = { ...server, host: overrides.host ?? server.host, port: overrides.port ?? server.port };
  const owner = readOwnerKey(config, variables);
  const { ownerKey } = owner;
  const all = [...keys, ...(ownerKey === undefined ? [] : [{ name: "owner", key: ownerKey }])];
  const placeOf: PlaceOfKey = (key, index) => (index < keys.length ? placeOfKey(key, index) : owner.place);
  refuseExposed(listening.host, all, overrides.hostFrom ?? host, placeOf);
  return {
    ...config,
    ...(ownerKey !== undefined && { ownerKey }),
    server: listening,
    log: { format: overrides.logFormat ?? log.format },
    warnings: [
      ...warnings,
      ...owner.warnings,
      ...weakKeyWarnings(all, placeOf),
      ...variableWarnings(variables, OWN_VARIABLES),
    ],
  };
}
