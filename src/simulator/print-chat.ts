/** Answers in Chat Completions: chunks as OpenAI streams them, `reasoning_content` as Kimi and DeepSeek add it. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Frame } from "../wire/machine.ts";
import { type Answer, type Part, type Tokens, hasCall, inTurns, textOfPart, tokensOf } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { callId, completionId } from "./ids.ts";
import { personaOf } from "./personas.ts";
import { sealedAnswer } from "./print-sealed.ts";
import type { Seals } from "./seals.ts";

export function* chatFrames(asked: Asked, answer: Answer, seals: Seals): Generator<Frame> {
  const base = chunkBase(asked);
  const chunk = (delta: JsonObject, finish: string | null = null): Frame =>
    frame({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(asked.usageChunk ? { usage: null } : {}),
    });
  yield chunk({ role: "assistant", content: "", refusal: null });
  const persona = personaOf(asked.model);
  if (persona) for (const delta of sealedAnswer(persona, answer, seals).deltas) yield chunk(delta);
  else yield* plainDeltas(answer, chunk);
  yield chunk({}, finishReason(answer));
  if (asked.usageChunk) yield frame({ ...base, choices: [], usage: chatUsage(tokensOf(asked, answer)) });
  yield { data: "[DONE]" };
}

function* plainDeltas(answer: Answer, chunk: Chunk): Generator<Frame> {
  for (const part of answer.parts) if (part.kind !== "call") yield* contentDeltas(part, chunk);
  const calls = answer.parts
    .filter((part) => part.kind === "call")
    .map((part, index) => callDeltas(part, index, chunk));
  if (answer.overlapping === true) yield* inTurns(calls);
  else for (const call of calls) yield* call;
}

export function chatWhole(asked: Asked, answer: Answer, seals: Seals): JsonObject {
  const persona = personaOf(asked.model);
  const message = persona ? sealedAnswer(persona, answer, seals).message : plainMessage(answer);
  return {
    ...chunkBase(asked),
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer) }],
    usage: chatUsage(tokensOf(asked, answer)),
  };
}

function plainMessage(answer: Answer): JsonObject {
  const textOfKind = (kind: Part["kind"]): string | null => {
    const parts = answer.parts.filter((part) => part.kind === kind);
    return parts.length === 0 ? null : parts.map(textOfPart).join("");
  };
  const calls = answer.parts.filter((part) => part.kind === "call").map((part) => wholeCall(part));
  const reasoning = textOfKind("thinking");
  return {
    role: "assistant",
    content: textOfKind("text"),
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    refusal: textOfKind("refusal"),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    annotations: [],
  };
}

type Chunk = (delta: JsonObject) => Frame;
type CallPart = Extract<Part, { kind: "call" }>;

const frame = (value: Json): Frame => ({ data: JSON.stringify(value) });

const chunkBase = (asked: Asked): JsonObject => ({
  id: completionId(),
  object: "chat.completion.chunk",
  created: Math.floor(Date.now() / 1000),
  model: asked.model,
  service_tier: "default",
  system_fingerprint: "fp_simulator",
});

function* contentDeltas(part: Exclude<Part, CallPart>, chunk: Chunk): Generator<Frame> {
  if (part.kind === "redacted") return;
  if (part.kind === "thinking") {
    for (const [at, section] of part.sections.entries()) {
      if (at > 0) yield chunk({ reasoning_content: "\n\n" });
      for (const piece of section) yield chunk({ reasoning_content: piece });
    }
    return;
  }
  for (const piece of part.pieces) yield chunk(part.kind === "refusal" ? { refusal: piece } : { content: piece });
}

function* callDeltas(part: CallPart, index: number, chunk: Chunk): Generator<Frame> {
  const { name } = part.tool;
  if (part.tool.kind === "freeform") {
    yield chunk({ tool_calls: [{ index, id: callId(), type: "custom", custom: { name, input: "" } }] });
    for (const piece of part.pieces) yield chunk({ tool_calls: [{ index, custom: { input: piece } }] });
    return;
  }
  yield chunk({ tool_calls: [{ index, id: callId(), type: "function", function: { name, arguments: "" } }] });
  for (const piece of part.pieces) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
}

function wholeCall(part: CallPart): JsonObject {
  const { name, kind } = part.tool;
  const input = textOfPart(part);
  if (kind === "freeform") return { id: callId(), type: "custom", custom: { name, input } };
  return { id: callId(), type: "function", function: { name, arguments: input } };
}

// A refusal of the model itself is a `refusal` with finish_reason stop (platform.openai.com/docs/guides/structured-outputs#refusals).
function finishReason(answer: Answer): string {
  if (answer.stop === "length") return "length";
  return hasCall(answer) ? "tool_calls" : "stop";
}

const chatUsage = (tokens: Tokens): JsonObject => ({
  prompt_tokens: tokens.input,
  completion_tokens: tokens.output,
  total_tokens: tokens.input + tokens.output,
  prompt_tokens_details: {
    cached_tokens: tokens.cacheRead,
    audio_tokens: 0,
    ...(tokens.cacheWrite5m + tokens.cacheWrite1h > 0
      ? { cache_write_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h }
      : {}),
  },
  completion_tokens_details: {
    reasoning_tokens: tokens.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});
