/** The effort of a native body, in its own dialect's fields: read, resolved like everybody's, and edited only where it must differ. */
import type { DialectId } from "../ir/dialect-id.ts";
import type { LossList } from "../ir/loss.ts";
import type { Reasoning } from "../ir/request.ts";
import type { CallerWords } from "../ir/field-names.ts";
import { lookup, isList, isObject, type Json, type JsonObject } from "../wire/json.ts";
import { loseThoughts, wayToForce } from "./forced-call.ts";
import type { Edit, NativeCall } from "./native-edits.ts";
import { forcedIn } from "./native-tools.ts";
import type { Capabilities } from "./provider.ts";
import { fitBudget, outputTokensFor } from "./sampling.ts";
import { thinkingFor } from "./thinking.ts";

export interface ThinkingEdits {
  readonly edits: readonly Edit[];
  /** What the model will be told. */
  readonly reasoning?: Reasoning;
}

export function thinkingEdits(body: JsonObject, call: NativeCall, said: CallerWords, losses: LossList): ThinkingEdits {
  const { dialect, capabilities, config } = call.target;
  const own = READERS[dialect](body, capabilities);
  const turns = dialect === "anthropic-messages" ? turnEffortEdits(body, call) : { edits: [] };
  const spoken = turns.effort === undefined ? own : { ...own, effort: turns.effort };
  if (leavesThinkingAlone(body, call, own)) return { edits: [], ...(own && { reasoning: own }) };
  const thought = thinkingFor(
    {
      config,
      said,
      dialect,
      ...(spoken && { own: spoken }),
      ...(call.forcedEffort !== undefined && { forcedEffort: call.forcedEffort }),
    },
    capabilities,
  );
  thought.losses.forEach(losses.add);
  const limit =
    dialect === "anthropic-messages" ? outputTokensFor(numberIn(body, "max_tokens"), capabilities, config) : undefined;
  const reasoning = quietly(body, call, fitBudget(thought.reasoning, limit), said, losses);
  const edits = [...WRITERS[dialect](body, own ?? {}, reasoning ?? {}, call), ...turns.edits];
  return { edits, ...(reasoning && { reasoning }) };
}

/** A forced call of a model that must not think meanwhile. */
function quietly(
  body: JsonObject,
  call: NativeCall,
  reasoning: Reasoning | undefined,
  said: CallerWords,
  losses: LossList,
): Reasoning | undefined {
  const forced = forcedIn(body, call);
  if (!forced || wayToForce(forced, reasoning, call.target.capabilities) !== "quiet") return reasoning;
  if (reasoning?.mode) loseThoughts(said, losses);
  return { mode: "off" };
}

type Read = (body: JsonObject, capabilities: Capabilities) => Reasoning | undefined;
type Write = (body: JsonObject, own: Reasoning, next: Reasoning, call: NativeCall) => Edit[];

const MODES: Readonly<Record<string, Reasoning["mode"]>> = { adaptive: "adaptive", enabled: "on", disabled: "off" };

const READERS: Readonly<Record<DialectId, Read>> = {
  "anthropic-messages": (body) => {
    const thinking = objectIn(body, "thinking");
    return reasoningOf({
      mode: lookup(MODES, stringIn(thinking, "type")),
      budgetTokens: numberIn(thinking, "budget_tokens"),
      effort: stringIn(objectIn(body, "output_config"), "effort"),
    });
  },
  "openai-responses": (body) => {
    const reasoning = objectIn(body, "reasoning");
    return reasoningOf({
      effort: stringIn(reasoning, "effort"),
      show: stringIn(reasoning, "summary") as Reasoning["show"],
    });
  },
  "openai-chat": (body, { traits }) => {
    const effort = stringIn(body, "reasoning_effort");
    const reasoning = objectIn(body, "reasoning");
    if (traits.effortField === "reasoning")
      return reasoningOf({
        mode: reasoning.enabled === false ? "off" : undefined,
        effort: stringIn(reasoning, "effort") ?? effort,
        budgetTokens: numberIn(reasoning, "max_tokens"),
      });
    if (traits.effortField === "thinking")
      return reasoningOf({ mode: lookup(MODES, stringIn(objectIn(body, "thinking"), "type")), effort });
    return reasoningOf({ effort });
  },
};

const WRITERS: Readonly<Record<DialectId, Write>> = {
  "anthropic-messages": (body, own, next) => {
    const thinking = objectIn(body, "thinking");
    const isSame = next.mode === own.mode && next.budgetTokens === own.budgetTokens;
    return [
      ...(isSame || (next.mode === undefined && thinking.type === undefined)
        ? []
        : effortEdit(["thinking"], printedThinking(next, thinking))),
      ...changed(["output_config", "effort"], own.effort, next.effort),
    ];
  },
  "openai-responses": (_body, own, next, { target }) => [
    ...changed(["reasoning", "effort"], own.effort, next.effort),
    ...summaryEdits(own, next, target.config.summary),
  ],
  "openai-chat": (body, own, next, { target }) => {
    const { effortField } = target.capabilities.traits;
    const flat = stringIn(body, "reasoning_effort");
    if (effortField === "reasoning") return hostEdits(own, next, flat);
    if (effortField !== "thinking") return changed(["reasoning_effort"], flat, next.effort);
    return [...switchEdits(body, own, next), ...changed(["reasoning_effort"], flat, next.effort)];
  },
};

/** Without its word the object says nothing, and goes whole. */
function switchEdits(body: JsonObject, own: Reasoning, next: Reasoning): Edit[] {
  if (next.mode === own.mode) return [];
  if (next.mode === undefined) return effortEdit(["thinking"], undefined);
  const type = next.mode === "off" ? "disabled" : "enabled";
  return changed(["thinking", "type"], stringIn(objectIn(body, "thinking"), "type"), type);
}

/** One of the two is taken. A budget that the caller named stays as it was said: the host knows its models' limits. */
function hostEdits(own: Reasoning, next: Reasoning, flat: string | undefined): Edit[] {
  if (next.budgetTokens !== undefined)
    return own.budgetTokens === undefined ? effortEdit(["reasoning", "max_tokens"], next.budgetTokens) : [];
  if (next.effort === own.effort) return [];
  return [
    ...effortEdit(["reasoning", "effort"], next.effort),
    ...changed(["reasoning", "max_tokens"], own.budgetTokens, undefined),
    ...changed(["reasoning_effort"], flat, undefined),
  ];
}

/** A caller that asks for no summary gets the target's own setting, never one that nobody named. */
function summaryEdits(own: Reasoning, next: Reasoning, configured: string | undefined): Edit[] {
  if (next.show === own.show || (own.show === undefined && configured === undefined) || next.show === "omitted")
    return [];
  return [{ name: "summary", path: ["reasoning", "summary"], value: next.show }];
}

function printedThinking(next: Reasoning, thinking: JsonObject): JsonObject | undefined {
  const display = thinking.display === undefined ? {} : { display: thinking.display };
  if (next.mode === "adaptive") return { type: "adaptive", ...display };
  if (next.mode === "on") return { type: "enabled", budget_tokens: next.budgetTokens, ...display };
  return next.mode === "off" ? { type: "disabled" } : undefined;
}

/** Words for a model's thinking that came after us, a forced call, and a tool loop without its thoughts: nothing of ours may break them. */
function leavesThinkingAlone(
  body: JsonObject,
  { target, forcedEffort }: NativeCall,
  own: Reasoning | undefined,
): boolean {
  // A host of many models knows which of them can be switched off.
  const { effortField } = target.capabilities.traits;
  if (target.dialect !== "anthropic-messages")
    return effortField === "reasoning" && own?.mode === "off" && forcedEffort === undefined;
  const { type } = objectIn(body, "thinking");
  if (typeof type === "string" && lookup(MODES, type) === undefined && forcedEffort === undefined) return true;
  if (own?.mode === "adaptive" || own?.mode === "on") return false;
  const choice = objectIn(body, "tool_choice").type;
  const isForced = target.capabilities.forcedToolChoice !== undefined && (choice === "any" || choice === "tool");
  return isForced || (target.capabilities.thinking === "budget" && lacksThoughts(body));
}

/** "Expected thinking, found tool_use": thinking with a budget cannot begin inside a tool loop. */
function lacksThoughts({ messages }: JsonObject): boolean {
  if (!isList(messages)) return false;
  const last = messages.at(-1);
  const answer = messages.findLast((message) => isObject(message) && message.role === "assistant");
  return (
    hasBlock(last, ["tool_result"]) &&
    hasBlock(answer, ["tool_use"]) &&
    !hasBlock(answer, ["thinking", "redacted_thinking"])
  );
}

const hasBlock = (message: Json | undefined, types: readonly string[]): boolean =>
  isObject(message) &&
  isList(message.content) &&
  message.content.some((block) => isObject(block) && types.includes(block.type as string));

/** A system turn's own effort: kept where the model reads it; the name that the caller picked is stronger. */
function turnEffortEdits(
  body: JsonObject,
  { target, forcedEffort }: NativeCall,
): { readonly edits: readonly Edit[]; readonly effort?: string } {
  const keeps = (target.capabilities.turnEffort || target.capabilities.unknown) && forcedEffort === undefined;
  if (keeps || !isList(body.messages)) return { edits: [] };
  let effort: string | undefined;
  const edits = body.messages.flatMap((message, index) => {
    const own = isObject(message) ? stringIn(objectIn(message, "output_config"), "effort") : undefined;
    if (own === undefined) return [];
    effort = own;
    return effortEdit(["messages", index, "output_config"], undefined);
  });
  return { edits, ...(effort !== undefined && { effort }) };
}

const effortEdit = (path: Edit["path"], value: Json | undefined): Edit[] => [{ name: "effort", path, value }];
const changed = (path: Edit["path"], own: Json | undefined, next: Json | undefined): Edit[] =>
  own === next ? [] : effortEdit(path, next);

const objectIn = (body: JsonObject, key: string): JsonObject => {
  const value = body[key];
  return isObject(value) ? value : {};
};
const stringIn = (object: JsonObject, key: string): string | undefined => {
  const value = object[key];
  return typeof value === "string" ? value : undefined;
};
const numberIn = (object: JsonObject, key: string): number | undefined => {
  const value = object[key];
  return typeof value === "number" ? value : undefined;
};

function reasoningOf(fields: { [K in keyof Reasoning]: Reasoning[K] | undefined }): Reasoning | undefined {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return kept.length > 0 ? (Object.fromEntries(kept) as Reasoning) : undefined;
}
