/** What the simulator understood of a request, the same for its three dialects. It shares no code with the gateway's own dialects: a bug there must not be mirrored here. */
import type { Json, JsonObject } from "../wire/json.ts";

export type SimDialect = "openai-chat" | "openai-responses" | "anthropic-messages";

export interface Asked {
  readonly dialect: SimDialect;
  readonly model: string;
  readonly stream: boolean;
  readonly userText: string;
  /** The conversation ends in tool results: it is time to answer in text. */
  readonly bringsResult: boolean;
  readonly resultText: string;
  /** What may be called; empty where `tool_choice` forbids calls. */
  readonly tools: readonly Offered[];
  readonly forcedTool?: string;
  readonly parallel: boolean;
  /** off: the caller switched it off. hidden: the model thinks and shows no text of it. shown: text is wanted. */
  readonly thinking: "off" | "hidden" | "shown";
  /** Messages with a budget: no tool is called without thinking first. */
  readonly thinksFirst: boolean;
  /** Responses: the caller wants `encrypted_content`. */
  readonly sealed: boolean;
  readonly answerSchema?: JsonObject;
  /** Chat: a chunk with the usage is wanted. */
  readonly usageChunk: boolean;
  readonly obfuscated: boolean;
  readonly inputTokens: number;
  readonly body: JsonObject;
  /** Messages: takes the whole answer of a call that is to be held. */
  readonly hold?: (answer: JsonObject) => void;
}

export interface Offered {
  readonly kind: "function" | "freeform";
  readonly name: string;
  readonly namespace?: string;
  readonly schema: JsonObject;
}

export const approximateTokens = (text: string): number => Math.ceil(text.length / 4);

export const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
export const objectsOf = (value: Json | undefined): readonly JsonObject[] => listOf(value).map(objectOf);
export const stringOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** What every dialect says alike: the turns with their roles, and the contents of the results behind the last answer. */
export const askedIn = (
  dialect: SimDialect,
  body: JsonObject,
  turns: readonly JsonObject[],
  results: readonly (Json | undefined)[],
): Pick<Asked, "dialect" | "model" | "stream" | "userText" | "bringsResult" | "resultText" | "body"> => ({
  dialect,
  model: stringOf(body.model),
  stream: body.stream === true,
  userText: saidLast(turns.filter(({ role }) => role === "user").map(({ content }) => content)),
  bringsResult: results.length > 0,
  resultText: results.map(textOfContent).join("\n"),
  body,
});

/** The text of a content field, whether it is a string or a list of parts. */
export function textOfContent(content: Json | undefined): string {
  if (typeof content === "string") return content;
  return objectsOf(content)
    .map((part) => stringOf(part.text))
    .filter((text) => text !== "")
    .join("\n");
}

const REMINDER = "<system-reminder>";
const REMINDER_END = "</system-reminder>";

/** What the person wrote last, of all contents of their turns: coding tools put reminders of their own beside it, in blocks of their own or in the same text. */
function saidLast(contents: readonly (Json | undefined)[]): string {
  for (const content of contents.toReversed()) {
    const said = textsOf(content)
      .map(withoutReminders)
      .findLast((text) => text !== "");
    if (said !== undefined) return said;
  }
  return "";
}

const textsOf = (content: Json | undefined): readonly string[] =>
  typeof content === "string" ? [content] : objectsOf(content).map((part) => stringOf(part.text));

function withoutReminders(text: string): string {
  const [before = "", ...reminders] = text.split(REMINDER);
  const behind = reminders.map((rest) => rest.split(REMINDER_END).slice(1).join(REMINDER_END));
  return reminders.length === 0 ? text : [before, ...behind].join("").trim();
}
