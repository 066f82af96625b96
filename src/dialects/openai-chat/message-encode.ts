/** Turns become messages, in their order. */
import type { Entry } from "../../ir/request.ts";
import { type Turn, turnsOf } from "../../ir/turns.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { assistantTurn } from "./assistant-encode.ts";
import { encodeContent } from "./part-encode.ts";
import { toolTurn } from "./result-encode.ts";
import { hint, type Writing } from "./writing.ts";

export function encodeMessages(entries: readonly Entry[], writing: Writing): JsonObject[] {
  const messages: JsonObject[] = [];
  let begun = false;
  turnsOf(entries).forEach((turn, index) => {
    const at = `turns[${index}]`;
    if (isSystem(turn)) systemTurn(turn, at, begun, messages, writing);
    else {
      begun ||= turn.role !== "tools";
      messages.push(...otherTurn(turn, at, writing));
    }
  });
  return messages;
}

type SystemTurn = Turn & { readonly role: "instructions" | "system" | "developer" };
const isSystem = (turn: Turn): turn is SystemTurn =>
  turn.role === "instructions" || turn.role === "system" || turn.role === "developer";

/** Templates that know one system message at the very beginning get one; what comes later becomes a marked user message. */
function systemTurn(turn: SystemTurn, at: string, begun: boolean, messages: JsonObject[], writing: Writing): void {
  const { entry } = turn;
  const content = encodeContent(entry.content, at, writing, "\n\n");
  if ("effort" in entry && entry.effort !== undefined)
    hint(writing, "dropped", at, "turn-effort", "Chat has one effort for the whole request");
  if (content === "") return;
  const role = turn.role === "developer" && writing.traits.developerRole ? "developer" : "system";
  if (writing.traits.midSystem) return void messages.push({ role, content, ...nameOf(entry) });
  const last = messages.at(-1);
  if (!begun && last) messages[messages.length - 1] = { ...last, content: joinedContent(last.content, content) };
  else if (!begun) messages.push({ role, content });
  else {
    const note = "this vendor takes one system message, at the beginning: a later one became a user message";
    hint(writing, "approximated", at, "mid-system", note);
    messages.push({ role: "user", content: typeof content === "string" ? `[system]\n${content}` : content });
  }
}

function joinedContent(before: Json | undefined, more: Json): Json {
  if (typeof before === "string" && typeof more === "string") return `${before}\n\n${more}`;
  const parts = (content: Json | undefined): readonly Json[] =>
    isList(content) ? content : [{ type: "text", text: content ?? "" }];
  return [...parts(before), ...parts(more)];
}

const nameOf = (entry: Entry): JsonObject =>
  entry.kind === "message" && entry.name !== undefined ? { name: entry.name } : {};

function otherTurn(turn: Exclude<Turn, SystemTurn>, at: string, writing: Writing): readonly JsonObject[] {
  switch (turn.role) {
    case "assistant":
      return assistantTurn(turn.entries, at, writing);
    case "tool":
      return toolTurn(turn.entries, at, writing);
    case "tools":
      hint(writing, "emulated", at, "additional-tools", "tools among the messages are declared at the top");
      return [];
    default:
      return "entry" in turn && turn.entry.kind === "message"
        ? [{ role: "user", content: encodeContent(turn.entry.content, at, writing), ...nameOf(turn.entry) }]
        : [];
  }
}
