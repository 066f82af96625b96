/** One content block of an answer, from its start to its stop. */
import type { ReplyContext } from "../dialect.ts";
import type { Annotation, Delta, Emit } from "../../ir/events.ts";
import { readSeal, type Seal } from "../../ir/seal.ts";
import { unwrapper } from "../../ir/unwrap.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonLiteral,
  type JsonObject,
  literal,
  parseExactly,
  textIn,
} from "../../wire/json.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { hasInput, isHostedBlock } from "./wire.ts";

export interface OpenBlock {
  delta(delta: JsonObject, emit: Emit): void;
  close(emit: Emit): void;
}

/** A start may carry the whole text, thinking or input; then no delta follows. */
export function openBlock(block: JsonObject, index: number, context: ReplyContext, emit: Emit): OpenBlock {
  switch (textIn(block, "type")) {
    case "text":
      return openText(block, index, emit);
    case "thinking":
      return openThinking(block, index, context, emit);
    case "redacted_thinking":
      return openRedacted(block, index, context, emit);
    case "tool_use":
      return openCall(block, index, context, emit);
    default:
      return openOther(block, index, emit);
  }
}

const send = (index: number, delta: Delta, emit: Emit): void => emit({ type: "block-delta", index, delta });
const end = (index: number, emit: Emit): void => emit({ type: "block-end", index });

function openText(block: JsonObject, index: number, emit: Emit): OpenBlock {
  const text = (value: string): void => (value === "" ? undefined : send(index, { text: literal(value) }, emit));
  emit({ type: "block-start", index, block: { kind: "text" } });
  text(textIn(block, "text"));
  if (isList(block.citations)) for (const raw of block.citations) send(index, { annotation: annotationOf(raw) }, emit);
  return {
    delta: (delta, out) => {
      if (typeof delta.text === "string" && delta.text !== "") send(index, { text: literal(delta.text) }, out);
      else if (delta.citation !== undefined) send(index, { annotation: annotationOf(delta.citation) }, out);
    },
    close: (out) => end(index, out),
  };
}

/** Citations quote their source; where they stand in the answer's own text only their block tells. */
function annotationOf(raw: Json): Annotation {
  const citation = isObject(raw) ? raw : {};
  const url = textIn(citation, "url");
  const title = textIn(citation, "title") || textIn(citation, "document_title");
  const quote = textIn(citation, "cited_text");
  return {
    kind: url !== "" ? "url" : typeof citation.document_index === "number" ? "file" : "other",
    ...(url !== "" && { url }),
    ...(title !== "" && { title }),
    ...(quote !== "" && { quote }),
    dialect: ANTHROPIC_MESSAGES,
    raw,
  };
}

const sealOf = (value: string, context: ReplyContext): Seal => ({
  dialect: ANTHROPIC_MESSAGES,
  issuer: context.from.issuer,
  family: context.from.family,
  value,
});

/** Signatures may come in fragments. */
function openThinking(block: JsonObject, index: number, context: ReplyContext, emit: Emit): OpenBlock {
  emit({ type: "block-start", index, block: { kind: "reasoning", channel: "summary" } });
  const read = (from: JsonObject, out: Emit): void => {
    const text = textIn(from, "thinking");
    const signature = textIn(from, "signature");
    if (text !== "") send(index, { text: literal(text) }, out);
    if (signature !== "") send(index, { seal: sealOf(signature, context), mode: "append" }, out);
  };
  read(block, emit);
  return { delta: read, close: (out) => end(index, out) };
}

function openRedacted(block: JsonObject, index: number, context: ReplyContext, emit: Emit): OpenBlock {
  emit({ type: "block-start", index, block: { kind: "reasoning", channel: "summary", redacted: true } });
  const data = textIn(block, "data");
  if (readSeal(data, ANTHROPIC_MESSAGES)) send(index, { seal: sealOf(data, context), mode: "set" }, emit);
  return { delta: () => undefined, close: (out) => end(index, out) };
}

/** A name that nobody declared stays a call: the client knows better than we do what to answer. */
function openCall(block: JsonObject, index: number, context: ReplyContext, emit: Emit): OpenBlock {
  const name = textIn(block, "name");
  const tool = context.tools.byWireName(name) ?? { via: "function" as const, name };
  const callId = textIn(block, "id") || `toolu_${context.replyId}_${index}`;
  emit({
    type: "block-start",
    index,
    block: { kind: "call", callId, tool, ...(block.caller !== undefined && { caller: block.caller }) },
  });
  const unwrap = tool.via === "custom" ? unwrapper() : undefined;
  let began = false;
  const input = (fragment: JsonLiteral, out: Emit): void => {
    if (unwrap) unwrap.push(fragment, (piece) => send(index, { input: piece }, out));
    else send(index, { input: fragment }, out);
  };
  return {
    delta: (delta, out) => {
      const json = textIn(delta, "partial_json");
      if (json === "") return;
      began = true;
      input(literal(json), out);
    },
    close: (out) => {
      // The start's own input counts only when nothing streamed: most vendors start with an empty object there.
      if (!began) input(literal(wholeInput(block.input)), out);
      unwrap?.end("eof", (piece) => send(index, { input: piece }, out));
      end(index, out);
    },
  };
}

const wholeInput = (input: Json | undefined): string =>
  typeof input === "string" ? input : JSON.stringify(isObject(input) ? input : {});

/** Tools that the vendor runs, compaction, fallback, and what comes after us: carried as they are, for their own dialect. */
function openOther(block: JsonObject, index: number, emit: Emit): OpenBlock {
  const wire = textIn(block, "type") || "unknown";
  const kind = isHostedBlock(wire) ? "hosted" : "opaque";
  emit({ type: "block-start", index, block: { kind, dialect: ANTHROPIC_MESSAGES, wire, raw: block } });
  let json = "";
  let whole = block;
  return {
    delta: (delta, out) => {
      json += textIn(delta, "partial_json");
      if (delta.type !== "input_json_delta") whole = grown(whole, delta);
      send(index, { raw: delta }, out);
    },
    close: (out) => {
      const input = hasInput(wire) && json !== "" ? parsedOr(json, whole.input ?? {}) : undefined;
      emitEnd(index, input === undefined ? whole : { ...whole, input }, out);
    },
  };
}

const emitEnd = (index: number, final: JsonObject, emit: Emit): void => emit({ type: "block-end", index, final });

/** A delta such as compaction_delta names the fields that it fills: text is appended, everything else replaced. */
export function grown(block: JsonObject, delta: JsonObject): JsonObject {
  const { type: _, ...fields } = delta;
  const next: Record<string, Json | undefined> = { ...block };
  for (const [key, value] of Object.entries(fields)) {
    const old = next[key];
    next[key] = typeof old === "string" && typeof value === "string" ? old + value : (value ?? old);
  }
  return next;
}

function parsedOr(json: string, fallback: Json): Json {
  try {
    return parseExactly(json);
  } catch {
    return fallback;
  }
}
