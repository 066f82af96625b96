/** The models of the file, each with those targets whose providers are on. */
import { modelNameFault } from "../../ir/model-name.ts";
import { DIALECT_IDS } from "../../dialects/index.ts";
import { OPENAI_RESPONSES } from "../../dialects/openai-responses/id.ts";
import { responsesFault } from "../base-url.ts";
import type { Config, ModelConfig, TargetConfig } from "../config.ts";
import { writtenAt, type Path } from "../yaml/place.ts";
import type { FileReading } from "./reading.ts";
import type { FileTarget } from "../schema/file-config.ts";

export function checkTargets({ file, refuse }: FileReading): void {
  for (const [model, { targets }] of Object.entries(file.models)) {
    const nameless = modelNameFault(model);
    if (nameless !== undefined) refuse(["models", model], nameless, "Nobody could ask for it: rename it.");
    targets.forEach((target, index) => {
      const at = (key: string): Path => ["models", model, "targets", index, key];
      const provider = file.providers[target.provider];
      const isAsked = provider && target.dialect === OPENAI_RESPONSES;
      const old = isAsked ? responsesFault(provider.kind, provider.apiVersion) : undefined;
      if (old) refuse(at("dialect"), ...old, DIALECT_IDS);
      if (target.model.includes("*") && target.model !== "*")
        refuse(at("model"), "has a * inside a name", 'Write the upstream\'s name, or "*" for the name as asked.');
      const fault = modelNameFault(target.model);
      if (fault !== undefined) refuse(at("model"), fault, "Write the name that the upstream knows.");
    });
  }
}

export const readModels = ({ file, yaml }: FileReading, providers: Config["providers"]): ModelConfig[] =>
  Object.entries(file.models).map(([name, model]) => ({
    ...model,
    name,
    targets: model.targets.flatMap((target, at) =>
      Object.hasOwn(providers, target.provider)
        ? [readTarget(target, writtenAt(yaml, ["models", name, "targets", at, "model"]))]
        : [],
    ),
  }));

const readTarget = ({ reasoning, ...target }: FileTarget, place: string): TargetConfig => ({
  ...target,
  ...reasoning,
  writtenAt: place,
});
