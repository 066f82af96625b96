/** Conversations as clients really send them, made into ones that every vendor accepts. Runs before any encoder. */
import type { Loss, Translated } from "./loss.ts";
import type { CallEntry, Entry, ResultEntry } from "./request.ts";
import { FIELDS } from "./words.ts";

/** What a call without a result is answered with: vendors refuse a call that nothing follows. */
export const NO_RESULT = "(no result: the call was interrupted)";

/**
 * Missing ids are inferred in order (Cursor leaves them out), repeated ids made unique (`call_0` in every turn), each
 * result moved right behind the turn of its call, an orphan result told as user text, an unanswered call answered.
 */
export function repairEntries(entries: readonly Entry[]): Translated<readonly Entry[]> {
  const losses: Loss[] = [];
  const named = nameCalls(entries);
  const results = new Map<string, ResultEntry>();
  for (const entry of named) if (entry.kind === "result" && entry.callId !== "") results.set(entry.callId, entry);

  const out: Entry[] = [];
  let open: CallEntry[] = [];
  const answerOpen = (): void => {
    for (const call of open) out.push(results.get(call.callId) ?? unanswered(call));
    open = [];
  };
  const placed = new Set(named.flatMap((entry) => (entry.kind === "call" ? [entry.callId] : [])));
  for (const entry of named) {
    if (entry.kind === "call") {
      open.push(entry);
      out.push(entry);
    } else if (entry.kind === "result") {
      if (placed.has(entry.callId)) answerOpen();
      else {
        losses.push(orphanLoss(entry));
        answerOpen();
        out.push(asUserText(entry));
      }
    } else {
      if (!continuesTurn(entry)) answerOpen();
      out.push(entry);
    }
  }
  answerOpen();
  return { value: out, losses };
}

/** Text, reasoning and calls of one answer may follow each other; whatever else comes, the calls must be answered first. */
const continuesTurn = (entry: Entry): boolean =>
  entry.kind === "reasoning" || entry.kind === "opaque" || (entry.kind === "message" && entry.role === "assistant");

/** Gives every call a unique id and every result the id of the call it answers: the oldest open one of its id, else, without an id, the oldest open one. */
function nameCalls(entries: readonly Entry[]): readonly Entry[] {
  const used = new Set<string>();
  const waiting: { readonly was: string; readonly now: string; readonly via: CallEntry["tool"]["via"] }[] = [];
  let count = 0;
  return entries.map((entry) => {
    if (entry.kind === "call") {
      const now = unique(entry.callId === "" ? `call_${count}` : entry.callId, used);
      count++;
      waiting.push({ was: entry.callId, now, via: entry.tool.via });
      return now === entry.callId ? entry : { ...entry, callId: now };
    }
    if (entry.kind !== "result") return entry;
    const at = waiting.findIndex((call) => entry.callId === "" || call.was === entry.callId);
    const call = waiting.splice(at < 0 ? waiting.length : at, 1)[0];
    if (!call) return entry.callId === "" || used.has(entry.callId) ? { ...entry, callId: "" } : entry;
    return call.now === entry.callId && call.via === entry.via ? entry : { ...entry, callId: call.now, via: call.via };
  });
}

function unique(id: string, used: Set<string>): string {
  let next = id;
  for (let count = 2; used.has(next); count++) next = `${id}_${count}`;
  used.add(next);
  return next;
}

const unanswered = (call: CallEntry): ResultEntry => ({
  kind: "result",
  callId: call.callId,
  via: call.tool.via,
  content: NO_RESULT,
  ...(call.at !== undefined && { at: call.at }),
});

const asUserText = (result: ResultEntry): Entry => ({
  kind: "message",
  role: "user",
  ...(result.at !== undefined && { at: result.at }),
  content:
    typeof result.content === "object" && "tools" in result.content
      ? "[result of an unknown tool call]"
      : typeof result.content === "string"
        ? `[result of an unknown tool call]\n${result.content}`
        : [{ kind: "text", text: "[result of an unknown tool call]" }, ...result.content],
});

const orphanLoss = (result: ResultEntry): Loss => ({
  path: result.at ?? FIELDS.conversation,
  feature: "orphan-result",
  how: "approximated",
  weight: "hint",
  note: "a tool result whose call is not in the conversation was sent as user text",
});
