/** The vendors' own request types, as TypeScript text: what every request that we send upstream must be assignable to. */
import { join } from "node:path";

/** With forward slashes: it stands in import paths. */
export const SDK_ROOT = join(import.meta.dir, "../clients/node_modules").replaceAll("\\", "/");

/** Beside the SDKs' types stands what the vendors are known to take although their types do not say so. Each has its witness. */
export const PRELUDE = `
import type { ChatCompletionAssistantMessageParam, ChatCompletionContentPart, ChatCompletionCreateParams, ChatCompletionMessageParam, ChatCompletionMessageToolCall, ChatCompletionTool } from "${SDK_ROOT}/openai/resources/chat/completions/completions";
import type { EasyInputMessage, ResponseCreateParams, ResponseCustomToolCall, ResponseCustomToolCallOutput, ResponseInputItem, ResponseOutputMessage, ResponseReasoningItem } from "${SDK_ROOT}/openai/resources/responses/responses";
import type { MessageCreateParams } from "${SDK_ROOT}/@anthropic-ai/sdk/resources/messages/messages";
import type { MessageCreateParams as BetaMessageCreateParams } from "${SDK_ROOT}/@anthropic-ai/sdk/resources/beta/messages/messages";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

type OpenaiChat = ChatCompletionCreateParams;
// Kimi, DeepSeek and Qwen want \`reasoning_content\` back; Kimi and GLM switch thinking by \`thinking\`; OpenRouter says \`reasoning\`.
// OpenAI's own SDK puts \`annotations\` into the message that its users push back.
// Gemini signs in \`extra_content\` (ai.google.dev/gemini-api/docs/thought-signatures#openai), OpenRouter seals in \`reasoning_details\` and takes cache marks (openrouter.ai/docs).
type Signature = { google: { thought_signature: string } };
type Detail = { type: string; text?: string; summary?: string; data?: string; signature?: string | null; id?: string | null; format?: string; index?: number };
type Mark = { cache_control?: { type: "ephemeral"; ttl?: string } };
type MarkedText = { type: "text"; text: string } & Mark;
type Replayed = Without<ChatCompletionAssistantMessageParam, "content" | "tool_calls"> & {
  content?: ChatCompletionAssistantMessageParam["content"] | MarkedText[];
  tool_calls?: (ChatCompletionMessageToolCall & { extra_content?: Signature })[];
  reasoning_content?: string | null;
  reasoning?: string | null;
  reasoning_details?: Detail[];
  extra_content?: Signature;
  annotations?: unknown[];
};
type Marked = { role: "system" | "user"; content: (MarkedText | ChatCompletionContentPart)[] } | { role: "tool"; tool_call_id: string; content: MarkedText[] };
type AnyChat = Without<ChatCompletionCreateParams, "messages" | "tools"> & Mark & {
  messages: (ChatCompletionMessageParam | Replayed | Marked)[];
  tools?: (ChatCompletionTool & Mark)[];
  thinking?: { type: "enabled" | "disabled" };
  reasoning?: { effort?: string; max_tokens?: number; exclude?: boolean; enabled?: boolean };
  top_k?: number;
};

// Codex 0.169 sends ids on messages and outputs, \`content: null\` on reasoning, a status on custom calls, and client_metadata; opencode sends reasoning without its id. All are accepted.
// The AI SDK sends assistant texts as output_text without id and status, and pictures without \`detail\`.
type LaxItem =
  | (Without<ResponseOutputMessage, "id" | "status"> & { id?: string; status?: ResponseOutputMessage["status"] })
  | (EasyInputMessage & { id?: string })
  | { type?: "message"; role: "user"; content: ({ type: "input_text"; text: string } | { type: "input_image"; image_url: string })[] }
  | (Without<ResponseReasoningItem, "id" | "content"> & { id?: string; content?: ResponseReasoningItem["content"] | null })
  | (ResponseCustomToolCall & { status?: string | null })
  | (ResponseCustomToolCallOutput & { status?: string | null });
type Responses = Without<ResponseCreateParams, "input"> & {
  input?: string | (ResponseInputItem | LaxItem)[];
  client_metadata?: Record<string, string>;
};

// The SDK 1.x has no sampling fields any more; anthropic-version 2023-06-01 and the models before Claude 5 take them. \`betas\` is a header.
type Messages = Without<MessageCreateParams | BetaMessageCreateParams, "betas"> & { temperature?: number; top_p?: number; top_k?: number };
`;
