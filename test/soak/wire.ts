/** One protocol as the soak speaks it, both as a vendor and as a caller. Nothing of src/ is used: a fault of ours must not be mirrored. */
import type { Called, Story, Usage } from "./story.ts";

export type Fields = Readonly<Record<string, unknown>>;
export type WireName = "chat" | "responses" | "messages";

/** What a caller sends: the first words, and the turns since. */
export interface Asking {
  readonly model: string;
  readonly stream: boolean;
  /** What the person says first. */
  readonly words: string;
  /** Stands in the description of a tool, where no gateway should look for a conversation. */
  readonly note: string;
  readonly before: readonly Before[];
}

export interface Before {
  readonly heard: Heard;
  /** Whether the caller sends the thinking back, as some clients do and some do not. */
  readonly thinking: "kept" | "dropped";
  /** The result of every call, or the person's next words. */
  readonly reply: string;
}

/** What a caller read. */
export interface Heard {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Called[];
  readonly usage: Usage | undefined;
  /** The protocol's own word for a good end was there. */
  readonly ended: boolean;
  readonly error: string | undefined;
  /** What the caller would send back of it. */
  readonly said: readonly Fields[];
}

export interface Wire {
  readonly path: string;
  /** The header that carries a key. */
  readonly keyHeader: (key: string) => Readonly<Record<string, string>>;
  readonly frames: (story: Story) => readonly string[];
  readonly whole: (story: Story) => Fields;
  readonly refusal: (status: number) => Fields;
  /** A stream that only says that it failed. */
  readonly failure: string;
  readonly ask: (asking: Asking) => Fields;
  readonly readWhole: (body: Fields) => Heard;
  readonly readStream: (events: readonly Fields[]) => Heard;
}

export const data = (value: Fields): string => `data: ${JSON.stringify(value)}\n\n`;
export const typed = (value: Fields): string => `event: ${String(value["type"])}\n${data(value)}`;

/** The events of a stream; `[DONE]` is the one without fields. The last may be torn. */
export const eventsOf = (raw: string): readonly Fields[] =>
  raw
    .split("\n\n")
    .slice(0, -1)
    .flatMap((frame) => frame.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => (line === "data: [DONE]" ? {} : (JSON.parse(line.slice(6)) as Fields)));

const TOOL_NAMES = ["ls", "read"];
const SCHEMA = { type: "object", properties: { path: { type: "string" } } };
export const toolsOf = <T>(
  note: string,
  print: (name: string, description: string, schema: Fields) => T,
): readonly T[] => TOOL_NAMES.map((name) => print(name, `Does ${name}. ${note}`, SCHEMA));

export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const countOf = (value: unknown): number => (typeof value === "number" ? value : 0);
