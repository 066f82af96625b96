/** One answer, whatever its wire, as a reader of an SDK sees it. Written apart from src/: it is the yardstick. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Fold {
  /** Text and refusals of all blocks, one after the other. */
  readonly text: string;
  /** Summary parts, or the thinking; joined by a blank line. */
  readonly reasoning: string;
  readonly calls: readonly FoldedCall[];
  /** Kinds of blocks as they came, neighbours of a kind as one: `reasoning text call`. Chat cannot tell. */
  readonly order?: string;
  readonly finish: "stop" | "tool" | "length" | "filter" | "pause" | "none";
  readonly usage?: FoldedUsage;
  /** Set instead of a finish: what the vendor said, or "" where the SDK itself gave up. */
  readonly error?: string;
}
/** `input`: the bytes of the arguments, or the free text of a custom tool. */
export interface FoldedCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly custom?: true;
  /** A tool of the vendor's making that the client runs; `input` is what the item holds beside its ids. */
  readonly builtin?: true;
}
/** `prompt` with everything from and to the cache, `output` with the reasoning. */
export interface FoldedUsage {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
  /** Messages tells of newer models only. */
  readonly reasoning?: number;
}

/** Calls of tools that the caller declared; of others (a vendor's own searches dressed as custom calls) undefined is returned. */
export type Declared = (name: string) => boolean;

/** Only what every dialect with blocks has a word for, and only where something can be read: some reasoning is sealed and empty. */
export function orderOf(kinds: readonly string[]): string {
  const known = kinds.filter((kind) => kind !== "other");
  return known.filter((kind, at) => kind !== known[at - 1]).join(" ");
}

/** What a vendor sent is read without complaint: a value of the wrong type is as good as none. */
export const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
export const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const count = (value: unknown): number => (typeof value === "number" ? value : 0);
