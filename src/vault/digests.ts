/** What was said, as hashes: an entry of a conversation, and the parts of an answer as a client will send them back. */
import type { CallEntry, Entry, ResultEntry, ToolRef } from "../ir/request.ts";
import { textOfContent } from "../ir/turns.ts";

export const sha256 = (text: string): string => Bun.SHA256.hash(text, "base64url");

/** "" for what does not count: instructions, which clients print anew with the time of day, and reasoning, which they drop. */
export function digestOf(entry: Entry): string {
  let digest = digests.get(entry);
  if (digest === undefined) digests.set(entry, (digest = freshDigestOf(entry)));
  return digest;
}

/** Each is wanted several times in a call: by every way in which its turn may be known, by all that stands behind it, and by the place of the answer to come. */
const digests = new WeakMap<Entry, string>();

function freshDigestOf(entry: Entry): string {
  switch (entry.kind) {
    case "call":
      return digestOfCall(entry.callId, { tool: entry.tool, input: inputOf(entry) });
    case "result":
      return digest("result", entry.callId, textOfResult(entry).trim());
    case "message":
      if (entry.role === "assistant") return digestOfText(textOfContent(entry.content));
      return entry.role === "user" ? digest("user", "", textOfContent(entry.content).trim()) : "";
    default:
      return "";
  }
}

/** Of an answer. Some clients print one without words as an empty text. */
export function digestOfText(text: string): string {
  const said = text.trim();
  return said === "" ? "" : digest("said", "", said);
}

export interface Input {
  readonly tool: ToolRef;
  readonly input: string;
}

/** Clients parse arguments and print them anew. */
export const digestOfCall = (id: string, { tool, input }: Input): string =>
  digest("call", id, (tool.via === "custom" ? undefined : oneSpelling(input)) ?? input);

/** What a client does with arguments that broke off, nobody knows. */
export const isWhole = ({ tool, input }: Input): boolean => tool.via === "custom" || oneSpelling(input) !== undefined;

const digest = (kind: string, id: string, text: string): string =>
  new Bun.SHA256().update(`${kind} ${id.length} ${id} `).update(text).digest("base64url");

const inputOf = ({ input }: CallEntry): string => ("json" in input ? input.json : input.text);

const textOfResult = ({ content }: ResultEntry): string =>
  typeof content === "object" && "tools" in content ? "" : textOfContent(content);

/** No arguments are no arguments, however they are written. */
function oneSpelling(input: string): string | undefined {
  try {
    return JSON.stringify(sorted(JSON.parse(input.trim() || "{}")));
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]): [string, unknown] => [name, sorted(inner)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
