/** Whole answers run through the code of the streams. */
import type { ReplyContext, Dialect } from "../dialect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import type { Translated } from "../../ir/loss.ts";
import { isList, isObject, type Json, type JsonObject, parseJson } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";
import { answerReader } from "./decoder.ts";
import { encoder } from "./encoder.ts";

export const response: Dialect["response"] = { decode: decodeResponse, encode: encodeResponse };

function decodeResponse(body: JsonObject, context: ReplyContext): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const emit = (event: StreamEvent): void => void events.push(event);
  const reader = answerReader(context);
  const push = (event: JsonObject): void => reader.push(event, emit);
  if (!isList(body.output) && isObject(body.error)) push({ type: "error", error: body.error });
  push({ type: "response.created", response: body });
  (isList(body.output) ? body.output : []).forEach((item, at) => {
    if (isObject(item)) push({ type: "response.output_item.done", output_index: at, item });
  });
  push(terminal(body));
  reader.end("eof", emit);
  return events;
}

/** A background answer that still runs is no answer yet; one whose end has no word, or none that we know, is there. */
function terminal(body: JsonObject): JsonObject {
  const { status } = body;
  if (status === "queued" || status === "in_progress")
    return { type: "error", error: { message: `the upstream's answer is still ${status}`, code: "server_error" } };
  const end = ENDS.has(status) ? String(status) : "completed";
  return { type: `response.${end}`, response: { ...body, output: [] } };
}
const ENDS: ReadonlySet<Json | undefined> = new Set(["failed", "incomplete", "cancelled"]);

function encodeResponse(events: readonly StreamEvent[], context: ReplyContext): Translated<JsonObject> {
  const machine = encoder(context);
  let last: Frame | undefined;
  const keep = (frame: Frame): void => void (last = frame);
  for (const event of events) {
    if (event.type === "error") throw event.error;
    machine.push(event, keep);
  }
  machine.end("eof", keep);
  const printed = last ? parseJson(last.data) : null;
  const answer = isObject(printed) && isObject(printed.response) ? printed.response : {};
  return { value: answer, losses: machine.losses() };
}
