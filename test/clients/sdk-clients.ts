/** Every SDK as one kind of client: ask something, run the tool that is called, say what came out. Retries are off: a test wants the first answer. */
import { foldChunks } from "./fold-chat.ts";
import { type Fields, fields, list, text } from "./fold.ts";

/** What is asked. `tool`: one that reads a file may be called, and its result goes back. */
export interface Question {
  readonly model: string;
  readonly text: string;
  readonly stream: boolean;
  readonly tool?: true;
  /** A PNG in base64. */
  readonly image?: string;
}
export interface Said {
  readonly text: string;
  /** How often the tool ran. */
  readonly calls: number;
}
export interface Client {
  readonly name: string;
  readonly wire: "chat" | "responses" | "messages";
  ask(url: string, question: Question): Promise<Said>;
}

export const TOOL_RESULT = "a.ts";
const KEY = "test-key";
const DESCRIPTION = "Reads a file.";
const SCHEMA = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
const dataUrl = (image: string): string => `data:image/png;base64,${image}`;

/** As much of each package as is used here. Written out, so that the root's type check needs no second install. */
type Anything = Readonly<Record<string, never>>;
type Construct = new (options: Fields) => unknown;
type Make = (options: Fields) => unknown;
type Call = (...parameters: readonly unknown[]) => unknown;

/** A variable, so that neither the type check nor a bundler follows it. */
const load = async (name: string): Promise<Anything | undefined> => {
  try {
    return (await import(name)) as Anything;
  } catch {
    return undefined;
  }
};

const NAMES = [
  "openai",
  "@anthropic-ai/sdk",
  "ai",
  "@ai-sdk/openai",
  "@ai-sdk/openai-compatible",
  "@ai-sdk/anthropic",
  "@langchain/openai",
  "@langchain/core/messages",
] as const;
const loaded = new Map<string, Anything>();
for (const name of NAMES) {
  const found = await load(name);
  if (found) loaded.set(name, found);
}
export const MISSING = NAMES.filter((name) => !loaded.has(name));
const from = <T>(name: (typeof NAMES)[number], part: string): T => loaded.get(name)?.[part] as unknown as T;

async function all(stream: unknown): Promise<readonly Fields[]> {
  const found: Fields[] = [];
  for await (const one of stream as AsyncIterable<Fields>) found.push(one);
  return found;
}

/** Two requests at most: the question, and what the tool said. */
async function loop(first: () => Promise<Said>, second: () => Promise<Said>): Promise<Said> {
  const said = await first();
  return said.calls === 0 ? said : { text: (await second()).text, calls: said.calls };
}

const openAi = (url: string): { chat: { completions: { create: Call } }; responses: { create: Call } } =>
  new (from<Construct>("openai", "default"))({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 }) as never;

const openAiChat: Client = {
  name: "openai, chat.completions",
  wire: "chat",
  ask: async (url, { model, text: asked, stream, tool, image }) => {
    const { completions } = openAi(url).chat;
    const picture = image === undefined ? [] : [{ type: "image_url", image_url: { url: dataUrl(image) } }];
    const messages: unknown[] = [{ role: "user", content: [{ type: "text", text: asked }, ...picture] }];
    const declared = { type: "function", function: { name: "read", description: DESCRIPTION, parameters: SCHEMA } };
    const send = async (): Promise<Said> => {
      const answer = await completions.create({ model, messages, stream, ...(tool && { tools: [declared] }) });
      const message = stream ? streamedMessage(await all(answer)) : messageOf(answer as Fields);
      const calls = list(message["tool_calls"]);
      const results = calls.map((call) => ({ role: "tool", tool_call_id: call["id"], content: TOOL_RESULT }));
      messages.push(message, ...results);
      return { text: text(message["content"]), calls: calls.length };
    };
    return loop(send, send);
  },
};
const messageOf = (completion: Fields): Fields => fields(list(completion["choices"])[0]?.["message"]);
function streamedMessage(chunks: readonly Fields[]): Fields {
  const { text: content, reasoning, calls } = foldChunks(chunks);
  const tool_calls = calls.map(({ id, name, input }) => ({
    id,
    type: "function",
    function: { name, arguments: input },
  }));
  const thought = reasoning === "" ? {} : { reasoning_content: reasoning };
  return { role: "assistant", content, ...thought, ...(tool_calls.length > 0 && { tool_calls }) };
}

const openAiResponses: Client = {
  name: "openai, responses",
  wire: "responses",
  ask: async (url, { model, text: asked, stream, tool, image }) => {
    const { responses } = openAi(url);
    const picture = image === undefined ? [] : [{ type: "input_image", image_url: dataUrl(image), detail: "auto" }];
    const input: unknown[] = [{ role: "user", content: [{ type: "input_text", text: asked }, ...picture] }];
    const tools = [{ type: "function", name: "read", description: DESCRIPTION, parameters: SCHEMA, strict: false }];
    const keep = { store: false, include: ["reasoning.encrypted_content"] };
    const send = async (): Promise<Said> => {
      const answer = await responses.create({ model, input, stream, ...keep, ...(tool && { tools }) });
      const output = list((stream ? lastResponse(await all(answer)) : (answer as Fields))["output"]);
      const calls = output.filter((item) => item["type"] === "function_call");
      const results = calls.map((call) => ({
        type: "function_call_output",
        call_id: call["call_id"],
        output: TOOL_RESULT,
      }));
      input.push(...output, ...results);
      const parts = output.flatMap((item) => (item["type"] === "message" ? list(item["content"]) : []));
      return { text: parts.map((part) => text(part["text"])).join(""), calls: calls.length };
    };
    return loop(send, send);
  },
};
function lastResponse(events: readonly Fields[]): Fields {
  const last = events.at(-1);
  if (last?.["type"] !== "response.completed") throw new Error(`the stream ended with ${text(last?.["type"])}`);
  return fields(last["response"]);
}

const anthropic = (version: string): Client => ({
  name: `@anthropic-ai/sdk, anthropic-version ${version}`,
  wire: "messages",
  ask: async (url, { model, text: asked, stream, tool, image }) => {
    const sdk = new (from<Construct>("@anthropic-ai/sdk", "default"))({
      baseURL: url,
      apiKey: KEY,
      maxRetries: 0,
      defaultHeaders: { "anthropic-version": version },
    }) as { messages: { create: Call; stream: Call } };
    const source = { type: "base64", media_type: "image/png", data: image };
    const picture = image === undefined ? [] : [{ type: "image", source }];
    const messages: unknown[] = [{ role: "user", content: [...picture, { type: "text", text: asked }] }];
    const thinking = { thinking: { type: "enabled", budget_tokens: 2_048 } };
    const tools = [{ name: "read", description: DESCRIPTION, input_schema: SCHEMA }];
    const send = async (): Promise<Said> => {
      const body = { model, max_tokens: 8_192, messages, ...(tool && { tools, ...thinking }) };
      const message = stream
        ? await (sdk.messages.stream(body) as { finalMessage(): Promise<Fields> }).finalMessage()
        : ((await sdk.messages.create(body)) as Fields);
      const content = list(message["content"]);
      const calls = content.filter((block) => block["type"] === "tool_use");
      const results = calls.map((call) => ({ type: "tool_result", tool_use_id: call["id"], content: TOOL_RESULT }));
      messages.push({ role: "assistant", content }, { role: "user", content: results });
      return { text: content.map((block) => text(block["text"])).join(""), calls: calls.length };
    };
    return loop(send, send);
  },
});

/** The AI SDK runs the loop itself. */
const aiSdk = (name: string, wire: Client["wire"], modelOf: (url: string, model: string) => unknown): Client => ({
  name: `ai, ${name}`,
  wire,
  ask: async (url, { model, text: asked, stream, tool, image }) => {
    let calls = 0;
    const read = from<Call>(
      "ai",
      "tool",
    )({
      description: DESCRIPTION,
      inputSchema: from<Call>("ai", "jsonSchema")(SCHEMA),
      execute: async () => {
        calls++;
        return TOOL_RESULT;
      },
    });
    const picture = image === undefined ? [] : [{ type: "image", image: dataUrl(image) }];
    const options = {
      model: modelOf(url, model),
      messages: [{ role: "user", content: [{ type: "text", text: asked }, ...picture] }],
      maxRetries: 0,
      stopWhen: from<Call>("ai", "stepCountIs")(3),
      ...(tool && { tools: { read } }),
      providerOptions: {
        openai: { store: false, include: ["reasoning.encrypted_content"] },
        ...(tool && { anthropic: { thinking: { type: "enabled", budgetTokens: 2_048 } } }),
      },
    };
    const said = stream ? await streamedText(options) : ((await from<Call>("ai", "generateText")(options)) as Fields);
    return { text: text(said["text"]), calls };
  },
});
/** Errors come as parts of the stream; nothing throws by itself. */
async function streamedText(options: Fields): Promise<Fields> {
  const { fullStream } = from<Call>("ai", "streamText")({ ...options, onError: () => {} }) as { fullStream: unknown };
  let [said, finish] = ["", ""];
  for (const part of await all(fullStream)) {
    if (part["type"] === "error") throw part["error"];
    if (part["type"] === "text-start") said = "";
    if (part["type"] === "text-delta") said += text(part["text"]);
    if (part["type"] === "finish") finish = text(part["finishReason"]);
  }
  if (finish === "error" || finish === "") throw new Error(`the stream finished with "${finish}"`);
  return { text: said };
}

const langChain = (useResponsesApi: boolean): Client => ({
  name: `@langchain/openai, ${useResponsesApi ? "responses" : "chat"}`,
  wire: useResponsesApi ? "responses" : "chat",
  ask: async (url, { model, text: asked, stream, tool, image }) => {
    // Never `streaming: true`: it then downloads a tokenizer to count with.
    const chat = new (from<Construct>("@langchain/openai", "ChatOpenAI"))({
      model,
      apiKey: KEY,
      maxRetries: 0,
      useResponsesApi,
      configuration: { baseURL: `${url}/v1` },
    }) as { bindTools: Call; invoke: Call; stream: Call };
    const declared = { type: "function", function: { name: "read", description: DESCRIPTION, parameters: SCHEMA } };
    const runner = tool ? (chat.bindTools([declared]) as typeof chat) : chat;
    const [Human, Tool] = (["HumanMessage", "ToolMessage"] as const).map((name) =>
      from<Construct>("@langchain/core/messages", name),
    ) as [Construct, Construct];
    const picture = image === undefined ? [] : [{ type: "image_url", image_url: { url: dataUrl(image) } }];
    const messages: unknown[] = [new Human({ content: [{ type: "text", text: asked }, ...picture] })];
    const send = async (): Promise<Said> => {
      const answer = stream
        ? (await all(await runner.stream(messages))).reduce((sum, piece) => (sum["concat"] as Call)(piece) as Fields)
        : ((await runner.invoke(messages)) as Fields);
      const calls = list(answer["tool_calls"]);
      messages.push(
        answer,
        ...calls.map((call) => new Tool({ content: TOOL_RESULT, tool_call_id: call["id"] } as Fields)),
      );
      return { text: text(answer["text"]), calls: calls.length };
    };
    return loop(send, send);
  },
});

const provider = (name: (typeof NAMES)[number], maker: string, options: Fields): unknown =>
  from<Make>(name, maker)({ apiKey: KEY, ...options });

export const CLIENTS: readonly Client[] = [
  openAiChat,
  openAiResponses,
  // What every program but the newest SDK sends, and what that sends (its own default since 1.0.0).
  anthropic("2023-06-01"),
  anthropic("2026-10-21"),
  aiSdk("@ai-sdk/openai", "responses", (url, model) =>
    (provider("@ai-sdk/openai", "createOpenAI", { baseURL: `${url}/v1` }) as { responses: Call }).responses(model),
  ),
  aiSdk("@ai-sdk/openai-compatible", "chat", (url, model) =>
    (
      provider("@ai-sdk/openai-compatible", "createOpenAICompatible", { name: "gateway", baseURL: `${url}/v1` }) as Call
    )(model),
  ),
  aiSdk("@ai-sdk/anthropic", "messages", (url, model) =>
    (provider("@ai-sdk/anthropic", "createAnthropic", { baseURL: `${url}/v1` }) as Call)(model),
  ),
  langChain(false),
  langChain(true),
];
