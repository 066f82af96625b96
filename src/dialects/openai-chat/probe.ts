/** Chat Completions, asked and read by hand. https://platform.openai.com/docs/api-reference/chat */
import { assertNever } from "../../ir/assert-never.ts";
import { cachedTokens, countedLine, countIn } from "../counters.ts";
import { type Json, type JsonObject, parseObject } from "../../wire/json.ts";
import { bearer, list, object, PIXELS, type Probe, text, TOOL_DESCRIPTION, TOOL_NAME, TOOL_SCHEMA } from "../probe.ts";

export const probe: Probe = {
  path: () => "/v1/chat/completions",
  headers: bearer,
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    messages: [{ role: "user", content: image ? [{ type: "text", text: prompt }, IMAGE] : prompt }],
    ...(tool && { tools: [TOOL], tool_choice: { type: "function", function: { name: TOOL_NAME } } }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const message = object(list(answer.choices)[0]?.message);
    const { tool_choice: _forced, ...rest } = asked;
    const results = list(message.tool_calls).map(({ id }) => ({ role: "tool", tool_call_id: id, content: result }));
    return { ...rest, messages: [...list(asked.messages), message, ...results] };
  },
  read: (answer) => {
    const message = object(list(answer.choices)[0]?.message);
    const id = list(message.tool_calls)[0]?.id;
    const usage = object(answer.usage);
    return {
      text: text(message.content),
      thought: text(message.reasoning_content ?? message.reasoning) !== "",
      ...(typeof id === "string" && { call: { id } }),
      ...(cachedTokens(usage) !== undefined && { cachedTokens: countedLine(usage).cacheRead }),
    };
  },
  terminal: /data: ?\[DONE\]/,
  fields: {
    effort: (effort, { effortField }) => {
      switch (effortField) {
        case "thinking":
          return { thinking: { type: effort === "none" ? "disabled" : "enabled" } };
        case "reasoning":
          return { reasoning: { effort } };
        case "none":
          return undefined;
        case "reasoning_effort":
        case undefined:
          return { reasoning_effort: effort };
        default:
          return assertNever(effortField);
      }
    },
    withoutThinking: ({ effortField }) => (effortField === "thinking" ? { thinking: { type: "disabled" } } : {}),
    verbosity: (verbosity) => ({ verbosity }),
    outputLimit: (tokens, { maxTokensField }) => ({ [maxTokensField]: tokens }),
  },
};

const TOOL = {
  type: "function",
  function: { name: TOOL_NAME, description: TOOL_DESCRIPTION, parameters: TOOL_SCHEMA },
};
const IMAGE = { type: "image_url", image_url: { url: `data:image/png;base64,${PIXELS}` } };

/** What one chunk of a stream shows. */
export interface Chunk {
  readonly isLast: boolean;
  /** JSON of a failure. */
  readonly error?: string;
  readonly text: string;
  readonly thought: string;
  readonly tokens?: Tokens;
}

/** Absent: not reported. */
export interface Tokens {
  readonly prompt: number;
  readonly cached?: number;
  readonly output: number;
  readonly thinking?: number;
}

/** Asks for the count of tokens in a stream. */
export const COUNTED: JsonObject = { stream_options: { include_usage: true } };

export function readChunk(data: string): Chunk {
  const chunk = parseObject(data) ?? {};
  const delta = object(list(chunk.choices)[0]?.delta);
  const tokens = tokensOf(chunk.usage);
  return {
    isLast: data === "[DONE]",
    ...(chunk.error !== undefined && { error: data }),
    text: text(delta.content),
    thought: text(delta.reasoning_content),
    ...(tokens && { tokens }),
  };
}

function tokensOf(usage: Json | undefined): Tokens | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const counts = object(usage);
  const cached = cachedTokens(counts);
  const thinking = countIn(counts.completion_tokens_details, "reasoning_tokens");
  return {
    prompt: countIn(counts, "prompt_tokens") ?? 0,
    output: countIn(counts, "completion_tokens") ?? 0,
    ...(cached !== undefined && { cached }),
    ...(thinking !== undefined && { thinking }),
  };
}
