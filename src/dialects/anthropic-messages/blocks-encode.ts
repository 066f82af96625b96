/** One content block for a client, from its start to its stop. */
import type { ReplyContext } from "../dialect.ts";
import { callArguments } from "../../ir/arguments.ts";
import type { Block, Delta, StreamEvent } from "../../ir/events.ts";
import type { Feature, LossList } from "../../ir/loss.ts";
import { CUSTOM_INPUT_KEY } from "../../ir/lower.ts";
import { grownSeal, type Seal, sealFor } from "../../ir/seal.ts";
import { thinkMarkup } from "../../ir/think.ts";
import { defined, isObject, type Json, type JsonLiteral, type JsonObject, literal, textIn } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

type EmitFrame = (frame: Frame) => void;

export interface BlockWriter {
  open(emit: EmitFrame): void;
  delta(delta: Delta, emit: EmitFrame): void;
  close(emit: EmitFrame): void;
}

type BlockStart = Extract<StreamEvent, { type: "block-start" }>;

/** `take` gives the wire's next index, at the moment at which the block is really printed. */
export function blockWriter(
  { block, index }: BlockStart,
  context: ReplyContext,
  losses: LossList,
  take: () => number,
): BlockWriter {
  const site: Site = { context, losses, take, path: `answer[${index}]` };
  switch (block.kind) {
    case "text":
      return textWriter(site);
    case "refusal":
      lose(site, "refusal", "approximated", "a refusal is told as text");
      return textWriter(site);
    case "reasoning":
      return reasoningWriter(block, site);
    case "call":
      return callWriter(block, site, index);
    case "hosted":
    case "opaque":
      return rawWriter(block, site);
  }
}

interface Site {
  readonly context: ReplyContext;
  readonly losses: LossList;
  readonly take: () => number;
  readonly path: string;
}

function lose(site: Site, feature: Feature, how: "dropped" | "approximated", note: string): void {
  site.losses.hint(site.path, feature, how, note);
}

/** The three frames of a block. Text is spliced between a prepared head and tail, never decoded. */
interface Printed {
  text(kind: DeltaKind, value: JsonLiteral, emit: EmitFrame): void;
  raw(delta: Json, emit: EmitFrame): void;
  stop(emit: EmitFrame): void;
}
type DeltaKind = keyof typeof FIELDS;
const FIELDS = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
  input_json_delta: "partial_json",
} as const;

function begin(site: Site, block: JsonObject, emit: EmitFrame): Printed {
  const index = site.take();
  const head = `{"type":"content_block_delta","index":${index},"delta":`;
  emit({
    event: "content_block_start",
    data: JSON.stringify({ type: "content_block_start", index, content_block: block }),
  });
  const delta = (json: string, out: EmitFrame): void => out({ event: "content_block_delta", data: `${head}${json}}` });
  return {
    text: (kind, value, out) => delta(`{"type":"${kind}","${FIELDS[kind]}":${value.json}}`, out),
    raw: (value, out) => delta(JSON.stringify(value), out),
    stop: (out) => out({ event: "content_block_stop", data: `{"type":"content_block_stop","index":${index}}` }),
  };
}

/** Text of no length says nothing, and clients that print per delta need not see it. */
const isEmpty = (value: JsonLiteral): boolean => value.json.length <= 2;

function textWriter(site: Site): BlockWriter {
  let printed: Printed | undefined;
  return {
    open: (emit) => void (printed = begin(site, { type: "text", text: "" }, emit)),
    delta: (delta, emit) => {
      if ("text" in delta) {
        if (!isEmpty(delta.text)) printed?.text("text_delta", delta.text, emit);
      } else if ("annotation" in delta) {
        if (delta.annotation.dialect === ANTHROPIC_MESSAGES)
          printed?.raw({ type: "citations_delta", citation: delta.annotation.raw }, emit);
        else lose(site, "citations", "dropped", "a citation needs Anthropic's own sealed index");
      } else if ("seal" in delta) loseSeal(site);
    },
    close: (emit) => printed?.stop(emit),
  };
}

const loseSeal = (site: Site): void =>
  lose(
    site,
    "seal",
    "dropped",
    "only thinking has a field for a signature; the gateway keeps it where it keeps a vault",
  );

type ReasoningBlock = Extract<Block, { kind: "reasoning" }>;

function reasoningWriter(block: ReasoningBlock, site: Site): BlockWriter {
  switch (site.context.style.reasoning) {
    case "field":
      return thinkingWriter(block, site);
    case "none":
      return hiddenWriter(block, site);
    case "think":
      return markupWriter(site);
  }
}

const THINKING: JsonObject = { type: "thinking", thinking: "", signature: "" };
const PART_BREAK = literal("\n\n");

function thinkingWriter(block: ReasoningBlock, site: Site): BlockWriter {
  let seal: Seal | undefined;
  let printed: Printed | undefined;
  return {
    // A redacted block has its data in its start, so it waits for it.
    open: (emit) => void (block.redacted || (printed = begin(site, THINKING, emit))),
    delta: (delta, emit) => {
      if ("seal" in delta) seal = grownSeal(seal, delta);
      else if ("text" in delta && !isEmpty(delta.text))
        (printed ??= begin(site, THINKING, emit)).text("thinking_delta", delta.text, emit);
      else if ("section" in delta) printed?.text("thinking_delta", PART_BREAK, emit);
    },
    close: (emit) => sealed(block, site, printed, seal, emit),
  };
}

/** `signature` stands in the start as "": without a seal no signature_delta follows, and the client replays "". */
function sealed(
  block: ReasoningBlock,
  site: Site,
  printed: Printed | undefined,
  seal: Seal | undefined,
  emit: EmitFrame,
): void {
  if (block.redacted && !printed && seal?.dialect === ANTHROPIC_MESSAGES)
    return begin(site, { type: "redacted_thinking", data: sealFor(ANTHROPIC_MESSAGES, seal) }, emit).stop(emit);
  const open = printed ?? (seal && begin(site, THINKING, emit));
  if (seal) open?.text("signature_delta", literal(sealFor(ANTHROPIC_MESSAGES, seal)), emit);
  open?.stop(emit);
}

/** `display: omitted`: the thoughts are not shown, their seal returns to the vendor all the same. */
function hiddenWriter(block: ReasoningBlock, site: Site): BlockWriter {
  let seal: Seal | undefined;
  return {
    open: () => undefined,
    delta: (delta) => {
      if ("seal" in delta) seal = grownSeal(seal, delta);
    },
    close: (emit) => sealed(block, site, undefined, seal, emit),
  };
}

function markupWriter(site: Site): BlockWriter {
  const markup = thinkMarkup();
  let printed: Printed | undefined;
  const text = (value: JsonLiteral, emit: EmitFrame): void =>
    (printed ??= begin(site, { type: "text", text: "" }, emit)).text("text_delta", value, emit);
  return {
    open: () => undefined,
    delta: (delta, emit) => {
      if ("text" in delta && !isEmpty(delta.text)) text(markup.thought(delta.text), emit);
      else if ("section" in delta) text(markup.thought(PART_BREAK), emit);
      else if ("seal" in delta) loseSeal(site);
    },
    close: (emit) => {
      const end = markup.close();
      if (end) text(end, emit);
      printed?.stop(emit);
    },
  };
}

type CallBlock = Extract<Block, { kind: "call" }>;

/** A freeform call leaves as `{"input": "…"}`: its text is escaped once more, as a text inside of a JSON inside of a JSON. */
function callWriter(block: CallBlock, site: Site, index: number): BlockWriter {
  const { tool, callId } = block;
  const { context } = site;
  const isFreeform = tool.via === "custom";
  const parsed = callArguments();
  let printed: Printed | undefined;
  const fragment = (json: string, emit: EmitFrame): void => printed?.text("input_json_delta", literal(json), emit);
  return {
    open: (emit) => {
      printed = begin(
        site,
        defined({
          type: "tool_use",
          id: callId || `toolu_${context.replyId}_${index}`,
          name: tool.namespace === undefined ? tool.name : context.tools.wireName(tool),
          input: {},
          caller: callerOf(block, site),
        }),
        emit,
      );
      if (isFreeform) fragment(`{"${CUSTOM_INPUT_KEY}":"`, emit);
    },
    delta: (delta, emit) => {
      if ("seal" in delta) loseSeal(site);
      if (!("input" in delta) || isEmpty(delta.input)) return;
      if (isFreeform) return fragment(delta.input.json.slice(1, -1), emit);
      // The block begins with an empty object, so that nothing is as good.
      const part = parsed.next(delta.input);
      if (part) printed?.text("input_json_delta", part, emit);
    },
    close: (emit) => {
      if (isFreeform) fragment('"}', emit);
      printed?.stop(emit);
    },
  };
}

/** Who called: `direct` or a code_execution tool of Anthropic's. OpenAI's programs are known to OpenAI only. */
function callerOf({ caller }: CallBlock, site: Site): Json | undefined {
  if (caller === undefined || caller === null) return undefined;
  if (isObject(caller) && /^(direct|code_execution_\d+)$/.test(textIn(caller, "type"))) return caller;
  lose(site, "call-caller", "dropped", "who called is known to its own vendor only");
  return undefined;
}

function rawWriter(block: Extract<Block, { kind: "hosted" | "opaque" }>, site: Site): BlockWriter {
  let printed: Printed | undefined;
  return {
    open: (emit) => void (printed = begin(site, isObject(block.raw) ? block.raw : { type: block.wire }, emit)),
    delta: (delta, emit) => {
      if ("raw" in delta) printed?.raw(delta.raw, emit);
    },
    close: (emit) => printed?.stop(emit),
  };
}
