/** The key of whoever runs the gateway: from the environment, else the file, else under the name that LiteLLM gave it. */
import { keyFault } from "./api-keys.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./problem.ts";
import { readVariable, type Variables } from "./substitute.ts";

const OWNER_VARIABLE = "CODESWITCH_OWNER_KEY";
const OLD_VARIABLE = "LITELLM_MASTER_KEY";

export interface OwnerKey {
  readonly ownerKey?: string;
  /** Where it is written. */
  readonly place: string;
  readonly warnings: readonly string[];
}

/** Throws ConfigError for a key that everybody knows, or that is a caller's too. */
export function readOwnerKey({ ownerKey, keys }: Config, variables: Variables): OwnerKey {
  const set = readVariable(variables, OWNER_VARIABLE);
  if (set === undefined && ownerKey !== undefined) return { ownerKey, place: "auth.owner_key", warnings: [] };
  const place = set === undefined ? OLD_VARIABLE : OWNER_VARIABLE;
  const key = set ?? readVariable(variables, OLD_VARIABLE);
  if (key === undefined) return { place, warnings: [] };
  const fault = ownerFault(key, keys);
  if (fault) throw new ConfigError({ file: "environment", key: place, ...fault });
  const isOld = place === OLD_VARIABLE;
  const remark = `${OLD_VARIABLE} is read as the owner's key of this gateway. Its name here is ${OWNER_VARIABLE}.`;
  return { ownerKey: key, place, warnings: isOld ? [remark] : [] };
}

/** In words that finish "auth.owner_key …"; undefined: it is fit. */
export function ownerFault(key: string, keys: Config["keys"]): { fault: string; fix: string } | undefined {
  const fault = keyFault(key);
  if (fault !== undefined) return { fault: `is ${fault}, and is refused as a key`, fix: MAKE };
  const twin = keys.find((one) => one.key === key);
  return twin && { fault: `is the same key as that of ${twin.name}, which is a caller's`, fix: MAKE };
}
const MAKE = "Make one of its own: openssl rand -hex 32, or any password generator.";
