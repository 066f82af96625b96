/** Names in a file that point at other names of it. */
import { matches } from "../../ir/model-name.ts";
import { isGroup } from "../schema/parts.ts";
import { didYouMean } from "../nearest.ts";
import { nameOf, placeOf, valueOf, valueAt, type Path, type YamlFile } from "../yaml/place.ts";
import { printProblem, showNames, type Problems } from "../problem.ts";
import type { FileConfig } from "../schema/file-config.ts";

/** Targets of providers that are not there. Of a file that may be wrong elsewhere: one look should show everything. */
export function checkProviderNames(yaml: YamlFile, wrong: Problems): void {
  const providers = valueAt(yaml.value, ["providers"]);
  if (!isGroup(providers)) return;
  const known = Object.keys(providers).map((name) => nameOf(yaml, "providers", name));
  for (const path of targetPaths(yaml.value)) {
    const at = [...path, "provider"];
    const name = valueAt(yaml.value, at);
    if (typeof name !== "string" || name === "" || Object.hasOwn(providers, name)) continue;
    wrong.add({
      ...placeOf(yaml, at),
      ...valueOf(yaml, at, known),
      fault: "is not one of the providers",
      fix: `${didYouMean(name, known)}Providers of this file: ${showNames(known) || "none"}.`,
    });
  }
}

function targetPaths(value: unknown): Path[] {
  const models = valueAt(value, ["models"]);
  if (!isGroup(models)) return [];
  return Object.entries(models).flatMap(([name, model]) => {
    const targets = isGroup(model) ? model.targets : undefined;
    return Array.isArray(targets) ? targets.map((_, index) => ["models", name, "targets", index]) : [];
  });
}

/** Models that a key may ask for and that nothing here is called: the key would be refused them, and nobody knows why. */
export function unknownKeyModels(file: FileConfig, yaml: YamlFile): string[] {
  const known = Object.keys(file.models).map((name) => nameOf(yaml, "models", name));
  return file.auth.keys.flatMap(({ models = [] }, key) =>
    models.flatMap((pattern, index) => {
      if (isAbout(pattern, file)) return [];
      const path = ["auth", "keys", key, "models", index];
      const fault = "is no model of this file, so that it allows nothing";
      const fix = `${didYouMean(pattern, known)}Models: ${showNames(known)}.`;
      return [printProblem({ ...placeOf(yaml, path), ...valueOf(yaml, path, known), fault, fix })];
    }),
  );
}

/** Whatever may mean one of the models or targets, as routing/allowed.ts has it: in doubt nobody is warned. */
function isAbout(pattern: string, { models }: FileConfig): boolean {
  const names = Object.entries(models).flatMap(([name, { targets }]) => [
    name,
    ...targets.flatMap(({ provider, model }) => [
      model === "*" ? name : model,
      `${provider}/${model}`,
      `${provider}/${name}`,
    ]),
  ]);
  const asked = pattern.toLowerCase();
  return names.some(
    (name) =>
      matches(pattern, name) ||
      (name.includes("*") && (pattern.includes("*") || matches(name, pattern))) ||
      asked.startsWith(`${name.toLowerCase()}-`),
  );
}
