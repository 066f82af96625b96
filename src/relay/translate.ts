/** The translated lane of a request, pure: one decoded call, encoded for one target. */
import { readsAttribution, withoutAttribution } from "../clients/claude-code.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { ReplyContext, ReplyStyle } from "../dialects/dialect.ts";
import { type Efforts, effortsOf } from "../ir/effort.ts";
import { lossless, type Loss } from "../ir/loss.ts";
import { lacksReasoning } from "../ir/lacks-reasoning.ts";
import { repairEntries } from "../ir/repair.ts";
import type { ModelRequest, ReasoningEntry } from "../ir/request.ts";
import { canRead } from "../ir/seal.ts";
import { toolMap } from "../ir/tools.ts";
import { fit, withoutReasoning } from "../providers/fit.ts";
import { withoutRefused } from "../providers/refused-fields.ts";
import { thinks } from "../providers/thinking.ts";
import type { Target } from "../routing/target.ts";
import type { JsonObject } from "../wire/json.ts";

export interface Translation {
  readonly body: JsonObject;
  readonly efforts: Efforts;
  readonly losses: readonly Loss[];
}

export function translateRequest(request: ModelRequest, target: Target, forcedEffort?: string): Translation {
  const own = readsAttribution(target.provider.kind, target.dialect) ? lossless(request) : withoutAttribution(request);
  const repaired = repairEntries(own.value.entries);
  const fitted = fit({ ...own.value, entries: repaired.value }, target.capabilities, target.config, forcedEffort);
  const ready = lacksRequiredReasoning(fitted.value, target)
    ? withoutReasoning(fitted.value, target.capabilities)
    : { value: fitted.value, losses: [] };
  const written = DIALECTS[target.dialect].request.encode(ready.value, target.addressee);
  const accepted = withoutRefused(written.value, request, target.capabilities, target.dialect);
  return {
    body: accepted.value,
    efforts: effortsOf(forcedEffort, request.reasoning, ready.value.reasoning),
    losses: [
      ...own.losses,
      ...repaired.losses,
      ...fitted.losses,
      ...ready.losses,
      ...written.losses,
      ...accepted.losses,
    ],
  };
}

/** The same for a request that is not fitted yet: the configuration, or the model's name, may ask for thinking where the request does not. */
export const willLackReasoning = (request: ModelRequest, target: Target, forcedEffort?: string): boolean =>
  lacksRequiredReasoning(fit(request, target.capabilities, target.config, forcedEffort).value, target);

/**
 * Signed thinking and Kimi's reasoning_content must come back within a tool loop. Without them the vendor answers 400:
 * "Expected `thinking` or `redacted_thinking`, but found `tool_use`".
 */
export function lacksRequiredReasoning(request: ModelRequest, target: Target): boolean {
  const { capabilities, reader } = target;
  if (!thinks(request.reasoning, capabilities)) return false;
  const signed = (entry: ReasoningEntry): boolean => entry.seal !== undefined && canRead(reader, entry.seal);
  const hasText = (entry: ReasoningEntry): boolean => entry.sections.some((text) => text !== "");
  // Adaptive thinking may skip a turn, so only a budget demands its blocks back.
  if (capabilities.thinking === "budget") return lacksReasoning(request.entries, signed);
  return capabilities.traits.reasoningRequired && lacksReasoning(request.entries, hasText);
}

/** What makes ids of an answer its own: unique as the call's id is, and of letters that every client takes. */
export const replyIdOf = (callId: string): string => callId.replaceAll("-", "");

export interface ReplyInput {
  readonly request?: ModelRequest;
  readonly target: Target;
  readonly style: ReplyStyle;
  readonly replyId: string;
  readonly nowSeconds: () => number;
  readonly modelName: string;
}

/** For bytes that pass and for errors: no client's wish is known, so each thing is in the dialect's own place. */
export const BARE_STYLE: ReplyStyle = { customCalls: "custom", reasoning: "field" };

/** What the coders of the answer must know of the request. */
export function replyContext(input: ReplyInput): ReplyContext {
  const { request, target } = input;
  return {
    tools: toolMap(request?.tools ?? [], request?.entries),
    wants: request?.wants ?? {},
    replyId: input.replyId,
    createdAtSeconds: input.nowSeconds(),
    nowSeconds: input.nowSeconds,
    modelName: input.modelName,
    style: input.style,
    from: { issuer: target.issuer, family: target.addressee.family },
    ...(request && { request: withoutConversation(request) }),
  };
}

/** An answer echoes some fields of its request. The conversation is not one of them, and an open stream would hold it in memory. */
const withoutConversation = (request: ModelRequest): ModelRequest => ({
  ...request,
  entries: request.entries.filter((entry) => entry.kind === "instructions"),
});
