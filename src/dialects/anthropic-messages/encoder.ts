/** A Messages stream, written for clients: blocks strictly in a row, each frame with its event line. */
import type { ReplyContext } from "../dialect.ts";
import type { Finish, StreamEvent } from "../../ir/events.ts";
import { type Loss, lossList, type LossList } from "../../ir/loss.ts";
import { sequence } from "../../ir/sequence.ts";
import { NO_USAGE, type Usage } from "../../ir/usage.ts";
import { defined, isList, isObject, type JsonObject, objectIn, textIn } from "../../wire/json.ts";
import type { Frame, Machine } from "../../wire/machine.ts";
import { type BlockWriter, blockWriter } from "./blocks-encode.ts";
import { errorBody } from "./error.ts";
import { servedByFallback } from "./thread.ts";
import { encodeUsage } from "./usage.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { STOP_REASONS } from "./wire.ts";

export function encoder(context: ReplyContext): Machine<StreamEvent, Frame> & { losses(): readonly Loss[] } {
  const printing: Printing = {
    context,
    losses: lossList(),
    skipped: new Set(),
    live: undefined,
    blocks: 0,
    started: false,
    done: false,
  };
  const inRow = sequence();
  return {
    // What nobody here can print leaves before the queue: it must not keep others waiting.
    push: (event, emit) => {
      if (!isSkipped(event, printing)) inRow.push(event, (next) => print(next, printing, emit));
    },
    // A stream without a terminal event prints none: the client must see that it was cut.
    end: () => void (printing.done = true),
    losses: () => printing.losses.list(),
  };
}

interface Printing {
  readonly context: ReplyContext;
  readonly losses: LossList;
  /** Blocks of other vendors, by our index. */
  readonly skipped: Set<number>;
  live: BlockWriter | undefined;
  /** Also the next index of the wire, which has no gaps. */
  blocks: number;
  started: boolean;
  done: boolean;
}

type EmitFrame = (frame: Frame) => void;
const frame = (body: JsonObject): Frame => ({ event: textIn(body, "type"), data: JSON.stringify(body) });

function isSkipped(event: StreamEvent, printing: Printing): boolean {
  if (!("index" in event)) return false;
  if (event.type === "block-start" && isUnprintable(event, printing)) printing.skipped.add(event.index);
  return printing.skipped.has(event.index);
}

function isUnprintable({ block, index }: Extract<StreamEvent, { type: "block-start" }>, { losses }: Printing): boolean {
  if (block.kind === "refusal") return block.inDetails === true;
  if (block.kind !== "hosted" && block.kind !== "opaque") return false;
  if (block.dialect === ANTHROPIC_MESSAGES) return false;
  const note = `${block.wire} of ${block.dialect} has no form in the Messages protocol`;
  losses.hint(`answer[${index}]`, block.kind === "hosted" ? "hosted-call" : "foreign-item", "dropped", note);
  return true;
}

function print(event: StreamEvent, printing: Printing, emit: EmitFrame): void {
  if (printing.done) return;
  switch (event.type) {
    case "start":
      return start(event, printing, emit);
    case "block-start":
      printing.live = blockWriter(event, printing.context, printing.losses, () => printing.blocks++);
      return printing.live.open(emit);
    case "block-delta":
      return printing.live?.delta(event.delta, emit);
    case "block-end":
      printing.live?.close(emit);
      return void (printing.live = undefined);
    case "notice":
      return notice(event, printing, emit);
    case "finish":
      return finish(event, printing, emit);
    case "error":
      // Nothing that looks like an end follows: the client must not take the half for the whole.
      printing.done = true;
      return emit(frame(errorBody(event.error)));
  }
}

function start(event: Partial<Extract<StreamEvent, { type: "start" }>>, printing: Printing, emit: EmitFrame): void {
  if (printing.started) return;
  printing.started = true;
  emit(
    frame({
      type: "message_start",
      message: {
        id: `msg_${printing.context.replyId}`,
        type: "message",
        role: "assistant",
        model: printing.context.modelName,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: encodeUsage(event.usage ?? NO_USAGE),
      },
    }),
  );
}

/** Events of its own dialect that we have no word for pass; those of others mean nothing here. */
function notice(event: Extract<StreamEvent, { type: "notice" }>, printing: Printing, emit: EmitFrame): void {
  if (event.dialect === ANTHROPIC_MESSAGES && isObject(event.raw)) return emit(frame(event.raw));
  const note = `notices of ${event.dialect} have no place in the Messages protocol`;
  printing.losses.hint("answer", "vendor-notice", "dropped", note);
}

function finish(event: Finish, printing: Printing, emit: EmitFrame): void {
  start({}, printing, emit);
  printing.done = true;
  const details = isObject(event.details) ? event.details : {};
  const carry = isObject(event.carry) ? event.carry : {};
  const { stop_sequence: _sequence, stop_reason: _reason, ...stopDetails } = details;
  emit(
    frame(
      defined({
        type: "message_delta",
        delta: defined({
          stop_reason: textIn(details, "stop_reason") || STOP_REASONS[event.reason],
          stop_sequence: textIn(details, "stop_sequence") || null,
          stop_details: textIn(stopDetails, "type") === "" ? undefined : defined(stopDetails),
          container: objectIn(carry, "container"),
        }),
        usage: usageOf(event.usage, printing.context),
        context_management: objectIn(carry, "context_management"),
        input_transformations: carry.input_transformations,
      }),
    ),
  );
  emit(frame({ type: "message_stop" }));
}

function usageOf(usage: Usage, { request, modelName }: ReplyContext): JsonObject {
  const used = encodeUsage(usage);
  if (request?.state.thread === undefined) return used;
  const beside = isList(used.iterations) ? used.iterations : [];
  return { ...used, iterations: [...beside, servedByFallback(usage, modelName)] };
}
