/** One value in JSON text. Everything else stays as it is written, also what stands on one line with it. */
import { createScanner, findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import type { Json } from "../wire/json.ts";

export type JsonPath = readonly (string | number)[];

/** The text holds an object, and objects on the way to the value as far as there is anything. */
export function setValue(text: string, path: JsonPath, value: Json): string {
  const layout = layoutOf(text);
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (!root) return text;
  const found = findNodeAtLocation(root, [...path]);
  if (found) return replaced(text, found, value, layout);
  let depth = path.length - 1;
  while (depth > 0 && !findNodeAtLocation(root, path.slice(0, depth))) depth--;
  const parent = findNodeAtLocation(root, path.slice(0, depth)) ?? root;
  const missing = path.slice(depth + 1).reduceRight<Json>((inner, step) => ({ [step]: inner }), value);
  return inserted(text, parent, String(path[depth]), missing, layout);
}

interface Layout {
  readonly unit: string;
  readonly eol: string;
}

const layoutOf = (text: string): Layout => ({
  unit: /\n([ \t]+)["}]/.exec(text)?.[1] ?? "  ",
  eol: text.includes("\r\n") ? "\r\n" : "\n",
});

const printed = (value: Json, indent: string, { unit, eol }: Layout): string =>
  JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);

function replaced(text: string, { offset, length }: Node, value: Json, layout: Layout): string {
  const isList = Array.isArray(value) && !text.slice(offset, offset + length).includes("\n");
  const after = isList
    ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]`
    : printed(value, indentAt(text, offset), layout);
  return text.slice(0, offset) + after + text.slice(offset + length);
}

/** Behind the last one, on lines of its own. */
function inserted(text: string, parent: Node, key: string, value: Json, layout: Layout): string {
  const { unit, eol } = layout;
  const last = parent.children?.at(-1);
  const start = last ? last.offset + last.length : parent.offset + 1;
  const end = parent.offset + parent.length - 1;
  const outer = indentAt(text, parent.offset);
  const inner = (last && ownIndent(text, last.offset)) ?? outer + unit;
  const between = text.slice(start, end);
  const kept = (last && !hasComma(between) ? `,${between}` : between).trimEnd();
  const space = between.slice(between.trimEnd().length);
  const closing = last && space.includes("\n") ? space : eol + outer;
  const entry = `${JSON.stringify(key)}: ${printed(value, inner, layout)}`;
  return `${text.slice(0, start)}${kept}${eol}${inner}${entry}${closing}${text.slice(end)}`;
}

const lineAt = (text: string, offset: number): string => text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
const indentAt = (text: string, offset: number): string => /^[ \t]*/.exec(lineAt(text, offset))?.[0] ?? "";

/** undefined: something else begins its line. */
function ownIndent(text: string, offset: number): string | undefined {
  const before = lineAt(text, offset);
  return before.trim() === "" && text.lastIndexOf("\n", offset) >= 0 ? before : undefined;
}

/** Comments may hold commas of their own. */
function hasComma(text: string): boolean {
  const scanner = createScanner(text, true);
  const COMMA = 5;
  const END = 17;
  for (let token = Number(scanner.scan()); token !== END; token = Number(scanner.scan()))
    if (token === COMMA) return true;
  return false;
}
