/** Whole answers: the stream's own machines, so that both say the same. */
import type { StreamEvent } from "../../ir/events.ts";
import type { Translated } from "../../ir/loss.ts";
import { type JsonObject, objectIn, objectsIn, parseJson, textIn } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";
import { encoder } from "./encoder.ts";
import { DONE } from "./wire.ts";

export { decodeWhole } from "./decoder.ts";

/** Throws the GatewayError of an `error` event. */
export function encodeWhole(events: readonly StreamEvent[], context: ReplyContext): Translated<JsonObject> {
  const machine = encoder({ ...context, wants: { ...context.wants, usageChunk: true } });
  const chunks: JsonObject[] = [];
  for (const event of events) {
    if (event.type === "error") throw event.error;
    machine.push(event, (frame) => {
      if (frame.data !== DONE) chunks.push(parseJson(frame.data) as JsonObject);
    });
  }
  return { value: fold(chunks), losses: machine.losses() };
}

interface GrowingCall {
  readonly name: string;
  input: string;
  readonly type: "function" | "custom";
  readonly id: string;
  extra?: JsonObject;
}
interface Message {
  content: string | undefined;
  refusal: string | undefined;
  reasoning: string | undefined;
  audio: JsonObject | undefined;
  extra: JsonObject | undefined;
  readonly details: JsonObject[];
  readonly annotations: JsonObject[];
  readonly calls: GrowingCall[];
}

function fold(chunks: readonly JsonObject[]): JsonObject {
  const message: Message = {
    content: undefined,
    refusal: undefined,
    reasoning: undefined,
    audio: undefined,
    extra: undefined,
    details: [],
    annotations: [],
    calls: [],
  };
  let finishReason = "stop";
  let last: JsonObject = {};
  for (const chunk of chunks) {
    const choice = objectsIn(chunk, "choices")[0];
    if (choice) {
      grow(message, objectIn(choice, "delta") ?? {});
      finishReason = textIn(choice, "finish_reason") || finishReason;
    }
    last = chunk;
  }
  const { id, created, model, service_tier, usage } = last;
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message: printed(message), logprobs: null, finish_reason: finishReason }],
    ...(usage === undefined ? {} : { usage }),
    ...(service_tier === undefined ? {} : { service_tier }),
  };
}

function grow(message: Message, delta: JsonObject): void {
  message.content = add(message.content, delta.content);
  message.refusal = add(message.refusal, delta.refusal);
  message.reasoning = add(message.reasoning, delta.reasoning_content);
  if (objectIn(delta, "audio")) message.audio = { ...message.audio, ...objectIn(delta, "audio") };
  message.extra = objectIn(delta, "extra_content") ?? message.extra;
  for (const detail of objectsIn(delta, "reasoning_details")) message.details.push(detail);
  message.annotations.push(...objectsIn(delta, "annotations"));
  for (const call of objectsIn(delta, "tool_calls")) growCall(message.calls, call);
}

const add = (before: string | undefined, more: unknown): string | undefined =>
  typeof more === "string" ? (before ?? "") + more : before;

function growCall(calls: GrowingCall[], wire: JsonObject): void {
  const index = wire.index as number;
  const custom = objectIn(wire, "custom");
  const body = custom ?? objectIn(wire, "function") ?? {};
  const input = textIn(body, custom ? "input" : "arguments");
  const known = calls[index];
  if (known) known.input += input;
  else
    calls[index] = { id: textIn(wire, "id"), type: custom ? "custom" : "function", name: textIn(body, "name"), input };
  const extra = objectIn(wire, "extra_content");
  if (extra && calls[index]) calls[index].extra = extra;
}

function printed(message: Message): JsonObject {
  // Beside calls or a refusal, no text is null; a client that reads an answer without either expects a string.
  const without = message.calls.length > 0 || message.refusal !== undefined ? null : "";
  return {
    role: "assistant",
    content: message.content || without,
    refusal: message.refusal ?? null,
    ...(message.reasoning === undefined ? {} : { reasoning_content: message.reasoning }),
    ...(message.details.length > 0 ? { reasoning_details: message.details } : {}),
    ...(message.extra ? { extra_content: message.extra } : {}),
    ...(message.annotations.length > 0 ? { annotations: message.annotations } : {}),
    ...(message.audio ? { audio: message.audio } : {}),
    ...(message.calls.length > 0 ? { tool_calls: message.calls.map(printedCall) } : {}),
  };
}

const printedCall = (call: GrowingCall): JsonObject => ({
  id: call.id,
  type: call.type,
  [call.type]: { name: call.name, [call.type === "custom" ? "input" : "arguments"]: call.input },
  ...(call.extra ? { extra_content: call.extra } : {}),
});
