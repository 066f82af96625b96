/** Conversations as clients really send them, made into ones that every vendor accepts. Runs before any encoder. */
import { lossList, type Translated } from "./loss.ts";
import type { CallEntry, Entry, ResultEntry } from "./request.ts";
import { uniqueNames } from "./unique.ts";
import { isFromModel } from "./turns.ts";

/** What a call without a result is answered with: vendors refuse a call that nothing follows. */
export const NO_RESULT = "(no result: the call was interrupted)";

/** Missing ids are inferred in order (Cursor leaves them out), repeated ids made unique (`call_0` in every turn), each result moved right behind the turn of its call, an orphan result told as user text, an unanswered call answered. */
export function repairEntries(entries: readonly Entry[]): Translated<readonly Entry[]> {
  const losses = lossList();
  const named = nameCalls(entries);
  const calls = new Set<string>();
  const results = new Map<string, ResultEntry>();
  for (const entry of named)
    if (entry.kind === "call") calls.add(entry.callId);
    else if (entry.kind === "result" && entry.callId !== "") results.set(entry.callId, entry);

  const out: Entry[] = [];
  let open: CallEntry[] = [];
  const answerOpen = (): void => {
    if (open.length === 0) return;
    for (const call of open) out.push(results.get(call.callId) ?? noResult(call));
    open = [];
  };
  for (const entry of named) {
    if (entry.kind === "call") {
      open.push(entry);
      out.push(entry);
    } else if (entry.kind === "result") {
      answerOpen();
      if (calls.has(entry.callId)) continue;
      const note = "a tool result whose call is not in the conversation was sent as user text";
      losses.hint(entry, "orphan-result", "approximated", note);
      out.push(asUserText(entry));
    } else {
      // Text, reasoning and calls of one answer may follow each other; whatever else comes, the calls must be answered first.
      if (!isFromModel(entry)) answerOpen();
      out.push(entry);
    }
  }
  answerOpen();
  return { value: out, losses: losses.list() };
}

/** Gives every call a unique id and every result the id of the call it answers: the oldest open one of its id, else, without an id, the oldest open one. */
function nameCalls(entries: readonly Entry[]): readonly Entry[] {
  const ids = uniqueNames();
  const open = unansweredCalls();
  let count = 0;
  return entries.map((entry) => {
    if (entry.kind === "call") {
      const now = ids.take(entry.callId === "" ? `call_${count}` : entry.callId);
      count++;
      open.add(entry.callId, { now, via: entry.tool.via, answered: false });
      return now === entry.callId ? entry : { ...entry, callId: now };
    }
    if (entry.kind !== "result") return entry;
    const call = open.take(entry.callId);
    if (!call) return entry.callId === "" || ids.has(entry.callId) ? { ...entry, callId: "" } : entry;
    return call.now === entry.callId && call.via === entry.via ? entry : { ...entry, callId: call.now, via: call.via };
  });
}

interface Unanswered {
  readonly now: string;
  readonly via: CallEntry["tool"]["via"];
  answered: boolean;
}

/** Calls that wait for their results, oldest first, by the id they came with and, under "", all of them. */
function unansweredCalls(): { add(id: string, call: Unanswered): void; take(id: string): Unanswered | undefined } {
  const waiting = new Map<string, { readonly calls: Unanswered[]; next: number }>();
  const push = (id: string, call: Unanswered): void => {
    const queue = waiting.get(id);
    if (queue) queue.calls.push(call);
    else waiting.set(id, { calls: [call], next: 0 });
  };
  return {
    add: (id, call) => {
      push("", call);
      if (id !== "") push(id, call);
    },
    take: (id) => {
      const queue = waiting.get(id);
      while (queue?.calls[queue.next]?.answered) queue.next++;
      const call = queue?.calls[queue.next];
      if (call) call.answered = true;
      return call;
    },
  };
}

const noResult = (call: CallEntry): ResultEntry => ({
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
