/**
 * The smallest questions of each dialect, as a client would write them by hand, and what an answer shows.
 * For setup, which asks the gateway, and doctor, which asks the vendor. Nothing of dialects/ is used: a check must not share a fault with what it checks.
 */
import { cachedTokens, countedLine, countIn } from "../ir/counters.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Json, JsonObject } from "../wire/json.ts";

export interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly stream?: true;
  /** Offers one tool and demands its call. */
  readonly tool?: true;
  /** Shows a picture of one red pixel. */
  readonly image?: true;
  /** Laid over the body: how this model is told to think, speak at length, or stop. */
  readonly extra?: JsonObject;
}

export interface Heard {
  readonly text: string;
  readonly thought: boolean;
  readonly call?: { readonly id: string };
  /** Input tokens that came from a cache; absent: nothing was said about it. */
  readonly cachedTokens?: number;
}

export interface Voice {
  readonly dialect: DialectId;
  /** Behind a gateway's or a vendor's root. */
  readonly path: string;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
  readonly ask: (question: Question) => JsonObject;
  /** The turn after: what was said, and the result of the call in it. */
  readonly answerCall: (asked: JsonObject, answer: JsonObject, result: string) => JsonObject;
  /** Of a whole answer. */
  readonly hear: (answer: JsonObject) => Heard;
  /** The last words of a stream that is complete. */
  readonly terminal: RegExp;
}

const TOOL = "look_up";
const DESCRIPTION = "Looks a word up.";
const SCHEMA: JsonObject = {
  type: "object",
  properties: { word: { type: "string" } },
  required: ["word"],
  additionalProperties: false,
};
/** Eight by eight pixels of red: some vendors refuse a single one as too small. */
const PIXELS = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wVRHNnwAAAAASUVORK5CYII=";

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);
const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const ofCache = (usage: JsonObject): { cachedTokens: number } | Record<never, never> =>
  cachedTokens(usage) === undefined ? {} : { cachedTokens: countedLine(usage).cacheRead };
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

const chat: Voice = {
  dialect: "openai-chat",
  path: "/v1/chat/completions",
  headers: bearer,
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    messages: [
      {
        role: "user",
        content: image
          ? [
              { type: "text", text: prompt },
              { type: "image_url", image_url: { url: `data:image/png;base64,${PIXELS}` } },
            ]
          : prompt,
      },
    ],
    ...(tool && {
      tools: [{ type: "function", function: { name: TOOL, description: DESCRIPTION, parameters: SCHEMA } }],
      tool_choice: { type: "function", function: { name: TOOL } },
    }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const message = object(list(answer.choices)[0]?.message);
    const { tool_choice: _forced, ...rest } = asked;
    const results = list(message.tool_calls).map(({ id }) => ({ role: "tool", tool_call_id: id, content: result }));
    return { ...rest, messages: [...list(asked.messages), message, ...results] };
  },
  hear: (answer) => {
    const message = object(list(answer.choices)[0]?.message);
    const id = list(message.tool_calls)[0]?.id;
    return {
      text: text(message.content),
      thought: text(message.reasoning_content ?? message.reasoning) !== "",
      ...(typeof id === "string" && { call: { id } }),
      ...ofCache(object(answer.usage)),
    };
  },
  terminal: /data: ?\[DONE\]/,
};

const responses: Voice = {
  dialect: "openai-responses",
  path: "/v1/responses",
  headers: bearer,
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: prompt },
          ...(image ? [{ type: "input_image", image_url: `data:image/png;base64,${PIXELS}`, detail: "auto" }] : []),
        ],
      },
    ],
    store: false,
    include: ["reasoning.encrypted_content"],
    ...(tool && {
      tools: [{ type: "function", name: TOOL, description: DESCRIPTION, parameters: SCHEMA, strict: true }],
      tool_choice: { type: "function", name: TOOL },
    }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const { tool_choice: _forced, ...rest } = asked;
    const output = list(answer.output);
    const results = output
      .filter(({ type }) => type === "function_call")
      .map(({ call_id }) => ({ type: "function_call_output", call_id, output: result }));
    return { ...rest, input: [...list(asked.input), ...output, ...results] };
  },
  hear: (answer) => {
    const output = list(answer.output);
    const id = output.find(({ type }) => type === "function_call")?.call_id;
    const said = output.flatMap(({ type, content }) => (type === "message" ? list(content) : []));
    return {
      text: said.map((part) => text(part.text)).join(""),
      thought: output.some(({ type }) => type === "reasoning"),
      ...(typeof id === "string" && { call: { id } }),
      ...ofCache(object(answer.usage)),
    };
  },
  terminal: /response\.completed/,
};

const messages: Voice = {
  dialect: "anthropic-messages",
  path: "/v1/messages",
  headers: (key) => ({ ...bearer(key), "anthropic-version": "2023-06-01" }),
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    max_tokens: 2_048,
    messages: [
      {
        role: "user",
        content: [
          ...(image ? [{ type: "image", source: { type: "base64", media_type: "image/png", data: PIXELS } }] : []),
          { type: "text", text: prompt },
        ],
      },
    ],
    ...(tool && {
      tools: [{ name: TOOL, description: DESCRIPTION, input_schema: SCHEMA }],
      tool_choice: { type: "tool", name: TOOL },
    }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const { tool_choice: _forced, ...rest } = asked;
    const content = list(answer.content);
    const results = content
      .filter(({ type }) => type === "tool_use")
      .map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: result }));
    return {
      ...rest,
      messages: [...list(asked.messages), { role: "assistant", content }, { role: "user", content: results }],
    };
  },
  hear: (answer) => {
    const content = list(answer.content);
    const id = content.find(({ type }) => type === "tool_use")?.id;
    const cached = countIn(answer.usage, "cache_read_input_tokens");
    return {
      text: content.map((block) => (block.type === "text" ? text(block.text) : "")).join(""),
      thought: content.some(({ type }) => type === "thinking" || type === "redacted_thinking"),
      ...(typeof id === "string" && { call: { id } }),
      ...(cached !== undefined && { cachedTokens: cached }),
    };
  },
  terminal: /message_stop/,
};

export const VOICES: Readonly<Record<DialectId, Voice>> = {
  "openai-chat": chat,
  "openai-responses": responses,
  "anthropic-messages": messages,
};
