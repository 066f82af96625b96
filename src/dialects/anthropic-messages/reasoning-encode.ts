/** How a model is asked to think. https://docs.claude.com/en/docs/build-with-claude/extended-thinking */
import type { Reasoning } from "../../ir/request.ts";
import { loseReasoningHints } from "../../ir/unread.ts";
import { defined, isObject, type JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

/** What the request's reasoning says, already fitted to the model. `off` is said only by who wants it. */
export function encodeThinking(writing: Writing): JsonObject | undefined {
  const { reasoning } = writing.request;
  if (!reasoning) return undefined;
  if (writing.own) return thinkingOf(reasoning);
  loseReasoningHints(writing.losses, writing.request);
  return thinkingOf({ ...reasoning, hints: {} });
}

export function thinkingOf({ mode, budgetTokens, show, hints = {} }: Reasoning): JsonObject | undefined {
  if (mode === "off") return { type: "disabled" };
  if (mode === undefined) return typeof hints.type === "string" ? hints : undefined;
  return defined({
    type: mode === "adaptive" ? "adaptive" : "enabled",
    budget_tokens: mode === "on" ? (budgetTokens ?? BUDGET_TOKENS_MIN) : undefined,
    display: show === "omitted" || show === "summarized" ? show : undefined,
    ...hints,
  });
}

/** Less is refused. */
const BUDGET_TOKENS_MIN = 1024;

/** `output_config`: the effort, the shape of the output, and what its own dialect put beside them. */
export function encodeOutputConfig(writing: Writing, format: JsonObject | undefined): JsonObject | undefined {
  const { reasoning, extra } = writing.request;
  const kept = writing.own && isObject(extra.fields.output_config) ? extra.fields.output_config : {};
  const config = defined({ effort: reasoning?.effort === "none" ? undefined : reasoning?.effort, format, ...kept });
  return Object.keys(config).length > 0 ? config : undefined;
}
