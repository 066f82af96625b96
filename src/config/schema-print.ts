/** The file's keys as a table, from the JSON Schema that editors get. */
import { configJsonSchema } from "./schema.ts";

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
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const required = node.required?.includes(name) ?? false;
    return [
      `| \`${at}\` | ${kind(child)} | ${byDefault(child, required)} | ${child.description ?? ""} |`,
      ...rows(child, at),
    ];
  });
  const named = typeof node.additionalProperties === "object" ? rows(node.additionalProperties, `${path}.NAME`) : [];
  return [...own, ...named, ...(node.items ? rows(node.items, `${path}[]`) : [])];
}

function kind(node: Node): string {
  const inner = node.anyOf?.[0] ?? node;
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
