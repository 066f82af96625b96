/** The caller's own words: what its body calls each field, and where each thing stood in it. Losses and refusals speak them. */
import { isObject, type JsonObject } from "../wire/json.ts";

/** Set by the decoder of the request; absent where the gateway made the thing itself. Never printed upstream. */
export interface Placed {
  /** `messages[3].content[1]`, `tools[0].function`. */
  readonly at?: string;
}

/** Our words for what stands at the top of a body, and the commonest of theirs, for a field that the body does not have. */
export const FIELDS = {
  conversation: "messages",
  toolChoice: "tool_choice",
  parallelCalls: "parallel_tool_calls",
  maxTokens: "max_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  stop: "stop",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  seed: "seed",
  reasoning: "reasoning",
  reasoningShown: "reasoning.summary",
  outputShape: "response_format",
  verbosity: "verbosity",
  store: "store",
  container: "container",
  truncation: "truncation",
  cacheKey: "prompt_cache_key",
  cacheRetention: "prompt_cache_retention",
  cacheControl: "cache_control",
  user: "user",
  safetyId: "safety_identifier",
  metadata: "metadata",
  serviceTier: "service_tier",
} as const;
export type Field = keyof typeof FIELDS;

/** How one dialect's callers may write each field, dotted where it is nested; the first that a body has is meant. */
export type FieldNames = Readonly<Partial<Record<Field, readonly string[]>>>;
/** The fields that one body has, each as it wrote it. */
export type Fields = Readonly<Partial<Record<Field, string>>>;

const ALL = Object.keys(FIELDS) as readonly Field[];

export function fieldsOf(body: JsonObject, names: FieldNames): Fields {
  const fields: Partial<Record<Field, string>> = {};
  for (const field of ALL) {
    const found = wordFor(field, names, body);
    if (found !== undefined) fields[field] = found;
  }
  return fields;
}

/** Our word for a key of that dialect. */
export const fieldNamed = (key: string, names: FieldNames): Field | undefined =>
  ALL.find((field) => namesFor(field, names).includes(key));

export interface CallerWords {
  field(name: Field): string;
  place(thing: Placed): string;
  /** False for what a target's config or the gateway itself put in: that it cannot be said loses nothing of the caller's. */
  wrote(name: Field): boolean;
}

/** What the gateway put into the conversation by itself is told at the conversation's own name. */
export const callerWords = ({ fields }: { readonly fields?: Fields }): CallerWords =>
  wordsOf(fields === undefined ? undefined : (name) => fields[name]);

/** Of a body that is not decoded: a word is looked for when it is asked for, which only losses do. */
export const wordsIn = (body: JsonObject, names: FieldNames): CallerWords =>
  wordsOf((name) => namesFor(name, names).find((word) => stands(body, word)));

function wordsOf(wordOf: ((name: Field) => string | undefined) | undefined): CallerWords {
  const field = (name: Field): string => wordOf?.(name) ?? FIELDS[name];
  return {
    field,
    place: (thing) => thing.at ?? field("conversation"),
    wrote: (name) => wordOf === undefined || wordOf(name) !== undefined,
  };
}

function wordFor(field: Field, names: FieldNames, body: JsonObject): string | undefined {
  const words = names[field];
  if (words) return words.find((word) => stands(body, word));
  return stands(body, FIELDS[field]) ? FIELDS[field] : undefined;
}

const namesFor = (field: Field, names: FieldNames): readonly string[] => names[field] ?? [FIELDS[field]];

function stands(body: JsonObject, word: string): boolean {
  const dot = word.indexOf(".");
  const value = body[dot < 0 ? word : word.slice(0, dot)];
  if (value === undefined || value === null) return false;
  return dot < 0 || (isObject(value) && stands(value, word.slice(dot + 1)));
}
