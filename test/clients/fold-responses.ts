/** A Responses answer as a reader sees it. */
import {
  count,
  type Declared,
  fields,
  type Fields,
  type Fold,
  type FoldedCall,
  type FoldedUsage,
  list,
  orderOf,
  text,
} from "./fold.ts";

/** Items as they were done; a message that was streamed keeps what was streamed, completed by what its `done` adds. */
export function foldResponseEvents(events: readonly Fields[], declared: Declared): Fold {
  const items: Record<string, unknown>[] = [];
  const streamed = new Map<string, string>();
  let last: Fields | undefined;
  for (const event of events) {
    const at = count(event["output_index"]);
    switch (event["type"]) {
      case "error":
        return failed(text(fields(event["error"])["message"]) || text(event["message"]));
      case "response.failed":
        return failed(text(fields(fields(event["response"])["error"])["message"]));
      case "response.output_text.delta":
      case "response.refusal.delta": {
        const key = `${at} ${count(event["content_index"])}`;
        streamed.set(key, (streamed.get(key) ?? "") + text(event["delta"]));
        break;
      }
      case "response.output_item.done":
        items[at] = withStreamedText(fields(event["item"]), at, streamed);
        break;
      case "response.completed":
      case "response.incomplete":
        last = fields(event["response"]);
        break;
    }
  }
  const fold = foldResponse({ ...last, output: items.filter(Boolean) }, declared);
  return last ? fold : { ...fold, finish: "none" };
}

const failed = (error: string): Fold => ({ text: "", reasoning: "", calls: [], finish: "none", error });

/** Two recordings were edited by hand: their `done` text is not what was streamed. A stream cannot be taken back. */
function withStreamedText(item: Fields, at: number, streamed: ReadonlyMap<string, string>): Record<string, unknown> {
  const content = list(item["content"]).map((part, index) => {
    const sent = streamed.get(`${at} ${index}`);
    const done = text(part["text"] ?? part["refusal"]);
    return item["type"] !== "message" || sent === undefined || done.startsWith(sent) ? part : { ...part, text: sent };
  });
  return "content" in item ? { ...item, content } : { ...item };
}

export function foldResponse(body: Fields, declared: Declared): Fold {
  if (body["status"] === "failed") return failed(text(fields(body["error"])["message"]));
  const items = list(body["output"]);
  const calls = items.filter((item) => isCall(item, declared)).map(responseCall);
  const reason = text(fields(body["incomplete_details"])["reason"]);
  const usage = fields(body["usage"]);
  return {
    text: items
      .filter((item) => item["type"] === "message")
      .map(messageText)
      .join(""),
    reasoning: items.flatMap(reasoningParts).join("\n\n"),
    calls,
    order: orderOf(items.map((item) => responseKind(item, declared))),
    finish:
      body["status"] === "incomplete"
        ? reason === "content_filter"
          ? "filter"
          : "length"
        : calls.length > 0
          ? "tool"
          : "stop",
    ...(body["usage"] ? { usage: responseUsage(usage) } : {}),
  };
}

const isCall = (item: Fields, declared: Declared): boolean =>
  item["type"] === "function_call" ||
  (item["type"] === "custom_tool_call" && declared(text(item["name"]))) ||
  isBuiltin(item);

/** Calls that wait for the client. In a container of the vendor's own (`environment`) nobody waits. */
const isBuiltin = (item: Fields): boolean => {
  const type = text(item["type"]);
  if (type === "tool_search_call") return item["execution"] === "client";
  if (type === "shell_call")
    return !["container_reference", "container_auto"].includes(text(fields(item["environment"])["type"]));
  return type in BUILTINS;
};
const BUILTINS: Readonly<Record<string, string>> = {
  apply_patch_call: "apply_patch",
  shell_call: "shell",
  local_shell_call: "local_shell",
  computer_call: "computer",
  tool_search_call: "tool_search",
  mcp_approval_request: "mcp_approval",
};

function responseCall(item: Fields): FoldedCall {
  const id = text(item["call_id"]) || text(item["id"]);
  if (isBuiltin(item))
    return { id, name: BUILTINS[text(item["type"])] ?? "", input: JSON.stringify(payloadOf(item)), builtin: true };
  const name = text(item["name"]);
  return item["type"] === "custom_tool_call"
    ? { id, name, input: text(item["input"]), custom: true }
    : { id, name, input: text(item["arguments"]) };
}

const payloadOf = ({
  id: _id,
  type: _type,
  call_id: _callId,
  status: _status,
  execution: _execution,
  ...rest
}: Record<string, unknown>): unknown => rest;
const messageText = (item: Fields): string =>
  list(item["content"])
    .map((part) => text(part["text"] ?? part["refusal"]))
    .join("");
const responseKind = (item: Fields, declared: Declared): string =>
  isCall(item, declared)
    ? "call"
    : item["type"] === "message" && messageText(item) !== ""
      ? "text"
      : reasoningParts(item).length > 0
        ? "reasoning"
        : "other";
/** A summary, or (open models) the reasoning itself. */
function reasoningParts(item: Fields): readonly string[] {
  if (item["type"] !== "reasoning") return [];
  const summary = list(item["summary"]).map((part) => text(part["text"]));
  const parts = summary.some((part) => part !== "") ? summary : list(item["content"]).map((part) => text(part["text"]));
  return parts.filter((part) => part !== "");
}
const responseUsage = (usage: Fields): FoldedUsage => ({
  prompt: count(usage["input_tokens"]),
  cached: count(fields(usage["input_tokens_details"])["cached_tokens"]),
  output: count(usage["output_tokens"]),
  reasoning: count(fields(usage["output_tokens_details"])["reasoning_tokens"]),
});
