/** One answer, whatever its wire, as a reader of an SDK sees it. Written apart from src/: it is the yardstick. */
import type { AnthropicSdk, OpenAiSdk } from "./sdk.ts";
import type { Wire } from "./recordings.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Fold {
  /** Text and refusals of all blocks, one after the other. */
  readonly text: string;
  /** Summary parts, or the thinking; joined by a blank line. */
  readonly reasoning: string;
  readonly calls: readonly FoldedCall[];
  /** Kinds of blocks as they came, neighbours of a kind as one: `reasoning text call`. Chat cannot tell. */
  readonly order?: string;
  readonly finish: "stop" | "tool" | "length" | "filter" | "none";
  readonly usage?: FoldedUsage;
  /** Set instead of a finish. */
  readonly error?: string;
}
/** `input`: the bytes of the arguments, or the free text of a custom tool. */
export interface FoldedCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly custom?: true;
  /** A tool of the vendor's making that the client runs; `input` is what the item holds beside its ids. */
  readonly builtin?: true;
}
/** `prompt` with everything from and to the cache, `output` with the reasoning. */
export interface FoldedUsage {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
  /** Messages tells of newer models only. */
  readonly reasoning?: number;
}

/** Calls of tools that the caller declared; of others (a vendor's own searches dressed as custom calls) undefined is returned. */
export type Declared = (name: string) => boolean;

export interface Reader {
  readonly wire: Wire;
  readonly sdk: OpenAiSdk | AnthropicSdk;
  readonly declared: Declared;
}

/** Reads one answer with the SDK of its wire. What the SDK throws is the fold's error. */
export async function readAnswer(reader: Reader, body: Fields): Promise<Fold> {
  try {
    return await READERS[reader.wire](reader, body);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { text: "", reasoning: "", calls: [], finish: "none", error: error.message };
  }
}

const READERS: Readonly<Record<Wire, (reader: Reader, body: Fields) => Promise<Fold>>> = {
  chat: async ({ sdk }, body) => {
    const answer = await (sdk as OpenAiSdk).chat.completions.create(body);
    return body["stream"] === true ? foldChunks(await all(answer)) : foldCompletion(answer);
  },
  responses: async ({ sdk, declared }, body) => {
    const answer = await (sdk as OpenAiSdk).responses.create(body);
    return body["stream"] === true ? foldResponseEvents(await all(answer), declared) : foldResponse(answer, declared);
  },
  messages: async ({ sdk }, body) => {
    const messages = (sdk as AnthropicSdk).messages;
    if (body["stream"] !== true) return foldMessage(await messages.create(body), new Map());
    const stream = messages.stream(body);
    const inputs = inputBytes(await all(stream));
    return foldMessage(await stream.finalMessage(), inputs);
  },
};

async function all(stream: AsyncIterable<Fields>): Promise<readonly Fields[]> {
  const events: Fields[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" ? value : 0);

// ---- Chat

/** The SDK's own accumulator keeps only the last reasoning delta and needs an index on calls; Mistral sends none. So the chunks are added up here. */
function foldChunks(chunks: readonly Fields[]): Fold {
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

function addChatCall(calls: Record<string, unknown>[], part: Fields): void {
  const at = typeof part["index"] === "number" ? part["index"] : part["id"] ? calls.length : calls.length - 1;
  const kind = "custom" in part ? "custom" : "function";
  const call = (calls[at] ??= { id: "", [kind]: { name: "", arguments: "", input: "" } });
  const [known, more] = [call[kind] as Record<string, string>, fields(part[kind])];
  call["id"] ||= part["id"] ?? "";
  known["name"] ||= text(more["name"]);
  known["arguments"] += text(more["arguments"]);
  known["input"] += text(more["input"]);
}

function foldCompletion(body: Fields): Fold {
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
    finish: CHAT_FINISH[text(finish)] ?? "none",
    ...(usage ? { usage: chatUsage(fields(usage)) } : {}),
  };
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
  const cached = count(fields(usage["prompt_tokens_details"])["cached_tokens"]);
  return { prompt, cached, output: beside ? output + reasoning : output, reasoning };
}

// ---- Responses

/** Items as they were done; a message that was streamed keeps what was streamed, completed by what its `done` adds. */
function foldResponseEvents(events: readonly Fields[], declared: Declared): Fold {
  const items: Record<string, unknown>[] = [];
  const streamed = new Map<string, string>();
  let last: Fields = {};
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
  return foldResponse({ ...last, output: items.filter(Boolean) }, declared);
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

function foldResponse(body: Fields, declared: Declared): Fold {
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

// ---- Messages

/** The SDK parses a call's input; its bytes are added up here. */
function inputBytes(events: readonly Fields[]): ReadonlyMap<number, string> {
  const inputs = new Map<number, string>();
  for (const event of events) {
    const delta = fields(event["delta"]);
    if (delta["type"] !== "input_json_delta") continue;
    const at = count(event["index"]);
    inputs.set(at, (inputs.get(at) ?? "") + text(delta["partial_json"]));
  }
  return inputs;
}

function foldMessage(message: Fields, inputs: ReadonlyMap<number, string>): Fold {
  const blocks = list(message["content"]);
  const calls = blocks.flatMap((block, at): FoldedCall[] =>
    block["type"] === "tool_use"
      ? [{ id: text(block["id"]), name: text(block["name"]), input: inputs.get(at) || JSON.stringify(block["input"]) }]
      : [],
  );
  return {
    text: blocks.map((block) => (block["type"] === "text" ? text(block["text"]) : "")).join(""),
    reasoning: blocks
      .flatMap((block) => (block["type"] === "thinking" && block["thinking"] ? [text(block["thinking"])] : []))
      .join("\n\n"),
    calls,
    order: orderOf(blocks.map(messagesKind)),
    finish: MESSAGES_FINISH[text(message["stop_reason"])] ?? "none",
    usage: messagesUsage(fields(message["usage"])),
  };
}

const messagesKind = (block: Fields): string =>
  block["type"] === "tool_use" ? "call" : block["text"] ? "text" : block["thinking"] ? "reasoning" : "other";
const MESSAGES_FINISH: Readonly<Record<string, Fold["finish"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
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

/** Only what every dialect with blocks has a word for, and only where something can be read: some reasoning is sealed and empty. */
function orderOf(kinds: readonly string[]): string {
  const known = kinds.filter((kind) => kind !== "other");
  return known.filter((kind, at) => kind !== known[at - 1]).join(" ");
}
