/** Reasoning that clients drop, kept for the next turn of the same conversation. In memory and bounded. */
import { createHash } from "node:crypto";
import type { Answer, WholeBlock } from "../ir/collect.ts";
import type { Entry, ReasoningEntry } from "../ir/request.ts";
import { canRead, type SealReader } from "../ir/seal.ts";
import { textOfContent, turnsOf, type AssistantEntry } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";

/** A key never reads what another stored, and tool ids repeat between conversations (`call_0`). */
export interface Scope {
  readonly caller: string;
  readonly conversation: string;
}

export interface Vault {
  remember(scope: Scope, answer: Answer): void;
  /** Puts the reasoning back in front of the turns that lack it, where `reader` can read it. */
  restore(scope: Scope, entries: readonly Entry[], reader: SealReader): readonly Entry[];
}

/** Two equal turns with different reasoning restore neither: `undefined` marks the conflict. */
interface Kept {
  readonly reasoning: readonly ReasoningEntry[] | undefined;
  readonly bytes: number;
  readonly until: number;
}

export function memoryVault(clock: () => number): Vault {
  const kept = new Map<string, Kept>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const put = (key: string, reasoning: readonly ReasoningEntry[], size: number): void => {
    const before = kept.get(key);
    const conflict = before !== undefined && !equal(before.reasoning, reasoning);
    drop(key);
    kept.set(key, { reasoning: conflict ? undefined : reasoning, bytes: size, until: clock() + LIMITS.vaultTtlMs });
    bytes += size;
    for (const oldest of kept.keys()) {
      if (kept.size <= LIMITS.vaultEntriesMax && bytes <= LIMITS.vaultBytesMax) break;
      drop(oldest);
    }
  };
  const get = (key: string): readonly ReasoningEntry[] | undefined => {
    const found = kept.get(key);
    if (found && found.until > clock()) return found.reasoning;
    drop(key);
    return undefined;
  };

  return {
    remember: (scope, answer) => {
      const reasoning = answer.blocks.filter((block) => block.block.kind === "reasoning").map(entryOf);
      if (reasoning.length === 0 || answer.error) return;
      const size = JSON.stringify(reasoning).length;
      if (size > LIMITS.vaultTurnBytesMax) return;
      for (const key of keysOfAnswer(scope, answer)) put(key, reasoning, size);
    },
    restore: (scope, entries, reader) =>
      turnsOf(entries).flatMap((turn): readonly Entry[] => {
        if (turn.role === "tool") return turn.entries;
        if (turn.role !== "assistant") return [turn.entry];
        if (turn.entries.some((entry) => entry.kind === "reasoning" && usable(entry, reader))) return turn.entries;
        const found = keysOfTurn(scope, turn.entries)
          .map(get)
          .find((reasoning) => reasoning !== undefined);
        const readable = found?.filter((entry) => usable(entry, reader));
        if (!readable || readable.length === 0) return turn.entries;
        return [...readable, ...turn.entries.filter((entry) => entry.kind !== "reasoning")];
      }),
  };
}

/** A seal counts only for who can read it; plain reasoning text is for everyone. */
const usable = (entry: ReasoningEntry, reader: SealReader): boolean =>
  (entry.seal !== undefined && canRead(reader, entry.seal)) || entry.sections.some((text) => text !== "");

function entryOf(block: WholeBlock): ReasoningEntry {
  const redacted = block.block.kind === "reasoning" && block.block.redacted;
  return {
    kind: "reasoning",
    sections: block.sections,
    ...(block.seal && { seal: block.seal }),
    ...(redacted && { redacted: true }),
  };
}

function keysOfAnswer(scope: Scope, answer: Answer): readonly string[] {
  const calls = answer.blocks.flatMap(({ block }) => (block.kind === "call" ? [block.callId] : []));
  const text = answer.blocks.flatMap(({ block, text }) => (block.kind === "text" ? [text] : [])).join("\n");
  return keysOf(scope, calls, text);
}

function keysOfTurn(scope: Scope, entries: readonly AssistantEntry[]): readonly string[] {
  const calls = entries.flatMap((entry) => (entry.kind === "call" ? [entry.callId] : []));
  const text = entries.flatMap((entry) => (entry.kind === "message" ? [textOfContent(entry.content)] : [])).join("\n");
  return keysOf(scope, calls, text);
}

/** By each call id, else by the text: a turn with calls is known by them, for clients trim and rewrite texts. */
const keysOf = (scope: Scope, calls: readonly string[], text: string): readonly string[] =>
  calls.length > 0
    ? calls.map((id) => keyOf(scope, "call", id))
    : text.trim() === ""
      ? []
      : [keyOf(scope, "turn", text.trim())];

const keyOf = (scope: Scope, kind: string, value: string): string =>
  createHash("sha256")
    .update(JSON.stringify([scope.caller, scope.conversation, kind, value]))
    .digest("base64url");

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
