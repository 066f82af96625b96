/** A file against all that must hold, at once: a fault of its shape in one place hides no fault of meaning in another. */
import { ConfigError, type Problem, PROBLEMS_MAX } from "../problem.ts";
import { resolve, type Resolved } from "./resolve.ts";
import { FileSchema } from "../schema/schema.ts";
import { inCamel } from "../schema/spelling.ts";
import { retype, validate, type Validated } from "./validate.ts";
import type { VendorFacts } from "../vendor.ts";
import type { Path, YamlFile } from "../yaml/place.ts";

/** Throws ConfigError with everything that is wrong. */
export function checkFile(yaml: YamlFile, vendors: readonly VendorFacts[]): Resolved {
  let validated: Validated;
  try {
    validated = validate(yaml);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(...[...error.problems, ...problemsElsewhere(yaml, vendors)].slice(0, PROBLEMS_MAX));
  }
  return resolve(yaml, validated, vendors);
}

/** Of what is left without the parts whose shape is wrong. */
function problemsElsewhere(yaml: YamlFile, vendors: readonly VendorFacts[]): readonly Problem[] {
  const value: unknown = structuredClone(retype(yaml));
  const first = FileSchema.safeParse(value);
  for (const { path } of first.error?.issues ?? []) leaveOut(value, partOf(path));
  const second = FileSchema.safeParse(value);
  if (!second.success) return [];
  try {
    resolve(yaml, { file: inCamel(second.data, FileSchema), pending: [] }, vendors);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** A provider, a model, or one of the other groups whole. */
const partOf = (path: Path): Path => path.slice(0, path[0] === "providers" || path[0] === "models" ? 2 : 1);

function leaveOut(value: unknown, path: Path): void {
  const [group, name] = path;
  if (typeof value !== "object" || value === null || group === undefined) return;
  const groups = value as Record<PropertyKey, unknown>;
  const inner = groups[group];
  if (name !== undefined && typeof inner === "object" && inner !== null) Reflect.deleteProperty(inner, name);
  else if (group === "providers" || group === "models") groups[group] = {};
  else Reflect.deleteProperty(groups, group);
}
