/**
 * The smallest questions of a dialect, as a client would write them by hand, and what an answer shows. For setup, which
 * asks the gateway, and doctor, which asks the vendor. A `probe.ts` uses none of its dialect's coders, since a check must
 * not share a fault with what it checks (test/arrows.test.ts).
 */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Traits } from "./traits.ts";

export interface Probe {
  /** Behind a gateway's or a vendor's root. */
  path(question: Pick<Question, "model" | "stream">): string;
  headers(key: string): Readonly<Record<string, string>>;
  ask(question: Question): JsonObject;
  /** The turn after: what was said, and the result of the call in it. */
  answerCall(asked: JsonObject, answer: JsonObject, result: string): JsonObject;
  /** Of a whole answer. */
  read(answer: JsonObject): Observation;
  /** The end of a stream that is complete. */
  readonly terminal: RegExp;
  /** What goes over a body to ask for something; undefined: the dialect has no field for it. */
  readonly fields: {
    effort(effort: string, model: Thinker): JsonObject | undefined;
    /** For models that must not think to be forced to a call. */
    withoutThinking(model: Thinker): JsonObject;
    verbosity(verbosity: string): JsonObject | undefined;
    outputLimit(tokens: number, traits: Pick<Traits, "maxTokensField">): JsonObject;
    /** Absent: vendors cache unasked. */
    readonly cache?: JsonObject;
  };
}

export interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly stream?: true;
  /** Offers one tool and demands its call. */
  readonly tool?: true;
  /** Shows a picture of red pixels. */
  readonly image?: true;
  /** Laid over the body. */
  readonly extra?: JsonObject;
}

export interface Observation {
  readonly text: string;
  readonly thought: boolean;
  readonly call?: { readonly id: string };
  /** Input tokens that came from a cache; absent: not reported. */
  readonly cachedTokens?: number;
}

/** How a model is asked to think; nothing is known of one that a gateway serves. */
export interface Thinker {
  readonly effortField?: Traits["effortField"];
  readonly budget?: true;
}

export const TOOL_NAME = "look_up";
export const TOOL_DESCRIPTION = "Looks a word up.";
export const TOOL_SCHEMA: JsonObject = {
  type: "object",
  properties: { word: { type: "string" } },
  required: ["word"],
  additionalProperties: false,
};
/** Eight by eight pixels of red: some vendors refuse a single one as too small. */
export const PIXELS =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wVRHNnwAAAAASUVORK5CYII=";

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

export const list = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as JsonObject[]) : [];
export const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
export const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
