/** Words of the Messages protocol. https://docs.claude.com/en/api/messages */
import type { FinishReason } from "../../ir/events.ts";
import type { IdRule } from "../../ir/ids.ts";
import { type JsonObject, lookup } from "../../wire/json.ts";

/** Anthropic refuses other ids of calls: "String should match pattern". */
export const CALL_ID: IdRule = { lengthMax: 64, allowed: /^[a-zA-Z0-9_-]{1,64}$/ };

/** More than four breakpoints are refused. https://docs.claude.com/en/docs/build-with-claude/prompt-caching */
export const BREAKPOINTS_MAX = 4;

/** The API demands a limit; routing names the model's own before it comes to this. */
export const MAX_TOKENS_FALLBACK = 4096;

/** Tools that the client runs, by the name in front of their date. All others with a type of their own run at the vendor. */
const CLIENT_RUN = /^(bash|text_editor|computer|memory|computer_toolset|browser_toolset)_\d{8}$/;
export const isClientRun = (wire: string): boolean => CLIENT_RUN.test(wire);

/** Blocks of tools that the vendor runs: server_tool_use, mcp_tool_use, web_search_tool_result, mcp_tool_result… */
export const isHostedBlock = (wire: string): boolean =>
  wire === "server_tool_use" || wire === "mcp_tool_use" || (wire !== "tool_result" && wire.endsWith("tool_result"));
/** Blocks whose arguments stream as input_json_delta. */
export const hasInput = (wire: string): boolean => wire === "server_tool_use" || wire === "mcp_tool_use";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  tool_use: "tool",
  max_tokens: "length",
  refusal: "refusal",
  pause_turn: "pause",
  // Only with pause_after_compaction: the client is to send the conversation again.
  compaction: "pause",
  stop_sequence: "stop-sequence",
  model_context_window_exceeded: "context-full",
};
/** A reason we have never heard of still ends the turn; its name travels in the details. */
export const finishReasonOf = (wire: string): FinishReason => lookup(FINISH_REASONS, wire) ?? "stop";
export const isKnownStop = (wire: string): boolean => Object.hasOwn(FINISH_REASONS, wire) && wire !== "compaction";

export const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  tool: "tool_use",
  length: "max_tokens",
  filter: "refusal",
  refusal: "refusal",
  pause: "pause_turn",
  "stop-sequence": "stop_sequence",
  "context-full": "model_context_window_exceeded",
};

/** An index of the wire. A wrong type is as good as an absent field. */
export const numberIn = (object: JsonObject, key: string): number | undefined => {
  const value = object[key];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
};
