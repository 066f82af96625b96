/** The budgets of a file: what means nothing, and models that they degrade to and that are not there. */
import type { BudgetConfig } from "../config.ts";
import { matches } from "../../ir/model-name.ts";
import { budgetFaults } from "../budget-faults.ts";
import { didYouMean } from "../nearest.ts";
import { showNames } from "../problem.ts";
import type { Path } from "../yaml/place.ts";
import type { FileReading } from "./reading.ts";

export function checkBudgets(reading: FileReading): void {
  const { providers, models, auth, budgets } = reading.file;
  const check = (path: Path, list: readonly BudgetConfig[] = []): void => {
    for (const { path: within, fault, fix } of budgetFaults(list)) reading.refuse([...path, ...within], fault, fix);
    checkModels(path, list, reading);
  };
  check(["budgets"], budgets);
  for (const [name, provider] of Object.entries(providers)) check(["providers", name, "budgets"], provider.budgets);
  for (const [name, model] of Object.entries(models)) check(["models", name, "budgets"], model.budgets);
  // What else is wrong with a key is said where keys are checked.
  for (const [index, key] of auth.keys.entries())
    checkModels(["auth", "keys", index, "budgets"], key.budgets ?? [], reading, key.models);
}

/** `allowed`: what a key may ask for. */
function checkModels(
  path: Path,
  budgets: readonly BudgetConfig[],
  { file, refuse }: FileReading,
  allowed?: readonly string[],
): void {
  const names = Object.keys(file.models);
  for (const [index, { degrade }] of budgets.entries())
    for (const [mark, { model }] of degrade.entries()) {
      if (model === undefined) continue;
      const at = [...path, index, "degrade", mark, "model"];
      const known = `${didYouMean(model, names)}Models of this file: ${showNames(names)}.`;
      // A pattern with a provider in front is judged when a call comes, by the targets.
      const mayAsk = allowed?.some((pattern) => pattern.includes("/") || matches(pattern, model)) ?? true;
      if (!names.some((name) => matches(name, model))) refuse(at, "is none of the models", known, names);
      else if (!mayAsk)
        refuse(at, "is no model that the key may ask for", "Add it to the key's models, or name another.", names);
    }
}
