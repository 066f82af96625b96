/** Clients of every dialect in a tool loop: how each asks, what it reads of an answer, and what it sends back. Nothing of src/ is used. */
import { PATH } from "./wires.ts";

export type Item = Readonly<Record<string, unknown>>;
export interface Said {
  /** As the dialect has it, everything kept. */
  readonly items: readonly Item[];
  readonly calls: readonly string[];
}
export interface Talker {
  readonly path: string;
  ask(model: string, items: readonly Item[], stream: boolean): Item;
  read(response: Response, stream: boolean): Promise<Said>;
  /** What is left where a client keeps calls and words alone. */
  bare(item: Item): readonly Item[];
  results(calls: readonly string[], text: string): readonly Item[];
}

const SCHEMA = { type: "object", properties: { path: { type: "string" } } };
const list = (value: unknown): readonly Item[] => (Array.isArray(value) ? (value as Item[]) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

async function events(response: Response): Promise<readonly Item[]> {
  const lines = (await response.text())
    .split("\n")
    .filter((line) => line.startsWith("data: ") && !line.endsWith("[DONE]"));
  return lines.map((line) => JSON.parse(line.slice(6)) as Item);
}

const chat = (path: string): Talker => ({
  path,
  ask: (model, messages, stream) => ({
    model,
    messages,
    stream,
    tools: [{ type: "function", function: { name: "read", parameters: SCHEMA } }],
  }),
  read: async (response, stream) => {
    const message = stream ? foldedChat(await events(response)) : wholeChat((await response.json()) as Item);
    return { items: [message], calls: list(message["tool_calls"]).map(({ id }) => text(id)) };
  },
  bare: ({ role, content, tool_calls: calls }) => [
    {
      role,
      content,
      ...(calls !== undefined && {
        tool_calls: list(calls).map(({ id, type, function: called }) => ({ id, type, function: called })),
      }),
    },
  ],
  results: (calls, content) => calls.map((id) => ({ role: "tool", tool_call_id: id, content })),
});

const wholeChat = (body: Item): Item => list(body["choices"])[0]?.["message"] as Item;

/** Text and arguments grow, seals are kept as they come. */
function foldedChat(chunks: readonly Item[]): Item {
  const calls: { id: string; type: string; function: { name: string; arguments: string }; extra_content?: unknown }[] =
    [];
  const details: Item[] = [];
  let content = "";
  let extra: unknown;
  for (const chunk of chunks) {
    const delta = (list(chunk["choices"])[0]?.["delta"] ?? {}) as Item;
    content += text(delta["content"]);
    details.push(...list(delta["reasoning_details"]));
    extra = delta["extra_content"] ?? extra;
    for (const part of list(delta["tool_calls"])) {
      const called = (part["function"] ?? {}) as Item;
      const call = (calls[part["index"] as number] ??= {
        id: text(part["id"]),
        type: "function",
        function: { name: text(called["name"]), arguments: "" },
      });
      call.function.arguments += text(called["arguments"]);
      if (part["extra_content"] !== undefined) call.extra_content = part["extra_content"];
    }
  }
  return {
    role: "assistant",
    content: content === "" ? null : content,
    ...(details.length > 0 && { reasoning_details: details }),
    ...(extra !== undefined && { extra_content: extra }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

const messages: Talker = {
  path: PATH.messages,
  ask: (model, items, stream) => ({
    model,
    max_tokens: 8_000,
    messages: items,
    stream,
    tools: [{ name: "read", input_schema: SCHEMA }],
  }),
  read: async (response, stream) => {
    const content = stream ? foldedBlocks(await events(response)) : list(((await response.json()) as Item)["content"]);
    const calls = content.filter(({ type }) => type === "tool_use").map(({ id }) => text(id));
    return { items: [{ role: "assistant", content }], calls };
  },
  bare: ({ role, content }) => [
    { role, content: list(content).filter(({ type }) => type !== "thinking" && type !== "redacted_thinking") },
  ],
  results: (calls, content) => [
    { role: "user", content: calls.map((id) => ({ type: "tool_result", tool_use_id: id, content })) },
  ],
};

function foldedBlocks(all: readonly Item[]): readonly Item[] {
  const blocks: Record<string, unknown>[] = [];
  const inputs: string[] = [];
  for (const event of all) {
    const at = event["index"] as number;
    if (event["type"] === "content_block_start") blocks[at] = { ...(event["content_block"] as Item) };
    const block = blocks[at];
    const delta = (event["delta"] ?? {}) as Item;
    if (event["type"] !== "content_block_delta" || !block) continue;
    for (const key of ["text", "thinking", "signature"])
      if (delta[key] !== undefined) block[key] = text(block[key]) + text(delta[key]);
    if (delta["partial_json"] !== undefined) inputs[at] = (inputs[at] ?? "") + text(delta["partial_json"]);
  }
  return blocks.map((block, at) =>
    block["type"] === "tool_use" ? { ...block, input: JSON.parse(inputs[at] || "{}") as unknown } : block,
  );
}

const responses: Talker = {
  path: PATH.responses,
  ask: (model, input, stream) => ({
    model,
    input,
    stream,
    store: false,
    include: ["reasoning.encrypted_content"],
    tools: [{ type: "function", name: "read", parameters: SCHEMA, strict: false }],
  }),
  read: async (response, stream) => {
    const body = stream ? ((await events(response)).at(-1)?.["response"] as Item) : ((await response.json()) as Item);
    const items = list(body["output"]);
    return { items, calls: items.filter(({ type }) => type === "function_call").map((item) => text(item["call_id"])) };
  },
  bare: (item) => (item["type"] === "reasoning" ? [] : [item]),
  results: (calls, output) => calls.map((call_id) => ({ type: "function_call_output", call_id, output })),
};

export const TALKERS: Readonly<Record<"chat" | "cursor" | "messages" | "responses", Talker>> = {
  chat: chat(PATH.chat),
  cursor: chat(`/cursor${PATH.chat}`),
  messages,
  responses,
};
