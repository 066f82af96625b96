/** What a key's settings may hold in the right shape and mean nothing all the same: in the file, and where a key is made. */
import { modelNameFault } from "../ir/model-name.ts";
import { ADDRESS_FIX, addressFault } from "./addresses.ts";
import { budgetFaults } from "./budget-faults.ts";
import type { KeySettings } from "./config.ts";
import { MOMENT_FIX, momentOf } from "./moment.ts";

export interface SettingFault {
  /** In the file's words. */
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** Finishes the sentence "10.0.0.0/33 …". */
  readonly fault: string;
  readonly fix: string;
}

export function settingFaults({ addresses = [], models = [], budgets = [], expires }: KeySettings): SettingFault[] {
  const found: SettingFault[] = [];
  const add = (path: SettingFault["path"], value: string, fault: string | undefined, fix: string): void => {
    if (fault !== undefined) found.push({ path, value, fault, fix });
  };
  addresses.forEach((one, at) => add(["addresses", at], one, addressFault(one), ADDRESS_FIX));
  models.forEach((one, at) => add(["models", at], one, patternFault(one), PATTERN_FIX));
  for (const { path, ...rest } of budgetFaults(budgets)) found.push({ path: ["budgets", ...path], ...rest });
  if (expires !== undefined && momentOf(expires) === undefined)
    add(["expires"], expires, "is no day and no moment", MOMENT_FIX);
  return found;
}

const PATTERN_FIX = "Write a model's name, in which * matches any run of characters: fast-*, PROVIDER/fast-*.";

function patternFault(pattern: string): string | undefined {
  if (/[\s,;[\]{}()?|^$]/.test(pattern)) return "is no pattern of a model's name";
  const fault = modelNameFault(pattern);
  return fault && `is no pattern of a model's name: it ${fault}`;
}
