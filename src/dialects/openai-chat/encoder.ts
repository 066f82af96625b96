/** Events become chunks. Fragments are spliced into a prefix that is the same for the whole answer. */
import type { GatewayError } from "../../ir/error.ts";
import type { Annotation, Block, Delta, Finish, StreamEvent } from "../../ir/events.ts";
import { type Feature, type Loss, type LossList, lossList } from "../../ir/loss.ts";
import { joined, type ThinkMarkup, thinkMarkup } from "../../ir/think.ts";
import type { JsonLiteral } from "../../wire/json.ts";
import type { Frame, Machine } from "../../wire/machine.ts";
import type { ReplyContext } from "../dialect.ts";
import { type CallWords, callWords } from "./call-writer.ts";
import { errorObject } from "./error.ts";
import { readSealed } from "./seals.ts";
import { encodeUsage } from "./usage.ts";
import { OPENAI_CHAT } from "./id.ts";
import { DONE, finishWordOf } from "./wire.ts";

type Print = (frame: Frame) => void;

interface State {
  readonly context: ReplyContext;
  readonly losses: LossList;
  readonly think: ThinkMarkup;
  readonly head: string;
  readonly open: Map<number, OpenBlock>;
  role: boolean;
  calls: number;
  /** Something of a reasoning block was printed: the next section or block begins behind a blank line. */
  thought: boolean;
  gap: boolean;
  /** The upstream refused in a field of its own. OpenAI ends such an answer with "stop"; Anthropic's refusals end as filtered. */
  refused: boolean;
  over: boolean;
}
interface OpenBlock {
  readonly block: Block;
  readonly call?: CallWords;
}

export function encoder(context: ReplyContext): Machine<StreamEvent, Frame> & { losses(): readonly Loss[] } {
  const state: State = {
    context,
    losses: lossList(),
    think: thinkMarkup(),
    head: headOf(context),
    open: new Map(),
    role: false,
    calls: 0,
    refused: false,
    thought: false,
    gap: false,
    over: false,
  };
  return {
    push: (event, print) => {
      if (!state.over) on(state, event, print);
    },
    // Every decoder ends with a terminal event; without one, nothing may look like an end.
    end: () => {},
    losses: () => state.losses.list(),
  };
}

const chatId = (replyId: string): string => (replyId.startsWith("chatcmpl") ? replyId : `chatcmpl-${replyId}`);

const headOf = (context: ReplyContext): string => {
  const head = {
    id: chatId(context.replyId),
    object: "chat.completion.chunk",
    created: context.createdAtSeconds,
    model: context.modelName,
  };
  return `${JSON.stringify(head).slice(0, -1)},"choices":[`;
};

function on(state: State, event: StreamEvent, print: Print): void {
  switch (event.type) {
    case "start":
      return;
    case "block-start":
      return startBlock(state, event.index, event.block, print);
    case "block-delta":
      return delta(state, event.index, event.delta, print);
    case "block-end":
      return endBlock(state, event.index, print);
    case "notice":
      return lose(
        state,
        "answer",
        "vendor-notice",
        "a remark of the vendor beside the answer, such as content filter results, was left out",
      );
    case "finish":
      return finish(state, event, print);
    case "error":
      return fail(state, event.error, print);
  }
}

function startBlock(state: State, index: number, block: Block, print: Print): void {
  if (block.kind === "reasoning") {
    if (state.thought) state.gap = true;
    return void state.open.set(index, { block });
  }
  closeThink(state, print);
  if (block.kind === "call") {
    if (block.caller !== undefined) lose(state, "answer.call", "call-caller", "Chat cannot say who made a call");
    const call = callWords(state.calls++, block, state.context);
    state.open.set(index, { block, call });
    return say(state, call.opening, print);
  }
  state.open.set(index, { block });
  if (block.kind === "refusal" && !block.inDetails) state.refused = true;
  if (block.kind === "hosted" || (block.kind === "opaque" && block.dialect !== OPENAI_CHAT)) {
    const note = `${block.wire} of ${block.dialect} has no place in a Chat answer`;
    state.losses.hint(
      `answer.${block.wire}`,
      block.kind === "hosted" ? "hosted-call" : "foreign-item",
      "dropped",
      note,
    );
  }
}

function delta(state: State, index: number, part: Delta, print: Print): void {
  const open = state.open.get(index);
  if (!open) return;
  if ("text" in part) text(state, open.block, part.text, print);
  else if ("input" in part) for (const words of open.call?.input(part.input) ?? []) say(state, words, print);
  else if ("section" in part) state.gap = state.thought;
  else if ("annotation" in part) annotate(state, part.annotation, print);
  else if ("seal" in part) seal(state, open, part, print);
  else if (open.block.kind === "opaque" && open.block.dialect === OPENAI_CHAT)
    say(state, `${JSON.stringify(open.block.wire)}:${JSON.stringify(part.raw)}`, print);
}

function text(state: State, block: Block, fragment: JsonLiteral, print: Print): void {
  if (block.kind === "text") {
    // Text may run beside a thought that is still open (blocks overlap): the markup ends where the text begins.
    closeThink(state, print);
    say(state, `"content":${fragment.json}`, print);
  } else if (block.kind === "refusal") say(state, `"refusal":${fragment.json}`, print);
  else if (block.kind === "reasoning") reason(state, fragment, print);
}

/** Parts of a summary, and one reasoning block and the next, stand behind a blank line. */
function reason(state: State, fragment: JsonLiteral, print: Print): void {
  if (state.context.style.reasoning === "none") return;
  const spaced = state.gap ? joined("\n\n", fragment) : fragment;
  state.gap = false;
  state.thought = true;
  if (state.context.style.reasoning === "field") say(state, `"reasoning_content":${spaced.json}`, print);
  else say(state, `"content":${state.think.thought(spaced).json}`, print);
}

function closeThink(state: State, print: Print): void {
  const closing = state.think.close();
  if (!closing) return;
  state.thought = false;
  state.gap = false;
  say(state, `"content":${closing.json}`, print);
}

/** Chat's own seals go to its own fields. Details hold the thoughts in plain words, and are shown where those are. */
function seal(state: State, open: OpenBlock, part: Extract<Delta, { seal: unknown }>, print: Print): void {
  const sealed = readSealed(part.seal);
  if (sealed && "extra" in sealed) {
    const extra = `"extra_content":${JSON.stringify(sealed.extra)}`;
    return say(state, open.call?.more(extra) ?? extra, print);
  }
  if (sealed && state.context.style.reasoning === "field")
    return say(state, `"reasoning_details":${JSON.stringify(sealed.details)}`, print);
  const note = "Chat has no field for a signature or encrypted reasoning; the gateway keeps it";
  lose(state, `answer.${open.block.kind}`, "seal", note);
}

function annotate(state: State, annotation: Annotation, print: Print): void {
  if (annotation.dialect === OPENAI_CHAT) return say(state, `"annotations":${JSON.stringify([annotation.raw])}`, print);
  if (annotation.kind !== "url" || annotation.url === undefined)
    return lose(state, "answer.annotations", "citations", "Chat knows citations of web pages only");
  const { url, title, start, end } = annotation;
  const citation = {
    type: "url_citation",
    url_citation: { url, title: title ?? url, start_index: start ?? 0, end_index: end ?? 0 },
  };
  say(state, `"annotations":${JSON.stringify([citation])}`, print);
}

function endBlock(state: State, index: number, print: Print): void {
  const closing = state.open.get(index)?.call?.closing();
  if (closing !== undefined) say(state, closing, print);
  state.open.delete(index);
}

function finish(state: State, event: Finish, print: Print): void {
  closeThink(state, print);
  finishLosses(state, event);
  const word = event.reason === "refusal" && state.refused ? "stop" : finishWordOf(event.reason);
  const role = state.role ? "" : ROLE;
  print({ data: `${state.head}{"index":0,"delta":{${role}},"finish_reason":${JSON.stringify(word)}}]}` });
  if (state.context.wants.usageChunk && event.usage.source !== "none")
    print({ data: `${state.head}],${tierOf(event)}"usage":${JSON.stringify(encodeUsage(event.usage))}}` });
  print({ data: DONE });
  state.over = true;
}

const tierOf = (event: Finish): string =>
  event.usage.serviceTier === undefined ? "" : `"service_tier":${JSON.stringify(event.usage.serviceTier)},`;

function finishLosses(state: State, event: Finish): void {
  if (event.reason === "pause") {
    const note = "the model paused and would go on; Chat can only say stop";
    state.losses.meaning("answer.finish", "pause", "approximated", note);
  }
  if (event.reason === "context-full")
    lose(state, "answer.finish", "context-full", "Chat says length for a full context");
  if (event.details !== undefined) lose(state, "answer.finish", "stop-details", "Chat has no details of a stop");
  if (event.carry !== undefined)
    lose(state, "answer.finish", "carried-state", "Chat cannot hand on the vendor's container or context edits");
}

/** An open thought is closed, so that what the client keeps is well formed; then the error, and nothing that looks like an end. */
function fail(state: State, error: GatewayError, print: Print): void {
  closeThink(state, print);
  print({ data: JSON.stringify({ error: errorObject(error) }) });
  state.over = true;
}

const ROLE = `"role":"assistant","content":""`;

function say(state: State, words: string, print: Print): void {
  const role = state.role
    ? ""
    : words.startsWith(`"content":`)
      ? `"role":"assistant",`
      : `"role":"assistant","content":null,`;
  state.role = true;
  print({ data: `${state.head}{"index":0,"delta":{${role}${words}},"finish_reason":null}]}` });
}

const lose = (state: State, path: string, feature: Feature, note: string): void =>
  state.losses.hint(path, feature, "dropped", note);
