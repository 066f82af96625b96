/** Down the file's schema by a path of the file. */
import { FileSchema } from "./schema.ts";
import type { Path } from "../yaml/place.ts";

/** One of the three, or none where anything may stand. */
export interface SchemaParts {
  /** A group of the schema's own names. */
  readonly shape?: Readonly<Record<string, unknown>>;
  /** A list. */
  readonly element?: unknown;
  /** A group of the operator's names. */
  readonly valueType?: unknown;
}

/** The keys that may stand at a place. */
export function keysAt(path: Path): readonly string[] {
  let schema: unknown = FileSchema;
  for (const step of path) {
    const inner = partsOf(schema);
    if (inner.element) schema = inner.element;
    else if (inner.valueType) schema = inner.valueType;
    else schema = inner.shape?.[String(step)];
  }
  return Object.keys(partsOf(schema).shape ?? {});
}

/** Through optional, default and prefault to the object, list or record below. */
export function partsOf(schema: unknown): SchemaParts {
  let at = schema as { def?: { innerType?: unknown } } & SchemaParts;
  while (at?.def?.innerType) at = at.def.innerType as typeof at;
  return at ?? {};
}

export const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
