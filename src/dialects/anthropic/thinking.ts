/** How a model is asked to think, and when it must not be. https://docs.claude.com/en/docs/build-with-claude/extended-thinking */
import type { ModelRequest } from "../../ir/request.ts";
import { lacksReasoning } from "../../ir/reasoning.ts";
import { canRead } from "../../ir/seal.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { compact, DIALECT } from "./wire.ts";
import type { Writing } from "./writing.ts";

/**
 * "Expected `thinking` or `redacted_thinking`, but found `tool_use`": with a thinking budget, a tool loop under way must
 * bring back the signed thinking of its turns. Adaptive thinking demands nothing. True: thinking must be off for this call.
 */
export function missesThinking(
  request: ModelRequest,
  to: { readonly issuer: string; readonly family: string },
): boolean {
  const reader = { dialect: DIALECT, issuer: to.issuer, family: to.family } as const;
  return (
    request.reasoning?.mode === "on" &&
    lacksReasoning(request.entries, ({ seal }) => seal !== undefined && canRead(reader, seal))
  );
}

/** What the request's reasoning says, already fitted to the model. `off` is said only by who wants it. */
export function encodeThinking(writing: Writing): JsonObject | undefined {
  const { reasoning } = writing.request;
  if (!reasoning) return undefined;
  const { mode, budgetTokens, show } = reasoning;
  const hints = writing.own ? (reasoning.hints ?? {}) : {};
  if (mode === "off") return { type: "disabled" };
  if (mode === undefined) return typeof hints.type === "string" ? hints : undefined;
  return compact({
    type: mode === "adaptive" ? "adaptive" : "enabled",
    budget_tokens: mode === "on" ? (budgetTokens ?? BUDGET_TOKENS_MIN) : undefined,
    display: show === "omitted" || show === "summarized" ? show : undefined,
    ...hints,
  });
}

/** Less is refused. */
const BUDGET_TOKENS_MIN = 1024;

/** `output_config`: the effort, the shape of the output, and what its own dialect put beside them. */
export function encodeOutputConfig(writing: Writing): JsonObject | undefined {
  const { reasoning, output, extra } = writing.request;
  const kept = writing.own && isObject(extra.fields.output_config) ? extra.fields.output_config : {};
  const format: Json | undefined = output?.schema && { type: "json_schema", schema: output.schema.schema };
  const config = compact({ effort: reasoning?.effort === "none" ? undefined : reasoning?.effort, format, ...kept });
  return Object.keys(config).length > 0 ? config : undefined;
}
