/** A key of a client's own in our configuration file. Comments and everything else stay as they are. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from "yaml";
import { hideBraces, showBraces } from "../config/yaml/bare-variables.ts";
import { endsLine, withLineEnds } from "./block.ts";
import { notValid } from "./refusals.ts";
import { SetupRefused } from "./setup.ts";
import { command } from "../typed/command.ts";

interface NewKey {
  readonly name: string;
  readonly key: string;
}

/** Throws SetupRefused where the file is broken. */
export function addKey(path: string, text: string, made: NewKey): string {
  const hidden = hideBraces(text);
  const added = withKeyAdded(path, hidden, made);
  return hidden === text ? added : showBraces(added);
}

function withKeyAdded(path: string, text: string, made: NewKey): string {
  const before = read(path, text);
  const wanted = withKey(before.toJS(), made);
  const spliced = splice(text, before, made);
  // Text is put in where it disturbs least; whether that is what was meant, the parser decides.
  if (spliced !== undefined && holds(spliced, wanted)) return spliced;
  const document = read(path, text);
  const keys = document.getIn(["auth", "keys"]);
  if (isSeq(keys)) document.addIn(["auth", "keys"], made);
  else document.setIn(["auth", "keys"], [made]);
  const printed = document.toString({ lineWidth: 0 });
  if (!holds(printed, wanted))
    throw new SetupRefused(
      `${path}: auth.keys is written in a way that nothing can be added to by itself. Add by hand: - name: ${made.name}, key: a random value; then run this again.`,
    );
  return printed;
}

function read(path: string, text: string): Document {
  const document = parseDocument(text, { logLevel: "error" });
  const [error] = document.errors;
  if (error) throw notValid(path, "YAML", error.message, `${command("config check")} says more.`);
  return document;
}

function withKey(value: unknown, made: NewKey): unknown {
  const root = (value ?? {}) as { auth?: { keys?: readonly unknown[] | null } | null };
  return { ...root, auth: { ...root.auth, keys: [...(root.auth?.keys ?? []), made] } };
}

function holds(text: string, wanted: unknown): boolean {
  const document = parseDocument(text, { logLevel: "error" });
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted);
}

function splice(text: string, document: Document, made: NewKey): string | undefined {
  if (!isMap(document.contents)) return undefined;
  const keys = document.getIn(["auth", "keys"], true);
  if (isSeq(keys)) return keys.flow ? intoFlow(text, keys, made) : intoBlock(text, keys, made);
  if (document.has("auth") || document.contents.flow) return undefined;
  const block = ["auth:", "  keys:", ...entry(made, "    ")].join("\n");
  return `${endsLine(text)}${withLineEnds(`\n${block}\n`, text)}`;
}

const entry = ({ name, key }: NewKey, indent: string): string[] => [
  `${indent}- name: ${name}`,
  `${indent}  key: ${JSON.stringify(key)}`,
];

function intoFlow(text: string, keys: YAMLSeq, { name, key }: NewKey): string | undefined {
  const end = keys.range?.[1];
  if (end === undefined || text[end - 1] !== "]") return undefined;
  const last = (keys.items.at(-1) as { range?: readonly number[] } | undefined)?.range?.[1];
  const made = `{ "name": ${JSON.stringify(name)}, "key": ${JSON.stringify(key)} }`;
  return last === undefined
    ? `${text.slice(0, end - 1).trimEnd()}${made}${text.slice(end - 1)}`
    : `${text.slice(0, last)}, ${made}${text.slice(last)}`;
}

/** Behind the last entry and the comment on its line. */
function intoBlock(text: string, keys: YAMLSeq, made: NewKey): string | undefined {
  const start = keys.range?.[0];
  const last = (keys.items.at(-1) as { range?: readonly number[] } | undefined)?.range?.[1];
  if (start === undefined || last === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const inside = text[last - 1] === "\n" ? last - 1 : last;
  const lineEnd = text.indexOf("\n", inside);
  const at = lineEnd < 0 ? text.length : lineEnd + 1;
  const block = withLineEnds(`${entry(made, indent).join("\n")}\n`, text);
  return `${endsLine(text.slice(0, at))}${block}${text.slice(at)}`;
}
