/** Chunks of every vendor that claims the dialect become events. The finish waits for the usage behind it. */
import { distinct, distinctCalls } from "../../ir/distinct-calls.ts";
import { connectionLost, GatewayError } from "../../ir/error.ts";
import type { Annotation, Emit, StreamEvent } from "../../ir/events.ts";
import { decodeUsage } from "./usage.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  listIn,
  literal,
  objectIn,
  objectsIn,
  parseOr,
  textIn,
} from "../../wire/json.ts";
import type { EndCause, Frame } from "../../wire/machine.ts";
import type { ReplyContext, Decoder } from "../dialect.ts";
import { type Blocks, blocks, readCallPart } from "./blocks-decode.ts";
import { decodeErrorFrame } from "./error.ts";
import { isSignature } from "./seals.ts";
import { OPENAI_CHAT } from "./id.ts";
import { DONE, FAILED_FINISH, finishReasonOf } from "./wire.ts";

interface State {
  readonly context: ReplyContext;
  readonly blocks: Blocks;
  started: boolean;
  over: boolean;
  finishWord: string | undefined;
  usage: JsonObject | undefined;
  serviceTier: string | undefined;
  citations: readonly Json[];
  /** The last chunk held pieces of a call or a seal: each of them adds to what waits. */
  grew: boolean;
}

const newState = (context: ReplyContext): State => ({
  context,
  blocks: blocks(context),
  started: false,
  over: false,
  finishWord: undefined,
  usage: undefined,
  serviceTier: undefined,
  citations: [],
  grew: false,
});

export function decoder(context: ReplyContext): Decoder {
  const state = newState(context);
  const machine = distinctCalls<Frame>(
    {
      push: (frame, emit) => {
        if (state.over) return;
        state.grew = false;
        const data = frame.data.trim();
        if (data === DONE) return finishOrCut(state, emit);
        if (data === "") return;
        const json = parseOr(data, undefined);
        if (json === undefined) return fail(state, new GatewayError("upstream-failed", NO_JSON), emit);
        chunk(state, json, frame.event === "error", emit);
      },
      end: (cause, emit) => end(state, cause, emit),
    },
    context.replyId,
  );
  return { ...machine, goOn: () => (state.grew ? undefined : nothing) };
}

const nothing = (): void => {};

/** A whole answer is one chunk that has everything, but with some vendors the word for why it ended. A body that parses was not cut. */
export function decodeWhole(body: JsonObject, context: ReplyContext): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const pass = distinct(context.replyId);
  const emit: Emit = (event) => pass(event, (one) => void events.push(one));
  const state = newState(context);
  chunk(state, numbered(body), false, emit);
  const isWhole = objectsIn(body, "choices").some((choice) => objectIn(choice, "message"));
  if (isWhole) finishOrCut(state, emit);
  else if (state.finishWord !== undefined) end(state, "eof", emit);
  else if (!state.over) fail(state, new GatewayError("upstream-failed", NO_MESSAGE), emit);
  return events;
}

/** In a list each call is one, whatever its number and id: pieces come only in streams. */
function numbered(body: JsonObject): JsonObject {
  if (!isList(body.choices)) return body;
  const choices = objectsIn(body, "choices").map((choice) => {
    const message = objectIn(choice, "message");
    if (!message || !isList(message.tool_calls)) return choice;
    const calls = objectsIn(message, "tool_calls").map((call, index) => ({ ...call, index }));
    return { ...choice, message: { ...message, tool_calls: calls } };
  });
  return { ...body, choices };
}

const NO_MESSAGE = "the upstream answered with no message; ask again";
const NO_JSON = "the upstream sent a frame that is no JSON";

function chunk(state: State, json: Json, isError: boolean, emit: Emit): void {
  if (isError || isErrorBody(json)) return fail(state, decodeErrorFrame(json), emit);
  if (!isObject(json)) return;
  const choices = objectsIn(json, "choices");
  const choice = choices.find((one) => (one.index ?? 0) === 0);
  note(state, json, choice);
  if (json.prompt_filter_results !== undefined)
    emit({ type: "notice", dialect: OPENAI_CHAT, raw: { prompt_filter_results: json.prompt_filter_results } });
  if (choice) {
    start(state, json, emit);
    answer(state, objectIn(choice, "delta") ?? objectIn(choice, "message") ?? {}, emit);
    filtered(choice, emit);
    ending(state, choice, emit);
  } else if (choices.length === 0 && state.finishWord !== undefined && objectIn(json, "usage")) finish(state, emit);
}

/** An `error` of null stands in good chunks of some vendors; vLLM says `object: "error"`. */
function isErrorBody(json: Json): boolean {
  if (isList(json)) return isErrorBody(json[0] ?? null);
  if (!isObject(json)) return false;
  return Boolean(json.error) || json.object === "error" || json.type === "error";
}

/** Usage may stand in any chunk (null in most), in Kimi's choice or under Groq's x_groq; the last one counts. */
function note(state: State, json: JsonObject, choice: JsonObject | undefined): void {
  const groq = objectIn(json, "x_groq");
  state.usage =
    objectIn(json, "usage") ??
    (choice && objectIn(choice, "usage")) ??
    (groq && objectIn(groq, "usage")) ??
    state.usage;
  state.serviceTier = textIn(json, "service_tier") || state.serviceTier;
  if (listIn(json, "citations").length > 0) state.citations = listIn(json, "citations");
}

/** Azure's first chunk has an empty id and no choices: nothing starts from it. */
function start(state: State, json: JsonObject, emit: Emit): void {
  if (state.started) return;
  state.started = true;
  const id = textIn(json, "id");
  const model = textIn(json, "model");
  emit({ type: "start", ...(id ? { id } : {}), ...(model ? { model } : {}) });
}

function answer(state: State, delta: JsonObject, emit: Emit): void {
  reasoning(state, delta, emit);
  if (isList(delta.content)) for (const part of delta.content) contentPart(state, part, emit);
  else say(state, "text", textIn(delta, "content"), emit);
  say(state, "refusal", textIn(delta, "refusal"), emit);
  if (isObject(delta.audio)) state.blocks.linear("opaque", { raw: delta.audio }, emit);
  for (const annotation of objectsIn(delta, "annotations"))
    state.blocks.linear("text", { annotation: decodeAnnotation(annotation) }, emit);
  for (const call of objectsIn(delta, "tool_calls")) callPart(state, call, emit);
  const legacy = objectIn(delta, "function_call");
  if (legacy) callPart(state, { index: 0, function: legacy }, emit);
  const extra = objectIn(delta, "extra_content");
  if (extra && isSignature(extra)) state.blocks.sign(extra, emit);
}

function callPart(state: State, wire: JsonObject, emit: Emit): void {
  state.grew = true;
  state.blocks.call(readCallPart(wire), emit);
}

/** Groq, OpenRouter and vLLM say `reasoning`; OpenRouter repeats it in `reasoning_details`, which alone may carry it, and seals it there. */
function reasoning(state: State, delta: JsonObject, emit: Emit): void {
  const text = textIn(delta, "reasoning_content") || textIn(delta, "reasoning");
  const details = objectsIn(delta, "reasoning_details");
  say(state, "reasoning", text || details.map((one) => textIn(one, "text") || textIn(one, "summary")).join(""), emit);
  for (const detail of details) state.blocks.detail(detail);
  state.grew ||= details.length > 0;
}

/** Mistral's content is a list while its model thinks. */
function contentPart(state: State, part: Json, emit: Emit): void {
  if (typeof part === "string") return say(state, "text", part, emit);
  if (!isObject(part)) return;
  if (part.type !== "thinking") return say(state, "text", textIn(part, "text"), emit);
  const inner = part.thinking;
  const text = isList(inner) ? inner.map((one) => (isObject(one) ? textIn(one, "text") : "")).join("") : inner;
  say(state, "reasoning", typeof text === "string" ? text : "", emit);
}

function say(state: State, kind: "text" | "refusal" | "reasoning", text: string, emit: Emit): void {
  if (text !== "") state.blocks.linear(kind, { text: literal(text) }, emit);
}

function decodeAnnotation(wire: JsonObject): Annotation {
  const url = objectIn(wire, "url_citation");
  if (!url) return { kind: "other", dialect: OPENAI_CHAT, raw: wire };
  return {
    kind: "url",
    url: textIn(url, "url"),
    ...(textIn(url, "title") ? { title: textIn(url, "title") } : {}),
    ...(typeof url.start_index === "number" ? { start: url.start_index } : {}),
    ...(typeof url.end_index === "number" ? { end: url.end_index } : {}),
    dialect: OPENAI_CHAT,
    raw: wire,
  };
}

/** Azure rates every delta; only what it held back is news. */
function filtered(choice: JsonObject, emit: Emit): void {
  const results = objectIn(choice, "content_filter_results");
  if (results && Object.values(results).some((one) => isObject(one) && one.filtered === true))
    emit({ type: "notice", dialect: OPENAI_CHAT, raw: { content_filter_results: results } });
}

function ending(state: State, choice: JsonObject, emit: Emit): void {
  const word = textIn(choice, "finish_reason");
  if (word === "") return;
  if (FAILED_FINISH.has(word)) {
    const kind = word === "insufficient_system_resource" ? "overloaded" : "upstream-failed";
    return fail(state, new GatewayError(kind, `the upstream gave up in the middle of its answer: ${word}`), emit);
  }
  state.finishWord = word;
}

/** A stream without [DONE] that said why it stopped is whole on "eof" and doubtful on "cut". */
function end(state: State, cause: EndCause, emit: Emit): void {
  if (state.over) return;
  if (cause === "eof" && state.finishWord !== undefined) return finish(state, emit);
  const how = cause === "cut" ? "the upstream broke off its answer" : "the upstream ended its answer";
  fail(state, connectionLost(`${how} before it was finished`), emit);
}

/** [DONE] behind an answer ends it even where the vendor gave no reason; behind nothing it ends nothing. */
function finishOrCut(state: State, emit: Emit): void {
  if (state.over) return;
  if (state.started) finish(state, emit);
  else end(state, "eof", emit);
}

function finish(state: State, emit: Emit): void {
  cite(state, emit);
  state.blocks.closeAll(emit);
  state.over = true;
  emit({
    type: "finish",
    reason: finishReasonOf(state.finishWord, state.blocks.seen),
    usage: decodeUsage(state.usage, state.serviceTier),
  });
}

/** xAI and Perplexity list their sources beside the answer, as bare addresses, in every chunk again. */
function cite(state: State, emit: Emit): void {
  if (state.citations.length === 0) return;
  const raw = { citations: state.citations };
  if (state.blocks.live !== "text") return emit({ type: "notice", dialect: OPENAI_CHAT, raw });
  for (const url of state.citations)
    if (typeof url === "string")
      state.blocks.linear("text", { annotation: { kind: "url", url, dialect: OPENAI_CHAT, raw: citation(url) } }, emit);
}

const citation = (url: string): JsonObject => ({ type: "url_citation", url_citation: { url } });

function fail(state: State, error: GatewayError, emit: Emit): void {
  state.over = true;
  emit({ type: "error", error });
}
