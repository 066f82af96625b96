/** Where this gateway's data lives, what it is sealed with, and what it may ask of its own accord. */
import { dataDir } from "../config/data-dir.ts";
import { variablesOf } from "../config/load.ts";
import { readVariable } from "../config/substitute.ts";
import { surroundings } from "./surroundings.ts";

export interface DataHere {
  readonly dataDir: string;
  readonly secret?: string;
  /** A start asks whether the deployments of the configuration are there. */
  readonly asksDeployments: boolean;
}

export function dataHere(configFile: string | undefined): DataHere {
  const variables = variablesOf(configFile, surroundings());
  const secret = readVariable(variables, "CODESWITCH_SECRET");
  const asks = readVariable(variables, "CODESWITCH_ASK_DEPLOYMENTS") ?? "on";
  return {
    dataDir: dataDir(variables),
    secret,
    asksDeployments: !/^(0|off|no|false)$/i.test(asks),
  };
}
