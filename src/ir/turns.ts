/** Entries are flat; Chat and Messages have turns. One grouping for both. */
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
  for (const entry of entries) {
    const turn = turnOf(entry);
    const last = turns.at(-1);
    if (last && turn.role === last.role && "entries" in last && "entries" in turn)
      (last.entries as (AssistantEntry | ResultEntry)[]).push(...turn.entries);
    else turns.push(turn);
  }
  return turns;
}

function turnOf(entry: Entry): Turn {
  switch (entry.kind) {
    case "instructions":
      return { role: "instructions", entry };
    case "tools":
      return { role: "tools", entry };
    case "result":
      return { role: "tool", entries: [entry] };
    case "message":
      return entry.role === "assistant"
        ? { role: "assistant", entries: [entry as AssistantEntry] }
        : { role: entry.role, entry };
    case "reasoning":
    case "call":
    case "opaque":
      return { role: "assistant", entries: [entry] };
  }
}

export const isFromModel = (entry: Entry): boolean =>
  entry.kind === "reasoning" ||
  entry.kind === "call" ||
  entry.kind === "opaque" ||
  (entry.kind === "message" && entry.role === "assistant");

/** The text parts of some content, joined by line breaks. */
export function textOfContent(content: Content): string {
  if (typeof content === "string") return content;
  return content.flatMap((part) => (part.kind === "text" || part.kind === "refusal" ? [part.text] : [])).join("\n");
}
