/** Where this gateway's data lives, and what it is sealed with. */
import { dataDir } from "../config/data-dir.ts";
import { variablesOf } from "../config/load.ts";
import { readVariable } from "../config/substitute.ts";
import { surroundings } from "./surroundings.ts";

export interface DataHere {
  readonly dataDir: string;
  readonly secret?: string;
}

export function dataHere(configFile: string | undefined): DataHere {
  const variables = variablesOf(configFile, surroundings());
  const secret = readVariable(variables, "CODESWITCH_SECRET");
  return { dataDir: dataDir(variables), ...(secret !== undefined && { secret }) };
}
