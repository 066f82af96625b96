/**
 * What a person may write shorter, as the schema has it: a model's only target without the list around it, or as the
 * model itself. Keys that begin with `x-` hold what anchors share, as in compose files, and are left out.
 */
import { FileSchema } from "../schema/schema.ts";
import { isGroup, keysAt, partsOf } from "../schema/parts.ts";
import type { Path, YamlFile } from "./place.ts";

/** Places are asked for as the schema has them, and told as they were written. */
export function longhand(yaml: YamlFile): YamlFile {
  const value = withoutExtensions(yaml.value, FileSchema);
  if (!isGroup(value) || !isGroup(value.models)) return { ...yaml, value };
  const ways = new Map(Object.entries(value.models).map(([name, model]) => [name, wayOf(model)] as const));
  const models = Object.fromEntries(Object.entries(value.models).map(([name, model]) => [name, inFull(model)]));
  const written = (path: Path): Path => {
    const [group, name, key, index, ...rest] = path;
    if (group !== "models" || typeof name !== "string" || key !== "targets") return path;
    const way = ways.get(name);
    if (way === "model") return [group, name, ...rest];
    return way === "target" && index === 0 ? [group, name, key, ...rest] : path;
  };
  return {
    ...yaml,
    value: { ...value, models },
    line: (path) => yaml.line(written(path)),
    excerpt: (path) => yaml.excerpt(written(path)),
    shown: (path) => yaml.shown(written(path)),
    missing: (path) => yaml.missing(written(path)),
  };
}

/** list: in full. target: one without the list. model: the target's keys are the model's own. */
function wayOf(model: unknown): "list" | "target" | "model" {
  if (!isGroup(model)) return "list";
  if (isGroup(model.targets)) return "target";
  return model.targets === undefined && ("provider" in model || "model" in model) ? "model" : "list";
}

function inFull(model: unknown): unknown {
  const way = wayOf(model);
  if (way === "list" || !isGroup(model)) return model;
  if (way === "target") return { ...model, targets: [model.targets] };
  const own = keysAt(["models", ""]);
  const isOwn = ([name]: [string, unknown]): boolean => own.includes(name);
  const { true: rest = [], false: target = [] } = Object.groupBy(Object.entries(model), (entry) => `${isOwn(entry)}`);
  return { ...Object.fromEntries(rest), targets: [Object.fromEntries(target)] };
}

/** Where the operator chooses the names, `x-ai/grok` is one. */
function withoutExtensions(value: unknown, schema: unknown): unknown {
  const { shape, element, valueType } = partsOf(schema);
  if (Array.isArray(value)) return element ? value.map((item) => withoutExtensions(item, element)) : value;
  if (!isGroup(value)) return value;
  if (element) return withoutExtensions(value, element);
  if (!shape && !valueType) return value;
  const kept = Object.entries(value).filter(([name]) => !shape || !name.startsWith("x-"));
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, withoutExtensions(inner, shape ? shape[name] : valueType)]),
  );
}
