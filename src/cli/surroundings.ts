/** Where this process stands: its environment, its folder, and the vendors that it knows. */
import type { Config } from "../config/config.ts";
import { loadConfig, type Surroundings } from "../config/load.ts";
import type { Flags } from "../config/overrides.ts";
import { VENDORS } from "../providers/catalog.ts";
import { complain, paint } from "./paint.ts";

export const surroundings = (): Surroundings => ({ variables: process.env, cwd: process.cwd(), vendors: VENDORS });

export const CONFIG_ARG = {
  type: "string",
  alias: "c",
  valueHint: "FILE",
  description: "The configuration. Else CODESWITCH_CONFIG, ./codeswitch.yaml, or the environment alone.",
} as const;

export const loadHere = (file: string | undefined, flags: Flags): Config => loadConfig(file, flags, surroundings());

export function printWarnings(config: Config): void {
  for (const warning of config.warnings) complain(`${paint("!", process.stderr)} ${warning}`);
}
