/** Answers in Messages: message_start … message_stop, one block after the other, since this dialect cannot overlap them. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Frame } from "../wire/machine.ts";
import { type Answer, type Part, type Tokens, hasCall, textOfPart, tokensOf } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { messageId, toolUseId } from "./ids.ts";
import type { Seals } from "./seals.ts";

export function* messagesFrames(asked: Asked, answer: Answer, seals: Seals): Generator<Frame> {
  const tokens = tokensOf(asked, answer);
  yield frame({
    type: "message_start",
    message: {
      ...head(asked),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usage({ ...tokens, output: 1, reasoning: 0 }),
    },
  });
  let index = 0;
  for (const part of answer.parts) {
    if (part.kind === "refusal") continue;
    yield frame({ type: "content_block_start", index, content_block: emptyBlock(part, seals) });
    if (index === 0) yield frame({ type: "ping" });
    for (const delta of deltas(part, asked, seals)) yield frame({ type: "content_block_delta", index, delta });
    yield frame({ type: "content_block_stop", index });
    index += 1;
  }
  yield frame({ type: "message_delta", delta: { ...ending(answer), stop_sequence: null }, usage: deltaUsage(tokens) });
  yield frame({ type: "message_stop" });
}

export function messagesWhole(asked: Asked, answer: Answer, seals: Seals): JsonObject {
  const content = answer.parts.filter((part) => part.kind !== "refusal").map((part) => wholeBlock(part, asked, seals));
  return { ...head(asked), content, ...ending(answer), stop_sequence: null, usage: usage(tokensOf(asked, answer)) };
}

const frame = (value: JsonObject): Frame => ({ event: String(value.type), data: JSON.stringify(value) });

const head = (asked: Asked): JsonObject => ({
  id: messageId(),
  type: "message",
  role: "assistant",
  model: asked.model,
});

function ending(answer: Answer): JsonObject {
  if (answer.stop === "length") return { stop_reason: "max_tokens" };
  if (answer.stop === "done") return { stop_reason: hasCall(answer) ? "tool_use" : "end_turn" };
  const explanation = answer.parts
    .filter((part) => part.kind === "refusal")
    .map(textOfPart)
    .join("");
  return { stop_reason: "refusal", stop_details: { type: "refusal", category: null, explanation } };
}

function emptyBlock(part: Part, seals: Seals): JsonObject {
  switch (part.kind) {
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "redacted":
      return { type: "redacted_thinking", data: seals.seal("redacted") };
    case "call":
      return { type: "tool_use", id: toolUseId(), name: part.tool.name, input: {} };
    default:
      return { type: "text", text: "" };
  }
}

function* deltas(part: Part, asked: Asked, seals: Seals): Generator<JsonObject> {
  if (part.kind === "text") for (const text of part.pieces) yield { type: "text_delta", text };
  if (part.kind === "thinking") {
    const shown = shownThinking(part, asked);
    for (const thinking of shown) yield { type: "thinking_delta", thinking };
    yield { type: "signature_delta", signature: seals.sign(shown.join("")) };
  }
  if (part.kind === "call") {
    yield { type: "input_json_delta", partial_json: "" };
    for (const partial_json of part.pieces) yield { type: "input_json_delta", partial_json };
  }
}

/** `display: "omitted"` leaves a block without text and with a signature. */
function shownThinking(part: Extract<Part, { kind: "thinking" }>, asked: Asked): readonly string[] {
  if (asked.thinking === "hidden") return [];
  return part.sections.flatMap((section, at) => (at === 0 ? section : ["\n\n", ...section]));
}

function wholeBlock(part: Part, asked: Asked, seals: Seals): JsonObject {
  const block = emptyBlock(part, seals);
  if (part.kind === "text") return { ...block, text: textOfPart(part) };
  if (part.kind === "call") return { ...block, input: JSON.parse(textOfPart(part)) as Json };
  if (part.kind !== "thinking") return block;
  const thinking = shownThinking(part, asked).join("");
  return { ...block, thinking, signature: seals.sign(thinking) };
}

// Anthropic's input_tokens leave cached ones out.
const counts = (tokens: Tokens): JsonObject => ({
  input_tokens: tokens.input - tokens.cacheRead - tokens.cacheWrite5m - tokens.cacheWrite1h,
  cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
  cache_read_input_tokens: tokens.cacheRead,
});
const usage = (tokens: Tokens): JsonObject => ({
  ...counts(tokens),
  cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite5m, ephemeral_1h_input_tokens: tokens.cacheWrite1h },
  output_tokens: tokens.output,
  service_tier: "standard",
});
const deltaUsage = (tokens: Tokens): JsonObject => ({
  ...counts(tokens),
  output_tokens: tokens.output,
  output_tokens_details: { thinking_tokens: tokens.reasoning },
});
