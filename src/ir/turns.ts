/** Entries are flat; Chat and Messages have turns. One grouping for both. */
import { assertNever } from "./assert-never.ts";
import type { CallEntry, Content, Entry, MessageEntry, ReasoningEntry, ResultEntry } from "./request.ts";

export type AssistantEntry = (MessageEntry & { readonly role: "assistant" }) | ReasoningEntry | CallEntry | OpaqueEntry;
type OpaqueEntry = Extract<Entry, { kind: "opaque" }>;

export type Turn =
  | { readonly role: "instructions"; readonly entry: Extract<Entry, { kind: "instructions" }> }
  | { readonly role: "system" | "developer" | "user"; readonly entry: MessageEntry }
  /** One answer of the model, in its own order. */
  | { readonly role: "assistant"; readonly entries: readonly AssistantEntry[] }
  /** The results that follow one assistant turn. */
  | { readonly role: "tool"; readonly entries: readonly ResultEntry[] }
  | { readonly role: "tools"; readonly entry: Extract<Entry, { kind: "tools" }> };

/** Expects `repairEntries` to have run: each result stands right behind the turn of its call. */
export function turnsOf(entries: readonly Entry[]): readonly Turn[] {
  const turns: Turn[] = [];
  /** Of the last turn, where it is of that kind. */
  let answer: AssistantEntry[] | undefined;
  let results: ResultEntry[] | undefined;
  for (const entry of entries) {
    if (isFromModel(entry)) {
      if (answer) answer.push(entry);
      else turns.push({ role: "assistant", entries: (answer = [entry]) });
      results = undefined;
    } else if (entry.kind === "result") {
      if (results) results.push(entry);
      else turns.push({ role: "tool", entries: (results = [entry]) });
      answer = undefined;
    } else {
      turns.push(loneTurn(entry));
      answer = results = undefined;
    }
  }
  return turns;
}

function loneTurn(entry: Exclude<Entry, AssistantEntry | ResultEntry>): Turn {
  switch (entry.kind) {
    case "instructions":
      return { role: "instructions", entry };
    case "tools":
      return { role: "tools", entry };
    case "message":
      return { role: entry.role as "system" | "developer" | "user", entry };
    default:
      return assertNever(entry);
  }
}

export const isFromModel = (entry: Entry): entry is AssistantEntry =>
  entry.kind === "reasoning" ||
  entry.kind === "call" ||
  entry.kind === "opaque" ||
  (entry.kind === "message" && entry.role === "assistant");

/** The text parts of some content, joined by line breaks. */
export function textOfContent(content: Content): string {
  if (typeof content === "string") return content;
  const texts: string[] = [];
  for (const part of content) if (part.kind === "text" || part.kind === "refusal") texts.push(part.text);
  return texts.join("\n");
}
