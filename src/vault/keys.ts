/** Under what an answer is kept, and a turn looked up: hashes of caller, conversation and what a client surely sends back. */
import { createHash } from "node:crypto";
import type { Answer } from "../ir/collect.ts";
import { textOfContent, type AssistantEntry } from "../ir/turns.ts";
import type { Scope } from "./vault.ts";

export function keysOfAnswer(scope: Scope, answer: Answer): readonly string[] {
  const calls = answer.blocks.flatMap(({ block, input }) =>
    block.kind === "call" ? [{ id: block.callId, input }] : [],
  );
  const text = answer.blocks.flatMap(({ block, text }) => (block.kind === "text" ? [text] : [])).join("\n");
  return keysOf(scope, calls, text);
}

export function keysOfTurn(scope: Scope, entries: readonly AssistantEntry[]): readonly string[] {
  const calls = entries.flatMap((entry) =>
    entry.kind === "call"
      ? [{ id: entry.callId, input: "json" in entry.input ? entry.input.json : entry.input.text }]
      : [],
  );
  const text = entries.flatMap((entry) => (entry.kind === "message" ? [textOfContent(entry.content)] : [])).join("\n");
  return keysOf(scope, calls, text);
}

interface Called {
  readonly id: string;
  readonly input: string;
}

/**
 * A turn with calls is known by them, for clients trim and rewrite texts: by id and arguments, since some hosts say
 * `call_0` in every turn, and by the id alone, since some clients rewrite arguments. Any other turn is known by its text.
 */
function keysOf(scope: Scope, calls: readonly Called[], text: string): readonly string[] {
  const key = (...words: readonly string[]): string =>
    createHash("sha256")
      .update(JSON.stringify([scope.caller, scope.conversation, ...words]))
      .digest("base64url");
  if (calls.length > 0)
    return [
      ...calls.map(({ id, input }) => key("call with", id, inOneSpelling(input))),
      ...calls.map(({ id }) => key("call", id)),
    ];
  return text.trim() === "" ? [] : [key("turn", text.trim())];
}

/** Clients parse arguments and print them anew. No arguments are no arguments, however they are written. */
function inOneSpelling(input: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(input.trim() || "{}")));
  } catch {
    return input;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]): [string, unknown] => [name, sorted(inner)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
