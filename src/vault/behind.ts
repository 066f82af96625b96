/** What stands in front of an answer, as hashes: directly, and all of it since the conversation began. */
import type { CallEntry, Entry, ToolRef } from "../ir/request.ts";
import { isFromModel, textOfContent } from "../ir/turns.ts";

/** Read only where it counts: the results of calls are most of a conversation. */
export interface Behind {
  front(): string;
  /** undefined: nobody read it. */
  whole(): string | undefined;
}

/** An answer with what stands directly in front; the last one may be yet to come, or begun by the client. */
interface Step {
  readonly front: Entry[];
  readonly said: Entry[];
}

/** Of each answer in a conversation, in order. The answer to come is the last one. */
export function behindsOf(entries: readonly Entry[]): readonly Behind[] {
  const steps = stepsOf(entries);
  const hash = new Bun.CryptoHasher("sha256");
  const fronts: string[] = [];
  const wholes: string[] = [];
  const front = (at: number): string => (fronts[at] ??= frontOf(steps[at]?.front ?? []));
  const whole = (upTo: number): string | undefined => {
    for (let at = wholes.length; at <= upTo; at++) {
      for (const entry of steps[at - 1]?.said ?? []) add(hash, answerWords(entry));
      wholes.push(hash.update(front(at)).copy().digest("base64url"));
    }
    return wholes[upTo];
  };
  return steps.map((_, at) => ({ front: () => front(at), whole: () => whole(at) }));
}

function stepsOf(entries: readonly Entry[]): readonly Step[] {
  let last: Step = { front: [], said: [] };
  const steps = [last];
  for (const entry of entries) {
    if (isFromModel(entry)) last.said.push(entry);
    else {
      if (last.said.length > 0) steps.push((last = { front: [], said: [] }));
      last.front.push(entry);
    }
  }
  return steps;
}

/** What stands directly in front of a turn: the user's last words, or the results of the calls before it. */
export function frontOf(entries: readonly Entry[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const entry of entries) add(hash, frontWords(entry));
  return hash.digest("base64url");
}

function add(hash: Bun.CryptoHasher, words: readonly string[]): void {
  for (const word of words) hash.update(`${word.length} `).update(word);
}

/** Instructions are left out: clients print them anew with the time of day. */
function frontWords(entry: Entry): readonly string[] {
  if (entry.kind === "message" && entry.role === "user") return ["user", textOfContent(entry.content).trim()];
  if (entry.kind !== "result") return [];
  const { content } = entry;
  const text = typeof content === "object" && "tools" in content ? "" : textOfContent(content);
  return ["result", entry.callId, text.trim()];
}

/** Reasoning is left out, for it is what clients drop. Some print an answer without words as an empty text. */
function answerWords(entry: Entry): readonly string[] {
  if (entry.kind === "call") return ["call", entry.callId, spelling({ tool: entry.tool, input: inputOf(entry) })];
  const text = entry.kind === "message" ? textOfContent(entry.content).trim() : "";
  return text === "" ? [] : ["said", text];
}

export const inputOf = ({ input }: CallEntry): string => ("json" in input ? input.json : input.text);

interface Input {
  readonly tool: ToolRef;
  readonly input: string;
}

/** Clients parse arguments and print them anew. No arguments are no arguments, however they are written. */
export const spelling = ({ tool, input }: Input): string =>
  (tool.via === "custom" ? undefined : oneSpelling(input)) ?? input;

/** What a client does with arguments that broke off, nobody knows. */
export const isWhole = ({ tool, input }: Input): boolean => tool.via === "custom" || oneSpelling(input) !== undefined;

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
