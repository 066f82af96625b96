/** Streams of frames that are nearly alike, through the lanes and through nothing but decoder and encoder: the client gets the same bytes, and whoever watches sees the same. */
import { PLAIN_REPLY } from "../fixtures/reply-context.ts";
import type { ReplyContext, Dialect } from "../../src/dialects/dialect.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { DIALECTS } from "../../src/dialects/index.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import { toolMap } from "../../src/ir/tools.ts";
import { EVERYTHING, nativeLane } from "../../src/relay/passthrough.ts";
import type { StreamLane } from "../../src/relay/stream-lane.ts";
import { translatedLane } from "../../src/relay/translation.ts";
import { watch } from "../../src/relay/watch.ts";
import type { Json, JsonObject } from "../../src/wire/json.ts";
import type { EndCause, Frame } from "../../src/wire/machine.ts";
import { printFrame, sseReader } from "../../src/wire/sse.ts";
import type { Failure } from "./failure.ts";
import { mutateJson, mutateText } from "./mutate.ts";
import { random, type Random } from "./random.ts";

/** So many frames, about two hundred a stream; and each stream that was given, as it is and mutated. */
export function fuzzLikeFrames(
  streams: Readonly<Record<DialectId, readonly string[]>>,
  frames: number,
  seed: number,
): readonly Failure[] {
  const failures: Failure[] = [];
  for (let made = 0, at = seed; made < frames; at++) {
    const dice = random(at);
    const from = dice.pick(IDS);
    const events = dice.int(8) === 0 ? [dice.pick(streams[from])] : eventsOf(from, dice);
    made += events.join("").split("data:").length;
    let text = withLineEnds(events.join(""), dice);
    if (dice.int(4) === 0) text = mutateText(text, dice);
    const what = difference(from, text, dice);
    if (what) failures.push({ seed: at, what, input: text });
  }
  return failures;
}

const IDS = Object.keys(DIALECTS) as DialectId[];

/** What one stream comes to on both ways; undefined: the same. */
export function difference(from: DialectId, text: string, dice: Random): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const cause: EndCause = dice.int(4) === 0 ? "cut" : "eof";
  const size = dice.pick([1, 60, 300, 300, 3_000, 3_000, 20_000, 20_000]);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const to = at + 1 + dice.int(size);
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  for (const to of IDS)
    if (to !== from) {
      const lane = seen(pieces, cause, (observe) => translatedLane(DIALECTS[from], DIALECTS[to], ASK, observe));
      const plain = translatedPlainly(pieces, cause, DIALECTS[from], DIALECTS[to]);
      if (Bun.deepEquals(lane, plain)) continue;
      return `${from} → ${to}: ${firstDifference(plain, lane)}`;
    }
  const plain = seen(pieces, cause, (observe) => nativeLane(unlearning(from), ASK, EVERYTHING, observe));
  const words = seen(pieces, cause, (observe) => nativeLane(DIALECTS[from], ASK, EVERYTHING, observe));
  if (!Bun.deepEquals(words, plain)) return `${from}, its words kept: ${firstDifference(plain, words)}`;
  const outcome = seen(pieces, cause, (observe) => nativeLane(DIALECTS[from], ASK, EVERYTHING, observe, "passed over"));
  const passed = { ...outcome, events: [] };
  return Bun.deepEquals(passed, { ...plain, events: [] })
    ? undefined
    : `${from}, its words passed over: ${firstDifference(plain, outcome)}`;
}

/** A decoder that has every frame pushed. */
function unlearning(id: DialectId): Dialect {
  const { stream } = DIALECTS[id];
  const decoder = (ask: ReplyContext) => ({ ...stream.decoder(ask), goOn: () => undefined });
  return { ...DIALECTS[id], stream: { ...stream, decoder } };
}

interface Seen {
  readonly client: string;
  readonly events: readonly string[];
  /** How many frames came. */
  readonly counts: number;
  readonly outcome: string;
}

function seen(
  pieces: readonly Uint8Array[],
  cause: EndCause,
  laneOf: (observe: (event: StreamEvent) => void) => StreamLane,
): Seen {
  const { observe, tell } = observer();
  const lane = laneOf(observe);
  const out: Uint8Array[] = [];
  const keep = (piece: Uint8Array | string): void => void out.push(Buffer.from(piece as string));
  for (const piece of pieces) keep(lane.push(piece));
  keep(lane.end(cause));
  return { client: Buffer.concat(out).toString(), counts: lane.events, ...tell() };
}

function translatedPlainly(pieces: readonly Uint8Array[], cause: EndCause, from: Dialect, to: Dialect): Seen {
  const { observe, tell } = observer();
  const reader = sseReader();
  const decoder = from.stream.decoder(ASK);
  const encoder = to.stream.encoder(ASK);
  let client = "";
  let counts = 0;
  const print = (frame: Frame): void => void (client += printFrame(frame));
  const encode = (event: StreamEvent): void => {
    observe(event);
    encoder.push(event, print);
  };
  const decode = (frame: Frame): void => {
    counts++;
    decoder.push(frame, encode);
  };
  for (const piece of pieces) reader.push(piece, decode);
  reader.end(cause, decode);
  decoder.end(cause, encode);
  encoder.end(cause, print);
  return { client: Buffer.from(client).toString(), counts, ...tell() };
}

function observer() {
  const watched = watch(() => {}, "calls");
  const events: string[] = [];
  return {
    observe: (event: StreamEvent): void => {
      watched.observe(event);
      events.push(JSON.stringify(event.type === "error" ? [event.error.kind, event.error.message] : event));
    },
    tell: () => {
      const { started, committed, terminal, error, usage } = watched;
      const ended = [started, committed, terminal, error?.kind, error?.message, usage];
      return { events, outcome: JSON.stringify([ended, watched.seals(), withoutError(watched.forVault())]) };
    },
  };
}

const withoutError = (kept: ReturnType<ReturnType<typeof watch>["forVault"]>): unknown =>
  kept && { seen: kept.seen, ...kept.answer, error: kept.answer.error?.message };

function firstDifference(plain: Seen, found: Seen): string {
  const at = plain.events.findIndex((event, index) => event !== found.events[index]);
  return JSON.stringify({
    counts: [plain.counts, found.counts],
    event: [at, plain.events[at], found.events[at]],
    outcome: plain.outcome === found.outcome ? "same" : [plain.outcome, found.outcome],
    client: plain.client === found.client ? "same" : [plain.client.slice(-800), found.client.slice(-800)],
  }).slice(0, 4_000);
}

const ASK: ReplyContext = {
  ...PLAIN_REPLY,
  tools: toolMap([
    { kind: "function", name: "read" },
    { kind: "custom", name: "patch" },
  ]),
  wants: { usageChunk: true, sealedReasoning: true },
};

/** A stream in the manner of some vendor: runs of text, and between them whatever else comes. */
function eventsOf(from: DialectId, dice: Random): string[] {
  const { begin, text, others, end } = STREAMS[from](dice);
  const events = begin.map((event) => print(event));
  for (let runs = 1 + dice.int(8); runs > 0; runs--) {
    const say = dice.pick(text);
    for (let length = dice.int(40); length > 0; length--) {
      const event = say();
      const odd = dice.int(30);
      if (odd === 0) events.push(print(mutateJson(event, dice) as JsonObject));
      else if (odd === 1) events.push(print({ ...event, ...dice.pick(ADDED) }));
      else events.push(print(event, escaping(dice)));
    }
    if (dice.int(2) === 0)
      events.push(dice.pick([": a comment\n\n", "id: 1\n", "data: [DONE]\n\n", "event: x\n\n", ""]));
    else events.push(print(dice.pick(others)()));
  }
  return dice.int(5) === 0 ? events : [...events, ...end.map((event) => print(event))];
}

const ADDED: readonly JsonObject[] = [
  { error: { message: "no", type: "server_error" } },
  { error: null },
  { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
  { usage: null },
  { service_tier: "flex" },
  { citations: ["https://a.example"] },
  { id: "other" },
  { type: "ping" },
  { object: "error" },
];

const print = (event: JsonObject, json: (value: Json) => string = JSON.stringify): string =>
  `${typeof event.type === "string" && !event.type.includes("\n") ? `event: ${event.type}\n` : ""}data: ${json(event)}\n\n`;

/** As different vendors print it. */
const escaping =
  (dice: Random) =>
  (value: Json): string => {
    const json = JSON.stringify(value);
    switch (dice.int(6)) {
      case 0:
        return json.replaceAll(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
      case 1:
        return json.replaceAll("/", "\\/");
      case 2:
        return dice.int(20) === 0 ? json.replace("\\n", "\t") : json;
      default:
        return json;
    }
  };

function withLineEnds(text: string, dice: Random): string {
  const end = dice.pick(["\n", "\n", "\n", "\r\n", "\r"]);
  return (dice.int(10) === 0 ? "\uFEFF" : "") + (end === "\n" ? text : text.replaceAll("\n", end));
}

interface Manner {
  readonly begin: readonly JsonObject[];
  readonly text: readonly (() => JsonObject)[];
  readonly others: readonly (() => JsonObject)[];
  readonly end: readonly JsonObject[];
}

const WORDS = [
  " the",
  " a",
  "größe",
  "🚀",
  '"quoted"',
  "a/b",
  "\n\n",
  "\\",
  "",
  "\ud83d",
  "\u2028",
  "</think>",
  "x".repeat(400),
  "{",
  "日本",
];
const word = (dice: Random): string => dice.pick(WORDS) + (dice.int(3) === 0 ? String(dice.int(100)) : "");

const STREAMS: Readonly<Record<DialectId, (dice: Random) => Manner>> = {
  "openai-chat": (dice) => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    const head: JsonObject = {
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      ...dice.pick<JsonObject>([
        {},
        { usage: null },
        { service_tier: "default" },
        { citations: ["https://a.example"] },
        { usage },
      ]),
    };
    let count = dice.int(20);
    const growing = dice.pick<() => JsonObject>([
      () => ({}),
      () => ({ obfuscation: word(dice) }),
      () => ({ created: ++count }),
      () => ({ id: `c${++count}` }),
      () => ({ usage: { prompt_tokens: 3, completion_tokens: ++count, total_tokens: count + 3 } }),
    ]);
    const chunk = (delta: JsonObject, more: JsonObject = {}): JsonObject => ({
      ...head,
      ...growing(),
      choices: [{ index: 0, delta, finish_reason: null, ...more }],
    });
    const thought = (text: string): JsonObject => ({
      reasoning: text,
      reasoning_details: [{ type: "reasoning.text", text, index: 0, format: "f" }],
    });
    const call = (more: JsonObject): JsonObject => chunk({ tool_calls: [{ index: 0, ...more }] });
    return {
      begin: [chunk({ role: "assistant", content: "" })],
      text: [
        () => chunk({ content: word(dice) }),
        () => chunk({ content: word(dice), role: "assistant" }),
        () => chunk({ reasoning_content: word(dice) }),
        () => chunk(thought(word(dice))),
        () => chunk({ reasoning: word(dice), reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] }),
        () => chunk({ reasoning_content: word(dice), reasoning: "else" }),
        () => chunk({ content: [{ type: "text", text: word(dice) }] }),
        () => chunk({ refusal: word(dice) }),
        () => chunk({ content: word(dice), tool_calls: [{ index: 0, function: { arguments: "x" } }] }),
        () => chunk({ content: word(dice) }, { finish_reason: "length" }),
      ],
      others: [
        () => call({ id: "call_1", type: "function", function: { name: "read", arguments: "" } }),
        () => call({ function: { arguments: '{"a":1}' } }),
        () => chunk({}, { finish_reason: "stop" }),
        () => ({ ...head, choices: [], usage }),
        () => ({ ...head, service_tier: "flex", choices: [] }),
        () => ({ error: { message: "no", type: "server_error" } }),
        () => chunk({}, { index: 1 }),
      ],
      end: [chunk({}, { finish_reason: "stop" }), { ...head, choices: [], usage }],
    };
  },
  "openai-responses": (dice) => {
    let count = 0;
    const event = (type: string, more: JsonObject): JsonObject => ({
      type: `response.${type}`,
      ...more,
      sequence_number: count++,
    });
    const item = { type: "message", id: "msg_1", role: "assistant", content: [] };
    const place = { item_id: dice.pick(["msg_1", "other"]), output_index: 0, content_index: 0 };
    const hides = dice.int(2) === 0;
    const delta = (type: string, more: JsonObject = {}): JsonObject =>
      event(`${type}.delta`, { ...place, delta: word(dice), ...more, ...(hides && { obfuscation: word(dice) }) });
    const response = {
      id: "resp_1",
      status: "completed",
      output: [],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    };
    return {
      begin: [event("created", { response }), event("output_item.added", { output_index: 0, item })],
      text: [
        () => delta("output_text", { logprobs: [] }),
        () => delta("output_text", { item_id: `msg_${dice.int(3)}` }),
        () => delta("refusal"),
        () => delta("reasoning_summary_text", { output_index: 1, item_id: "rs_1", summary_index: 0 }),
        () => delta("reasoning_text", { output_index: 1, item_id: "rs_1" }),
        () => event("output_text.done", { ...place, text: word(dice) }),
      ],
      others: [
        () => event("output_text.done", { ...place, text: "whole" }),
        () => event("content_part.done", { ...place, part: { type: "output_text", text: "", annotations: [] } }),
        () =>
          event("output_item.added", {
            output_index: 2,
            item: { type: "function_call", id: "fc_1", call_id: "call_1", name: "read", arguments: "" },
          }),
        () => event("function_call_arguments.delta", { output_index: 2, item_id: "fc_1", delta: '{"a":1}' }),
        () =>
          event("output_item.done", {
            output_index: 0,
            item: { ...item, content: [{ type: "output_text", text: "whole" }] },
          }),
        () =>
          event("output_item.done", {
            output_index: 1,
            item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "sealed" },
          }),
        () => event("failed", { response: { ...response, error: { code: "server_error", message: "no" } } }),
        () => ({ type: "keepalive" }),
      ],
      end: [event("completed", { response })],
    };
  },
  "anthropic-messages": (dice) => {
    const delta = (fields: JsonObject, index = 0): JsonObject => ({
      type: "content_block_delta",
      index,
      delta: fields,
    });
    const start = (content_block: JsonObject, index = 0): JsonObject => ({
      type: "content_block_start",
      index,
      content_block,
    });
    return {
      begin: [{ type: "message_start", message: { id: "msg_1", model: "m", content: [], usage: { input_tokens: 3 } } }],
      text: [
        () => delta({ type: "text_delta", text: word(dice) }),
        () => delta({ type: "thinking_delta", thinking: word(dice) }),
        () => delta({ type: "text_delta", text: word(dice) }, dice.int(2)),
      ],
      others: [
        () => start({ type: "text", text: "" }, dice.int(3)),
        () => start({ type: "thinking", thinking: "" }, dice.int(3)),
        () => start({ type: "tool_use", id: "toolu_1", name: "read", input: {} }, 1),
        () => delta({ type: "input_json_delta", partial_json: "{}" }, 1),
        () => delta({ type: "signature_delta", signature: "sealed" }),
        () => ({ type: "content_block_stop", index: dice.int(2) }),
        () => ({ type: "ping" }),
        () => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } }),
        () => ({ type: "error", error: { type: "overloaded_error", message: "no" } }),
      ],
      end: [
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
        { type: "message_stop" },
      ],
    };
  },
};
