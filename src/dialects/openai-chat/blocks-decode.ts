/** The open blocks of one answer. Text, reasoning and refusal follow each other; calls stay open until the end. */
import type { Block, Delta, Emit } from "../../ir/events.ts";
import type { ToolRef } from "../../ir/request.ts";
import { type JsonLiteral, type JsonObject, literal, objectIn, textIn } from "../../wire/json.ts";
import { unwrapper } from "../../ir/unwrap.ts";
import type { Seal } from "../../ir/seal.ts";
import { LIMITS } from "../../wire/limits.ts";
import type { ReplyContext } from "../dialect.ts";
import { type PendingSeal, pendingSeal } from "./pending-seals.ts";
import { sealOf } from "./seals.ts";
import { OPENAI_CHAT } from "./id.ts";

type LinearKind = "text" | "refusal" | "reasoning" | "opaque";

export interface Blocks {
  /** Opens a block of this kind where another one was live, and feeds it. */
  linear(kind: LinearKind, delta: Delta, emit: Emit): void;
  /** A fragment of a call, in any of its wire forms. */
  call(part: CallPart, emit: Emit): void;
  /** A piece of `reasoning_details`: of the call whose id it names, else of the reasoning that is open or of the block to come, else of what was said last. */
  detail(piece: JsonObject): void;
  /** `extra_content` of the message: Gemini signs the end of its words. */
  sign(extra: JsonObject, emit: Emit): void;
  closeAll(emit: Emit): void;
  readonly live: LinearKind | undefined;
  readonly seen: { calls: boolean; refusal: boolean };
}

/** One entry of `tool_calls`, or a legacy `function_call`, read. */
export interface CallPart {
  readonly index: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly input: string;
  /** The vendor itself said `type: custom`: the input is no JSON. */
  readonly freeform: boolean;
  /** Gemini's thought signature travels here and must come back. */
  readonly extra: JsonObject | undefined;
}

export function readCallPart(wire: JsonObject): CallPart {
  const custom = objectIn(wire, "custom");
  const body = custom ?? objectIn(wire, "function") ?? {};
  const input = custom ? body.input : body.arguments;
  return {
    index: typeof wire.index === "number" ? wire.index : undefined,
    id: textIn(wire, "id"),
    name: textIn(body, "name"),
    // Ollama and others send the arguments as an object.
    input: typeof input === "string" ? input : input === undefined || input === null ? "" : JSON.stringify(input),
    freeform: custom !== undefined || wire.type === "custom",
    extra: objectIn(wire, "extra_content"),
  };
}

interface OpenCall {
  /** Its place among the calls of the answer. */
  readonly at: number;
  /** Undefined until a name came: only then it is known what the block is. */
  block?: number;
  id: string;
  name: string;
  waiting: string;
  freeform: boolean;
  readonly details: PendingSeal;
  feed(input: JsonLiteral, emit: Emit): void;
  close(emit: Emit): void;
}

export function blocks(context: ReplyContext): Blocks {
  const seen = { calls: false, refusal: false };
  const calls: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();
  const byId = new Map<string, OpenCall>();
  let next = 0;
  let live: { readonly kind: LinearKind; readonly index: number } | undefined;

  const open = (block: Block, emit: Emit): number => {
    emit({ type: "block-start", index: next, block });
    return next++;
  };
  const details = pendingSeal(context);
  const seal = (index: number, value: Seal | undefined, emit: Emit): void => {
    if (value) emit({ type: "block-delta", index, delta: { seal: value, mode: "set" } });
  };
  const closeLive = (emit: Emit): void => {
    if (live?.kind === "reasoning") seal(live.index, details.take(), emit);
    if (live) emit({ type: "block-end", index: live.index });
    live = undefined;
  };
  /** Nothing of this thought is shown but its seal. */
  const sealedBlock = (value: Seal | undefined, emit: Emit): void => {
    if (!value) return;
    const index = open({ kind: "reasoning", channel: "raw", redacted: true }, emit);
    seal(index, value, emit);
    emit({ type: "block-end", index });
  };
  /** What came sealed in front of it stands in front of it. */
  const closeBefore = (kind: LinearKind | "call", emit: Emit): void => {
    closeLive(emit);
    if (kind !== "reasoning") sealedBlock(details.take(), emit);
  };
  const openCall = (call: OpenCall, emit: Emit): void => {
    closeBefore("call", emit);
    const tool = toolOf(call, context);
    const index = open({ kind: "call", callId: call.id || `call_${context.replyId}_${call.at}`, tool }, emit);
    call.block = index;
    const send = (input: JsonLiteral): void => emit({ type: "block-delta", index, delta: { input } });
    const unwrap = tool.via === "custom" && !call.freeform ? unwrapper() : undefined;
    call.feed = (input) => (unwrap ? unwrap.push(input, send) : send(input));
    call.close = () => {
      unwrap?.end("eof", send);
      seal(index, call.details.take(), emit);
      emit({ type: "block-end", index });
    };
    if (call.waiting !== "") call.feed(literal(call.waiting), emit);
  };
  const callOf = (part: CallPart): OpenCall => {
    const found = findCall(part, calls.at(-1), byIndex, byId);
    const call = found ?? newCall(calls.length, part.freeform, context);
    if (!found) calls.push(call);
    if (part.index !== undefined) byIndex.set(part.index, call);
    // Later deltas of Qwen and GLM say `id: ""` and `name: ""`: they overwrite nothing.
    call.id ||= part.id;
    call.name ||= part.name;
    if (call.id !== "" && !byId.has(call.id)) byId.set(call.id, call);
    return call;
  };

  return {
    linear: (kind, delta, emit) => {
      if (live?.kind !== kind) {
        closeBefore(kind, emit);
        live = { kind, index: open(blockOf(kind), emit) };
      }
      if (kind === "refusal") seen.refusal = true;
      emit({ type: "block-delta", index: live.index, delta });
    },
    call: (part, emit) => {
      seen.calls = true;
      const call = callOf(part);
      if (call.block !== undefined) {
        if (part.input !== "") call.feed(literal(part.input), emit);
      } else {
        call.waiting += part.input;
        if (call.name !== "" || call.waiting.length > LIMITS.queuedBlockBytesMax) openCall(call, emit);
      }
      if (part.extra && call.block !== undefined) seal(call.block, sealOf(part.extra, context.from), emit);
    },
    detail: (piece) => {
      const id = textIn(piece, "id");
      const call = id === "" && !live ? calls.at(-1) : byId.get(id);
      (call?.details ?? details).add(piece);
    },
    sign: (extra, emit) => {
      if (live?.kind === "text") seal(live.index, sealOf(extra, context.from), emit);
      else sealedBlock(sealOf(extra, context.from), emit);
    },
    closeAll: (emit) => {
      // What came sealed behind words belongs to them; behind nothing, it is all that there is.
      if (live) seal(live.index, details.take(), emit);
      closeLive(emit);
      sealedBlock(details.take(), emit);
      for (const call of calls) {
        if (call.block === undefined) openCall(call, emit);
        call.close(emit);
      }
      calls.length = 0;
      byId.clear();
    },
    get live() {
      return live?.kind;
    },
    seen,
  };
}

const newCall = (at: number, freeform: boolean, context: ReplyContext): OpenCall => ({
  at,
  details: pendingSeal(context),
  id: "",
  name: "",
  waiting: "",
  freeform,
  feed: () => {},
  close: () => {},
});

/**
 * By index. Gemini's endpoint gives every call index 0 and Mistral gives none: there a new id with a name is a new call, and
 * a known id goes on with its own. Some give each piece another id (vllm#23522), and no name.
 */
function findCall(
  part: CallPart,
  latest: OpenCall | undefined,
  byIndex: ReadonlyMap<number, OpenCall>,
  byId: ReadonlyMap<string, OpenCall>,
): OpenCall | undefined {
  const isUnnamed = part.name === "";
  if (part.index === undefined) return part.id !== "" ? byId.get(part.id) : isUnnamed ? latest : undefined;
  const here = byIndex.get(part.index);
  if (!here || part.id === "" || here.id === "" || here.id === part.id) return here;
  return byId.get(part.id) ?? (isUnnamed ? here : undefined);
}

/** A name that nobody declared is still a call: on Chat the model invented it, and the client must refuse it in the next turn. */
function toolOf(call: OpenCall, context: ReplyContext): ToolRef {
  const known = context.tools.byWireName(call.name) ?? context.tools.find(call.name);
  if (known) return call.freeform ? { ...known, via: "custom" } : known;
  return { via: call.freeform ? "custom" : "function", name: call.name };
}

function blockOf(kind: LinearKind): Block {
  switch (kind) {
    case "text":
    case "refusal":
      return { kind };
    case "reasoning":
      return { kind, channel: "raw" };
    case "opaque":
      return { kind, dialect: OPENAI_CHAT, wire: "audio", raw: null };
  }
}
