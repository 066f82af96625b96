/** Errors in the vendors' own shapes: as a status with a body, and as events inside a stream. */
import type { JsonObject } from "../wire/json.ts";
import type { Frame } from "../wire/machine.ts";
import type { Asked, SimDialect } from "./asked.ts";
import { requestId } from "./ids.ts";
import { failedResponse, numbering } from "./print-responses.ts";

export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** OpenAI's `param` and `code`. */
  readonly param?: string | undefined;
  readonly code?: string | undefined;
  readonly retryAfterSeconds?: number;
  /** Anthropic's, for programs. */
  readonly details?: JsonObject;
}

export function refusalReply(dialect: SimDialect, refusal: Refusal): Response {
  const headers: Record<string, string> = { "content-type": "application/json", "x-request-id": requestId() };
  if (refusal.retryAfterSeconds !== undefined) headers["retry-after"] = String(refusal.retryAfterSeconds);
  return new Response(JSON.stringify(errorBody(dialect, refusal)), { status: refusal.status, headers });
}

export const errorBody = (dialect: SimDialect, refusal: Refusal): JsonObject =>
  dialect === "anthropic-messages"
    ? {
        type: "error",
        error: {
          type: anthropicType(refusal.status),
          message: refusal.message,
          ...(refusal.details && { details: refusal.details }),
        },
        request_id: requestId(),
      }
    : { error: openaiError(refusal) };

/** What a vendor sends when it fails after its 200. `sent`: how many frames are out already. */
export function errorFrames(asked: Asked, refusal: Refusal, sent: number): readonly Frame[] {
  const body = errorBody(asked.dialect, refusal);
  if (asked.dialect === "openai-chat") return [{ data: JSON.stringify(body) }];
  if (asked.dialect === "anthropic-messages") return [{ event: "error", data: JSON.stringify(body) }];
  const number = numbering(sent);
  const error = openaiError(refusal);
  const { code, message, param } = error;
  return [
    // OpenAI sends the first, its description has the rest.
    number({ type: "error", error, code, message, param }),
    number({ type: "response.failed", response: failedResponse(asked, { code, message }) }),
  ];
}

/** A status by a scenario's number, with words that a vendor would use. */
export function refusalOfStatus(status: number, model: string, cause?: "context" | "model"): Refusal {
  if (cause === "context") return CONTEXT;
  if (cause === "model" || status === 404)
    return {
      status: 404,
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      code: "model_not_found",
    };
  return { status, message: MESSAGES[status] ?? `The simulator was asked for a ${status}.`, ...codeOf(status) };
}

const CONTEXT: Refusal = {
  status: 400,
  message:
    "prompt is too long: This model's maximum context length is 200000 tokens. However, your messages resulted in 210000 tokens. Please reduce the length of the messages.",
  param: "messages",
  code: "context_length_exceeded",
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: "The simulator refuses this request, as its model name asks.",
  401: "Incorrect API key provided: sim-****. You can find your API key in the simulator's imagination.",
  403: "You do not have permission to use this simulated model.",
  413: "Request exceeds the maximum size",
  429: "Rate limit reached for requests. Please try again later.",
  500: "The server had an error while processing your request. Sorry about that!",
  503: "The engine is currently overloaded, please try again later.",
  529: "Overloaded",
};

function codeOf(status: number): { code?: string } {
  if (status === 401) return { code: "invalid_api_key" };
  if (status === 429) return { code: "rate_limit_exceeded" };
  return status >= 500 ? { code: "server_error" } : {};
}

const openaiError = (
  refusal: Refusal,
): { message: string; type: string; param: string | null; code: string | null } => ({
  message: refusal.message,
  type: openaiType(refusal.status),
  param: refusal.param ?? null,
  code: refusal.code ?? null,
});

function openaiType(status: number): string {
  if (status === 429) return "requests";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

// https://platform.claude.com/docs/en/api/errors
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};
const anthropicType = (status: number): string =>
  ANTHROPIC_TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
