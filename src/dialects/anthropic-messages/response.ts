/** Whole answers run through the code of streams, so that both say the same. */
import type { ReplyContext, Dialect } from "../dialect.ts";
import { GatewayError } from "../../ir/error.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { type LossList, lossList, type Translated } from "../../ir/loss.ts";
import { CUSTOM_INPUT_KEY } from "../../ir/lower.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectIn,
  parseExactly,
  parseObject,
  textIn,
} from "../../wire/json.ts";
import { grown } from "./blocks-decode.ts";
import { eventReader } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { hasInput } from "./wire.ts";

export const response: Dialect["response"] = { decode, encode };

/** A stream may carry a whole message in its start; a whole answer is nothing else. */
function decode(body: JsonObject, context: ReplyContext): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const emit = (event: StreamEvent): void => void events.push(event);
  const reading = eventReader(context);
  if (isObject(body.error)) reading.push({ ...body, type: "error" }, emit);
  else if (!isList(body.content))
    reading.fail(new GatewayError("upstream-failed", "the upstream's answer is no message: it has no content"), emit);
  reading.push({ type: "message_start", message: body }, emit);
  reading.push({ type: "message_stop" }, emit);
  return events;
}

/** Our own frames, folded. */
function encode(events: readonly StreamEvent[], context: ReplyContext): Translated<JsonObject> {
  const writing = encoder(context);
  const losses = lossList();
  const blocks: Folding[] = [];
  let message: Record<string, Json | undefined> = {};
  const fold = (event: JsonObject): void => {
    const block = blocks[typeof event.index === "number" ? event.index : -1];
    if (event.type === "message_start") message = { ...objectIn(event, "message") };
    else if (event.type === "content_block_start")
      blocks.push({ block: { ...objectIn(event, "content_block") }, json: "" });
    else if (event.type === "content_block_delta" && block) grow(block, objectIn(event, "delta") ?? {});
    else if (event.type === "message_delta") message = { ...message, ...folded(event, message) };
  };
  for (const event of events) {
    if (event.type === "error") throw event.error;
    writing.push(event, (frame) => fold(parseExactly(frame.data) as JsonObject));
  }
  const content = blocks.map((block, index) => whole(block, index, losses)) as Json[];
  return { value: { ...message, content } as JsonObject, losses: [...writing.losses(), ...losses.list()] };
}

interface Folding {
  block: Record<string, Json | undefined>;
  json: string;
}

function grow(folding: Folding, delta: JsonObject): void {
  const { block } = folding;
  switch (delta.type) {
    case "text_delta":
      block.text = textIn(block, "text") + textIn(delta, "text");
      return;
    case "thinking_delta":
      block.thinking = textIn(block, "thinking") + textIn(delta, "thinking");
      return;
    case "signature_delta":
      block.signature = textIn(block, "signature") + textIn(delta, "signature");
      return;
    case "citations_delta":
      // The list is ours: it was parsed from our own frame.
      if (isList(block.citations)) (block.citations as Json[]).push(delta.citation ?? null);
      else block.citations = [delta.citation ?? null];
      return;
    case "input_json_delta":
      folding.json += textIn(delta, "partial_json");
      return;
    default:
      folding.block = grown(block as JsonObject, delta);
  }
}

/** container and context_management stand at the message's top; `usage` of the end holds all that the start's held. */
function folded(event: JsonObject, message: JsonObject): JsonObject {
  const { type: _, delta, usage, ...rest } = event;
  return {
    ...(isObject(delta) ? delta : {}),
    usage: { ...objectIn(message, "usage"), ...(isObject(usage) ? usage : {}) },
    ...rest,
  };
}

/** Arguments that are no JSON object cannot stand in `input`; they travel whole, as a text inside of one. */
function whole({ block, json }: Folding, index: number, losses: LossList): JsonObject {
  if (json === "" || (block.type !== "tool_use" && !hasInput(textIn(block, "type")))) return block;
  const parsed = parseObject(json);
  if (!parsed) {
    const note = "arguments that are no JSON object are given as a text inside of one";
    losses.hint(`answer.content[${index}].input`, "call-input", "approximated", note);
  }
  return { ...block, input: parsed ?? { [CUSTOM_INPUT_KEY]: json } };
}
