/** The file's keys as a table, from the JSON Schema that editors get. */
import { isTimeKey } from "../../src/config/schema/duration.ts";
import { configJsonSchema } from "../../src/config/schema/json-schema.ts";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly required?: readonly string[];
}

export const printKeys = (): string =>
  ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |", ...rows(configJsonSchema() as Node, "")].join(
    "\n",
  );

function rows(node: Node, path: string): string[] {
  const { properties = {}, additionalProperties, items } = inFull(node);
  const own = Object.entries(properties).flatMap(([name, child]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const required = inFull(node).required?.includes(name) ?? false;
    return [
      `| \`${at}\` | ${kind(child, name)} | ${byDefault(child, required)} | ${child.description ?? ""} |`,
      ...rows(child, at),
    ];
  });
  const named = typeof additionalProperties === "object" ? rows(additionalProperties, `${path}.NAME`) : [];
  return [...own, ...named, ...(items ? rows(items, `${path}[]`) : [])];
}

/** Of several ways to write it, the first. */
const inFull = (node: Node): Node => node.anyOf?.[0] ?? node;

function kind(node: Node, name: string): string {
  const inner = inFull(node);
  if (isTimeKey(name)) return "milliseconds";
  if (inner.enum) return inner.enum.map((value) => `\`${String(value)}\``).join(" ");
  if (inner.type === "array") return "list";
  if (inner.type === "object") return inner.properties ? "group" : "group by name";
  return { integer: "whole number", boolean: "true, false", string: "text" }[inner.type ?? ""] ?? inner.type ?? "";
}

function byDefault(node: Node, required: boolean): string {
  if (required) return "required";
  if (node.default === undefined || node.type === "object") return "";
  return `\`${JSON.stringify(node.default)}\``;
}
