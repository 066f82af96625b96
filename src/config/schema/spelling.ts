/** The file's snake_case and our camelCase: one way there and one back, along the schema. Names that the operator chose stay as they are. */
import { isGroup, partsOf } from "./parts.ts";

type CamelName<Name> = Name extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<CamelName<Rest>>}` : Name;

export type InCamel<T> = T extends readonly (infer Item)[]
  ? readonly InCamel<Item>[]
  : T extends object
    ? { readonly [Name in keyof T as CamelName<Name>]: InCamel<T[Name]> }
    : T;

/** What `schema` has read, in our own spelling. */
export const inCamel = <T>(value: T, schema: unknown): InCamel<T> =>
  respelled(value, schema, (name) => [name, camelName(name)]) as InCamel<T>;

/** The keys of the schema, in its order and spelling; what else the value holds is left out. */
export const inSnake = (value: unknown, schema: unknown): unknown =>
  respelled(value, schema, (name) => [camelName(name), name]);

const camelName = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

function respelled(value: unknown, schema: unknown, spell: (name: string) => [from: string, to: string]): unknown {
  const { shape, element, valueType } = partsOf(schema);
  if (Array.isArray(value) && element) return value.map((item) => respelled(item, element, spell));
  if (!isGroup(value) || (!shape && !valueType)) return value;
  const pairs = shape
    ? Object.entries(shape).map(([name, inner]) => [...spell(name), inner] as const)
    : Object.keys(value).map((name) => [name, name, valueType] as const);
  return Object.fromEntries(
    pairs.flatMap(([from, to, inner]) =>
      value[from] === undefined ? [] : [[to, respelled(value[from], inner, spell)]],
    ),
  );
}
