/** A Messages answer as a reader sees it. */
import {
  count,
  fields,
  type Fields,
  type Fold,
  type FoldedCall,
  type FoldedUsage,
  list,
  orderOf,
  text,
} from "./fold.ts";

/** The SDK parses a call's input; its bytes are added up here. */
export function inputBytes(events: readonly Fields[]): ReadonlyMap<number, string> {
  const inputs = new Map<number, string>();
  for (const event of events) {
    const delta = fields(event["delta"]);
    if (delta["type"] !== "input_json_delta") continue;
    const at = count(event["index"]);
    inputs.set(at, (inputs.get(at) ?? "") + text(delta["partial_json"]));
  }
  return inputs;
}

export function foldMessage(message: Fields, inputs: ReadonlyMap<number, string>): Fold {
  const blocks = list(message["content"]);
  const calls = blocks.flatMap((block, at): FoldedCall[] =>
    block["type"] === "tool_use"
      ? [{ id: text(block["id"]), name: text(block["name"]), input: inputs.get(at) || JSON.stringify(block["input"]) }]
      : [],
  );
  const said = blocks.map((block) => (block["type"] === "text" ? text(block["text"]) : "")).join("");
  // A refusal without a word has its reason in the details; other dialects have a field for it.
  const explained = said === "" && calls.length === 0 ? text(fields(message["stop_details"])["explanation"]) : "";
  return {
    text: said || explained,
    reasoning: blocks
      .flatMap((block) => (block["type"] === "thinking" && block["thinking"] ? [text(block["thinking"])] : []))
      .join("\n\n"),
    calls,
    order: orderOf([...blocks.map(messagesKind), explained === "" ? "other" : "text"]),
    finish: MESSAGES_FINISH[text(message["stop_reason"])] ?? "none",
    usage: messagesUsage(fields(message["usage"])),
  };
}

const messagesKind = (block: Fields): string =>
  block["type"] === "tool_use" ? "call" : block["text"] ? "text" : block["thinking"] ? "reasoning" : "other";
const MESSAGES_FINISH: Readonly<Record<string, Fold["finish"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "pause",
  tool_use: "tool",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "filter",
};

/** Messages counts what the cache gave and took beside the input. */
function messagesUsage(usage: Fields): FoldedUsage {
  const cached = count(usage["cache_read_input_tokens"]);
  const prompt = count(usage["input_tokens"]) + cached + count(usage["cache_creation_input_tokens"]);
  const thinking = fields(usage["output_tokens_details"])["thinking_tokens"];
  return {
    prompt,
    cached,
    output: count(usage["output_tokens"]),
    ...(typeof thinking === "number" ? { reasoning: thinking } : {}),
  };
}
