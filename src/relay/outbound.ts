/** What goes to one target: the caller's own bytes with a few fields edited, or a translation. */
import { attributionEdits, readsAttribution } from "../clients/claude-code.ts";
import { guessedConversation, isFromUser } from "../clients/conversation.ts";
import { wantsCallsAsText } from "../clients/cursor.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Ask, ReplyStyle } from "../dialects/dialect.ts";
import { cacheKeyOf } from "../ir/cache-key.ts";
import { GatewayError } from "../ir/error.ts";
import { lossless, type Loss, type Translated } from "../ir/loss.ts";
import type { Entry, ModelRequest } from "../ir/request.ts";
import { holdsWrappedSeal, type DialectId } from "../ir/seal.ts";
import { nativeEdits } from "../providers/native-edits.ts";
import type { Plan, Target } from "../routing/plan.ts";
import type { Place } from "../vault/vault.ts";
import { applyEdits, type SpanEdit } from "../wire/edit.ts";
import { isList, isObject } from "../wire/json.ts";
import { shortened } from "../wire/printable.ts";
import type { Call, Gateway } from "./call.ts";
import { endsOfEntries } from "./ends.ts";
import {
  hasDroppedSeals,
  holdsForeignSeal,
  holdsUnsignedThinking,
  isKeptNatively,
  lacksThoughts,
  placeOf,
  placeOfBytes,
  restored,
  wantsReasoningBack,
} from "./kept.ts";
import { type WebSearch, webSearchOf, withoutOwnSearches, withSearchFunction } from "./web-search.ts";
import { askOf, BARE_STYLE, translateRequest } from "./translate.ts";

export interface Outbound {
  readonly lane: "native" | "translated";
  readonly body: string | Uint8Array;
  readonly ask: Ask;
  readonly losses: readonly Loss[];
  /** A usage chunk that only we asked for. */
  readonly withholdsUsage: boolean;
  /** Where the vault is told of the answer; undefined: nowhere. Asked while the vendor thinks. */
  place(): Place | undefined;
  /** How much of it the vault reads: reasoning to keep, or the calls of one that leaves its trace. */
  readonly kept: "whole" | "calls";
  /** The gateway searches the web for this model. */
  readonly search?: { readonly wanted: WebSearch; readonly request: ModelRequest };
}

/** Everything about a call that does not depend on the target, worked out once and only when asked for. */
export interface Prepared {
  readonly dialect: DialectId;
  readonly stream: boolean;
  readonly model: string;
  readonly plan: Plan;
  readonly session: string | undefined;
  readonly strict: boolean;
  decoded(): Translated<ModelRequest>;
  /** By reader: filled and read by `restored` alone. */
  readonly restored: Map<string, Promise<readonly Entry[]>>;
}

export async function outbound(call: Call, prepared: Prepared, target: Target, gateway: Gateway): Promise<Outbound> {
  const passes =
    passesAsBytes(call, prepared, target, gateway) && !(await hasDroppedSeals(call, prepared, target, gateway));
  const out = passes ? native(call, prepared, target, gateway) : await translated(call, prepared, target, gateway);
  const meaning = prepared.strict ? out.losses.find((loss) => loss.weight === "meaning") : undefined;
  if (meaning)
    throw new GatewayError(
      "unsupported",
      `${meaning.path}: ${meaning.note}. The call is strict, so nothing was sent; drop the field, choose another model, or switch strict off.`,
      {
        param: meaning.path,
        why: `${target.provider.name} cannot express ${shortened(meaning.place ?? meaning.path)}, and the call is strict`,
      },
    );
  return out;
}

function passesAsBytes(call: Call, prepared: Prepared, target: Target, gateway: Gateway): boolean {
  return (
    prepared.dialect === target.dialect &&
    prepared.dialect === call.surface.reply &&
    !holdsWrappedSeal(call.text) &&
    DIALECTS[target.dialect].passes(call.body, target.addressee.traits) &&
    !wantsReasoningBack(call, prepared, target) &&
    !holdsUnsignedThinking(call, target) &&
    !holdsForeignSeal(call, prepared, target, gateway)
  );
}

function native(call: Call, prepared: Prepared, target: Target, gateway: Gateway): Outbound {
  const { edits: fitting, losses } = nativeEdits(call.body, {
    target,
    ...(prepared.plan.forcedEffort !== undefined && { forcedEffort: prepared.plan.forcedEffort }),
    ...(prepared.session !== undefined && { cacheKey: prepared.session }),
    lacksReasoning: () => lacksThoughts(call, prepared, target),
  });
  const edits = [...fitting, ...strangersEdits(call, target)];
  const kept = isKeptNatively(call, prepared, target) ? "whole" : "calls";
  return {
    lane: "native",
    body: edits.length === 0 ? call.bytes : applyEdits(call.text, edits, call.body),
    ask: askOf({ ...common(call, prepared, target, gateway), style: BARE_STYLE }),
    losses,
    withholdsUsage: edits.some((edit) => edit.name === "include-usage"),
    kept,
    place: () => placeOfBytes(call, prepared, kept),
  };
}

/** What a client says to its own vendor only. */
const strangersEdits = (call: Call, target: Target): readonly SpanEdit[] =>
  target.dialect === "anthropic" && !readsAttribution(target.provider.kind, target.dialect)
    ? attributionEdits(call.body)
    : [];

async function translated(call: Call, prepared: Prepared, target: Target, gateway: Gateway): Promise<Outbound> {
  const { value: request, losses } = prepared.decoded();
  refuseForeignState(request, prepared.dialect, target);
  const entries = await restored(call, prepared, target, gateway);
  const keyed = withCacheKey(
    { ...request, entries, stream: prepared.stream },
    prepared.session ??
      (prepared.dialect !== target.dialect && goesOn(request)
        ? guessedConversation(request.entries.find(isFromUser))
        : undefined),
  );
  const wanted = webSearchOf(keyed, target.dialect);
  const asked = wanted
    ? withSearchFunction(keyed)
    : target.dialect === "anthropic"
      ? withoutOwnSearches(keyed)
      : lossless(keyed);
  const style = styleOf(call, prepared, asked.value);
  const wished = style.reasoning === "none" ? withoutSummary(asked.value, target) : asked.value;
  const written = translateRequest(wished, target, prepared.plan.forcedEffort);
  return {
    lane: "translated",
    body: JSON.stringify(written.body),
    ask: askOf({
      ...common(call, prepared, target, gateway),
      request: asked.value,
      style,
    }),
    losses: [...losses, ...asked.losses, ...written.losses],
    withholdsUsage: false,
    kept: "whole",
    place: () => placeOf(call, prepared, () => endsOfEntries(prepared.decoded().value.entries)),
    ...(wanted && { search: { wanted, request: asked.value } }),
  };
}

/** Nobody will see it, so nobody asks for it. Elsewhere the text itself must come back in a tool loop. */
const withoutSummary = (request: ModelRequest, target: Target): ModelRequest =>
  target.dialect === "openai-responses"
    ? { ...request, reasoning: { ...request.reasoning, show: "omitted" } }
    : request;

const common = (call: Call, prepared: Prepared, target: Target, gateway: Gateway) => ({
  target,
  replyId: call.id,
  nowSeconds: () => Math.floor(gateway.clock() / 1000),
  modelName: prepared.model,
});

function withCacheKey(request: ModelRequest, conversation: string | undefined): ModelRequest {
  const key = request.cache.key ?? conversation;
  return key === undefined ? request : { ...request, cache: { ...request.cache, key: cacheKeyOf(key) } };
}

/** A lone question is asked once: no cache shall be paid for it. */
const goesOn = ({ tools, entries }: ModelRequest): boolean =>
  tools.length > 0 ||
  entries.some(({ kind }) => kind === "tools" || kind === "call") ||
  entries.some((entry) => entry.kind === "message" && entry.role === "assistant");

function refuseForeignState(request: ModelRequest, dialect: DialectId, target: Target): void {
  const { previous, thread } = request.state;
  if (thread === "continued")
    throw new GatewayError(
      "foreign-thread",
      "thread: the rest of the conversation is held elsewhere, and the model behind this name cannot read it. Send the whole conversation in the request instead.",
      { param: "thread" },
    );
  if (!previous || dialect === target.dialect) return;
  throw new GatewayError(
    "unsupported",
    `${previous.field}: the model behind this name keeps no stored conversations. Send the whole conversation in the request instead.`,
    { param: previous.field },
  );
}

function styleOf(call: Call, prepared: Prepared, request: ModelRequest): ReplyStyle {
  return { customCalls: customCallsOf(call), reasoning: reasoningOf(call, prepared, request) };
}

function customCallsOf(call: Call): ReplyStyle["customCalls"] {
  if (call.surface.reply === "openai-responses") return "custom";
  if (call.surface.reply === "anthropic") return "json";
  if (wantsCallsAsText(call.client, call.body)) return "function-text";
  const nested = isList(call.body.tools) && call.body.tools.some((tool) => isObject(tool) && isObject(tool.custom));
  return nested ? "custom" : "json";
}

/** The caller's own word, then the model's setting, then the key's, then the dialect's own place for it. */
function reasoningOf(call: Call, prepared: Prepared, request: ModelRequest): ReplyStyle["reasoning"] {
  if (request.reasoning?.show === "omitted") return "none";
  const set = prepared.plan.reasoning ?? call.caller.key?.reasoning ?? "auto";
  return set === "auto" ? "field" : set;
}
