/** Turns become messages, in their order. */
import type { Entry } from "../../ir/request.ts";
import { type Turn, turnsOf } from "../../ir/turns.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { assistantTurn } from "./assistant-encode.ts";
import { encodeContent } from "./parts-encode.ts";
import { toolTurn } from "./results-encode.ts";
import { type Writing, withBesides } from "./writing.ts";

export function encodeMessages(entries: readonly Entry[], writing: Writing): JsonObject[] {
  const messages: JsonObject[] = [];
  let begun = false;
  for (const turn of turnsOf(entries)) {
    if (isSystem(turn)) systemTurn(turn, begun, messages, writing);
    else {
      begun ||= turn.role !== "tools";
      otherTurn(turn, messages, writing);
    }
  }
  return messages;
}

type SystemTurn = Turn & { readonly role: "instructions" | "system" | "developer" };
const isSystem = (turn: Turn): turn is SystemTurn =>
  turn.role === "instructions" || turn.role === "system" || turn.role === "developer";

const NO_WORD = "a message without a word, which vendors refuse";

/** Templates that know one system message at the very beginning get one; what comes later becomes a marked user message. */
function systemTurn(turn: SystemTurn, begun: boolean, messages: JsonObject[], writing: Writing): void {
  const { entry } = turn;
  const content = encodeContent(entry.content, writing, "\n\n");
  const role = turn.role === "developer" && writing.traits.developerRole ? "developer" : "system";
  const plain = { role, content };
  const message = entry.kind === "message" ? withBesides(plain, entry, writing) : plain;
  if (content === "") {
    if (entry.kind === "message") writing.losses.hint(entry, "empty-turn", "dropped", NO_WORD);
    return;
  }
  if (writing.traits.midSystem) return void messages.push(message);
  const last = messages.at(-1);
  if (!begun && last) messages[messages.length - 1] = { ...last, content: joinedContent(last.content, content) };
  else if (!begun) messages.push(plain);
  else {
    const note = "this vendor takes one system message, at the beginning: a later one became a user message";
    writing.losses.hint(entry, "mid-system", "approximated", note);
    messages.push({ role: "user", content: typeof content === "string" ? `[system]\n${content}` : content });
  }
}

function joinedContent(before: Json | undefined, more: Json): Json {
  if (typeof before === "string" && typeof more === "string") return `${before}\n\n${more}`;
  const parts = (content: Json | undefined): Json[] =>
    isList(content) ? (content as Json[]) : [{ type: "text", text: content ?? "" }];
  const all = parts(before);
  for (const part of parts(more)) all.push(part);
  return all;
}

function otherTurn(turn: Exclude<Turn, SystemTurn>, messages: JsonObject[], writing: Writing): void {
  switch (turn.role) {
    case "assistant":
      return assistantTurn(turn.entries, messages, writing);
    case "tool":
      return toolTurn(turn.entries, messages, writing);
    case "tools": {
      const note = "tools among the messages are declared at the top";
      return writing.losses.hint(turn.entry, "additional-tools", "emulated", note);
    }
    default: {
      const { entry } = turn as Turn & { readonly role: "user" };
      const message = { role: "user", content: encodeContent(entry.content, writing) };
      messages.push(withBesides(message, entry, writing));
    }
  }
}
