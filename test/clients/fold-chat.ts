/** A Chat answer as a reader sees it. */
import { count, fields, type Fields, type Fold, type FoldedCall, type FoldedUsage, list, text } from "./fold.ts";

/** The SDK's own accumulator keeps only the last reasoning delta and needs an index on calls; Mistral sends none. So the chunks are added up here. */
export function foldChunks(chunks: readonly Fields[]): Fold {
  const message = { content: "", reasoning_content: "", refusal: "" };
  const calls: Record<string, unknown>[] = [];
  let finish: unknown;
  let usage: unknown;
  for (const chunk of chunks) {
    if (chunk["usage"]) usage = chunk["usage"];
    for (const choice of list(chunk["choices"])) {
      const delta = fields(choice["delta"]);
      finish = choice["finish_reason"] ?? finish;
      message.content += chatText(delta["content"], "text");
      message.reasoning_content += chatReasoning(delta);
      message.refusal += text(delta["refusal"]);
      for (const part of list(delta["tool_calls"])) addChatCall(calls, part);
    }
  }
  return foldChat({ ...message, tool_calls: calls }, finish, usage);
}

/** A call begins where an index, or an id at a known index, is new. Mistral sends no index, others send index 0 twice. */
function addChatCall(calls: Record<string, unknown>[], part: Fields): void {
  const known = calls.findLast((call) => call["index"] === part["index"]);
  const isNew = !known || (part["id"] && known["id"] && part["id"] !== known["id"]);
  const kind = "custom" in part ? "custom" : "function";
  const call: Record<string, unknown> = isNew
    ? { index: part["index"], id: "", [kind]: { name: "", arguments: "", input: "" } }
    : known;
  if (isNew) calls.push(call);
  const [have, more] = [call[kind] as Record<string, string>, fields(part[kind])];
  call["id"] ||= part["id"] ?? "";
  have["name"] ||= text(more["name"]);
  have["arguments"] += text(more["arguments"]);
  have["input"] += text(more["input"]);
}

export function foldCompletion(body: Fields): Fold {
  const choice = list(body["choices"])[0] ?? {};
  const message = fields(choice["message"]);
  const plain = {
    ...message,
    content: chatText(message["content"], "text"),
    reasoning_content: chatReasoning(message),
  };
  return foldChat(plain, choice["finish_reason"], body["usage"]);
}

function foldChat(message: Fields, finish: unknown, usage: unknown): Fold {
  const calls = list(message["tool_calls"]).map((call): FoldedCall => {
    const custom = fields(call["custom"]);
    const tool = fields(call["function"]);
    return "custom" in call
      ? { id: text(call["id"]), name: text(custom["name"]), input: text(custom["input"]), custom: true }
      : { id: text(call["id"]), name: text(tool["name"]), input: text(tool["arguments"]) };
  });
  return {
    text: text(message["content"]) + text(message["refusal"]),
    reasoning: text(message["reasoning_content"]),
    calls,
    finish: finishOf(text(finish), calls.length > 0),
    ...(usage ? { usage: chatUsage(fields(usage)) } : {}),
  };
}

/** Gemini's compatible endpoint and Ollama say "stop" beside calls. */
function finishOf(word: string, calls: boolean): Fold["finish"] {
  const finish = CHAT_FINISH[word] ?? "none";
  return finish === "stop" && calls ? "tool" : finish;
}
const CHAT_FINISH: Readonly<Record<string, Fold["finish"]>> = {
  stop: "stop",
  tool_calls: "tool",
  length: "length",
  content_filter: "filter",
};

/** Mistral sends content as a list of parts, thinking among them. */
const chatText = (content: unknown, kind: "text" | "thinking"): string =>
  Array.isArray(content)
    ? list(content)
        .map((part) =>
          part["type"] === kind ? (kind === "text" ? text(part["text"]) : chatText(part["thinking"], "text")) : "",
        )
        .join("")
    : kind === "text"
      ? text(content)
      : "";
/** DeepSeek, Kimi, xAI, Qwen say reasoning_content; Groq says reasoning. */
const chatReasoning = (message: Fields): string =>
  text(message["reasoning_content"]) || text(message["reasoning"]) || chatText(message["content"], "thinking");

/** xAI counts reasoning beside the completion tokens, everybody else within them; the total tells. */
function chatUsage(usage: Fields): FoldedUsage {
  const reasoning = count(fields(usage["completion_tokens_details"])["reasoning_tokens"]);
  const [prompt, output] = [count(usage["prompt_tokens"]), count(usage["completion_tokens"])];
  const beside = reasoning > 0 && count(usage["total_tokens"]) === prompt + output + reasoning;
  // DeepSeek and Kimi have words of their own for what was read from the cache.
  const cached =
    count(fields(usage["prompt_tokens_details"])["cached_tokens"]) ||
    count(usage["prompt_cache_hit_tokens"]) ||
    count(usage["cached_tokens"]);
  return { prompt, cached, output: beside ? output + reasoning : output, reasoning };
}
