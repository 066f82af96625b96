/** Where this process stands: its environment, its folder, and the vendors that it knows. */
import type { Config } from "../config/config.ts";
import { loadConfig, variablesOf, type Surroundings } from "../config/load.ts";
import type { Flags } from "../config/overrides.ts";
import { ConfigError } from "../config/problem.ts";
import { readVariable, type Variables } from "../config/substitute.ts";
import { VENDORS } from "../providers/catalog.ts";
import { SECRET_FIX, secretFault } from "../store/secret.ts";
import { complain, paint } from "./paint.ts";
import { flag } from "./flags.ts";

export const surroundings = (): Surroundings => ({ variables: process.env, cwd: process.cwd(), vendors: VENDORS });

export const CONFIG_ARG = {
  ...flag("FILE", "The configuration. Else CODESWITCH_CONFIG, ./codeswitch.yaml, or the environment alone."),
  alias: "c",
} as const;

/** Throws ConfigError. */
export function loadHere(file: string | undefined, flags: Flags): Config {
  const config = loadConfig(file, flags, surroundings());
  refuseSecret(variablesOf(file, surroundings()));
  return config;
}

/** One that is too short would seal nothing, and nobody would know. */
function refuseSecret(variables: Variables): void {
  const own = readVariable(variables, "CODESWITCH_SECRET");
  const fault = own === undefined ? undefined : secretFault(own);
  if (fault !== undefined)
    throw new ConfigError({
      file: "environment",
      key: "CODESWITCH_SECRET",
      fault,
      fix: `${SECRET_FIX}; or leave it unset, and the data folder gets one of its own.`,
    });
}

export function printWarnings(config: Config): void {
  for (const warning of config.warnings) complain(`${paint("!", process.stderr)} ${warning}`);
}
