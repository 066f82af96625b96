/** StreamEvents as the events that Codex and the official SDKs expect: every item opened, filled and closed, every event numbered. */
import type { ReplyContext } from "../dialect.ts";
import { connectionLost, type GatewayError } from "../../ir/error.ts";
import type { Block, Finish, StreamEvent } from "../../ir/events.ts";
import type { Loss } from "../../ir/loss.ts";
import type { Usage } from "../../ir/usage.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";
import type { Frame, Machine } from "../../wire/machine.ts";
import { callWriter } from "./call-writer.ts";
import { echoOf } from "./echo.ts";
import { errorObject, failure } from "./error.ts";
import { messageWriter, type MessageWriter } from "./message-writer.ts";
import { type BlockWriter, json, type Print, type Printing, printing } from "./printing.ts";
import { markupWriter, reasoningWriter } from "./reasoning-writer.ts";
import { again, droppedWriter, vendorWriter } from "./vendor-writer.ts";
import { encodeUsage } from "./usage.ts";
import { OPENAI_RESPONSES } from "./id.ts";

export function encoder(context: ReplyContext): Machine<StreamEvent, Frame> & { losses(): readonly Loss[] } {
  const p = printing(context);
  const state: State = {
    p,
    writers: new Map(),
    sealable: new Set(),
    started: false,
    done: false,
    refused: false,
    notices: [],
  };
  return {
    push: (event, print) => {
      if (!state.done) encode(event, state, print);
    },
    end: (_cause, print) => {
      if (!state.done) fail(connectionLost("the answer stopped before its end"), state, print);
    },
    losses: () => p.losses.list(),
  };
}

interface State {
  readonly p: Printing;
  readonly writers: Map<number, BlockWriter>;
  /** Blocks whose items have a field for a seal. */
  readonly sealable: Set<number>;
  /** Echoed fields of the request; made once, printed three times. */
  echo?: JsonObject;
  message?: MessageWriter;
  started: boolean;
  done: boolean;
  refused: boolean;
  /** Remarks that stand in the response itself; of two with one name the later counts. */
  readonly notices: JsonObject[];
}

function encode(event: StreamEvent, state: State, print: Print): void {
  if (event.type === "error") return fail(event.error, state, print);
  start(state, print);
  switch (event.type) {
    case "start":
      return;
    case "block-start":
      if (event.block.kind === "reasoning") state.sealable.add(event.index);
      state.writers.set(event.index, writerOf(event.block, state, print));
      return;
    case "block-delta":
      if ("seal" in event.delta && !state.sealable.has(event.index)) {
        const note = "only reasoning has a field for a seal; the gateway keeps it where it keeps a vault";
        state.p.losses.hint(`answer[${event.index}]`, "seal", "dropped", note);
      }
      return state.writers.get(event.index)?.delta(event.delta, print);
    case "block-end":
      state.writers.get(event.index)?.end(event.final, print);
      state.writers.delete(event.index);
      return;
    case "notice":
      return notice(event, state, print);
    case "finish":
      return finish(event, state, print);
  }
}

function start(state: State, print: Print): void {
  if (state.started) return;
  state.started = true;
  state.echo = echoOf(state.p.context);
  const response = responseJson(state, { status: "in_progress" });
  state.p.event("response.created", `"response":${response}`, print);
  state.p.event("response.in_progress", `"response":${response}`, print);
}

function writerOf(block: Block, state: State, print: Print): BlockWriter {
  const { p } = state;
  if (block.kind === "text" || block.kind === "refusal") return partOf(block, state, print);
  if (block.kind === "reasoning" && p.context.style.reasoning === "think")
    return markupWriter(p, block, (to) => partOf({ kind: "text" }, state, to));
  state.message?.seal(print);
  delete state.message;
  switch (block.kind) {
    case "reasoning":
      return reasoningWriter(p, block, print);
    case "call":
      return callWriter(p, block, print);
    case "hosted":
    case "opaque":
      return block.dialect === OPENAI_RESPONSES ? vendorWriter(p, block.raw, print) : droppedWriter(p, block);
  }
}

function partOf(block: Extract<Block, { kind: "text" | "refusal" }>, state: State, print: Print): BlockWriter {
  if (block.kind === "refusal" && !block.inDetails) state.refused = true;
  if (!state.message?.takes(block)) {
    state.message?.seal(print);
    state.message = messageWriter(state.p, block.kind === "text" ? block.phase : undefined, print);
  }
  return state.message.part(block, print);
}

/** Azure's filter results stand in the response itself; what has a type is an event of its own. */
function notice({ dialect, raw }: Extract<StreamEvent, { type: "notice" }>, state: State, print: Print): void {
  if (dialect !== OPENAI_RESPONSES)
    return state.p.losses.hint("answer", "vendor-notice", "dropped", "a remark of the vendor beside the answer");
  if (!isObject(raw)) return;
  if (raw.type === undefined) state.notices.push(raw);
  else again(state.p, raw, print);
}

interface Ending {
  readonly status: string;
  readonly error?: JsonObject;
  readonly incomplete?: string;
  readonly usage?: Usage;
}

function finish(event: Finish, state: State, print: Print): void {
  state.message?.seal(print);
  state.done = true;
  loseDetails(event, state);
  const incomplete = incompleteReason(event, state);
  const type = incomplete === undefined ? "completed" : "incomplete";
  const ending = { status: type, usage: event.usage, ...(incomplete !== undefined && { incomplete }) };
  state.p.event(`response.${type}`, `"response":${responseJson(state, ending)}`, print);
}

function incompleteReason({ reason }: Finish, state: State): string | undefined {
  switch (reason) {
    case "stop":
    case "tool":
    case "stop-sequence":
      return undefined;
    case "refusal":
      return state.refused ? undefined : "content_filter";
    case "filter":
      return "content_filter";
    // The vendor's tools are not done; a client may go on only by asking again, as after a cut.
    case "pause":
    case "length":
    case "context-full":
      return "max_output_tokens";
  }
}

function loseDetails({ reason, details, carry }: Finish, state: State): void {
  const { losses } = state.p;
  if (reason === "pause")
    losses.meaning("answer.finish", "pause", "approximated", "a pause of the vendor's own tools is told as a cut");
  if (reason === "context-full")
    losses.hint("answer.finish", "context-full", "approximated", "a full context is told as a cut");
  if (details !== undefined && details !== null)
    losses.hint("answer.finish", "stop-details", "dropped", "why exactly the answer ended");
  if (carry !== undefined && carry !== null) {
    const note = "what the next request of the vendor's own dialect would name";
    losses.hint("answer.carry", "carried-state", "dropped", note);
  }
}

/**
 * Nothing that is open is closed: half a call must not look like a whole one. Both events, as OpenAI sends them: at
 * `error` its SDK throws, which LangChain needs; `response.failed` is what Codex decides on. `error` is written twice in its
 * event: inside, as the vendor sends it and Open Responses has it, and flat, as OpenAI's own description has it.
 */
function fail(error: GatewayError, state: State, print: Print): void {
  start(state, print);
  state.done = true;
  const told = errorObject(error);
  const { message, param = null, code = null } = told;
  state.p.event("error", `${json({ error: told, message, param, code }).slice(1, -1)}`, print);
  state.p.event(
    "response.failed",
    `"response":${responseJson(state, { status: "failed", error: { ...failure(error) } })}`,
    print,
  );
}

function responseJson(state: State, ending: Ending): string {
  const { context, output } = state.p;
  const { replyId, createdAtSeconds, modelName } = context;
  const head = {
    id: replyId.startsWith("resp_") ? replyId : `resp_${replyId}`,
    object: "response",
    created_at: createdAtSeconds,
    completed_at: ending.status === "completed" ? context.nowSeconds() : null,
    status: ending.status,
    background: false,
    error: ending.error ?? null,
    incomplete_details: ending.incomplete === undefined ? null : { reason: ending.incomplete },
    model: modelName,
  };
  const tail = {
    ...state.echo,
    // At the end it says which tier served; `auto` says nothing.
    ...(ending.usage && { service_tier: ending.usage.serviceTier ?? "auto" }),
    ...Object.fromEntries(state.notices.flatMap((raw) => Object.entries(raw))),
    usage: ending.usage ? encodeUsage(ending.usage) : null,
  };
  const items = output.filter((item) => item !== undefined);
  return `${json(head).slice(0, -1)},"output":[${items.join(",")}],${json(tail).slice(1)}`;
}
