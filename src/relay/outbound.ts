/** What goes to one target: the caller's own bytes with a few fields edited, or a translation. */
import { attributionEdits } from "../clients/claude-code.ts";
import { guessedConversation, isFromUser } from "../clients/conversation.ts";
import { readsFunctionNames } from "../clients/cursor.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { ReplyContext, ReplyStyle } from "../dialects/dialect.ts";
import type { Efforts } from "../ir/effort.ts";
import { cacheKeyOf } from "../ir/ids.ts";
import { GatewayError } from "../ir/error.ts";
import { lossless, type Loss } from "../ir/loss.ts";
import type { ModelRequest } from "../ir/request.ts";
import { holdsWrappedSeal } from "../ir/seal.ts";
import { nativeEdits } from "../providers/native-edits.ts";
import type { Target } from "../routing/target.ts";
import type { Place } from "../vault/place.ts";
import { applyEdits } from "../wire/edit.ts";
import { shortened } from "../wire/printable.ts";
import type { Attempt, Call } from "./call.ts";
import { endsOfEntries } from "./ends.ts";
import {
  hasDroppedSeals,
  holdsForeignSeal,
  holdsUnsignedThinking,
  isKeptNatively,
  type Kept,
  lacksThoughts,
  placeOf,
  placeOfBytes,
  restored,
  wantsReasoningBack,
} from "./kept.ts";
import type { Rounds } from "./rounds.ts";
import { replyContext, replyIdOf, BARE_STYLE, translateRequest } from "./translate.ts";

export interface Outbound {
  readonly lane: "native" | "translated";
  readonly body: string | Uint8Array;
  readonly context: ReplyContext;
  readonly losses: readonly Loss[];
  readonly efforts: Efforts;
  /** A usage chunk that only we asked for. */
  readonly withholdsUsage: boolean;
  /** Where the vault keeps the answer; undefined: it keeps none. Computed while the vendor thinks. */
  place(): Place | undefined;
  readonly kept: Kept;
  /** The gateway searches the web for this model. */
  readonly search?: Pick<Rounds, "wanted" | "searches" | "dialect" | "request">;
}

export async function outbound(attempt: Attempt): Promise<Outbound> {
  const { call, target } = attempt;
  const passes = passesAsBytes(attempt) && !(await hasDroppedSeals(attempt));
  const out = passes ? native(attempt) : await translated(attempt);
  const meaning = call.strict ? out.losses.find((loss) => loss.weight === "meaning") : undefined;
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

function passesAsBytes(attempt: Attempt): boolean {
  const { call, target } = attempt;
  return (
    call.guards.length === 0 &&
    call.dialect === target.dialect &&
    call.dialect === call.surface.reply &&
    !holdsWrappedSeal(call.text) &&
    DIALECTS[target.dialect].passes(call.body, target.addressee.traits) &&
    !wantsReasoningBack(attempt) &&
    !holdsUnsignedThinking(attempt) &&
    !holdsForeignSeal(attempt)
  );
}

function native(attempt: Attempt): Outbound {
  const { call, target } = attempt;
  const {
    edits: fitting,
    losses,
    efforts,
  } = nativeEdits(call.body, {
    target,
    ...(call.plan.forcedEffort !== undefined && { forcedEffort: call.plan.forcedEffort }),
    ...(call.session !== undefined && { cacheKey: call.session }),
    lacksReasoning: () => lacksThoughts(attempt),
  });
  const edits = [...fitting, ...attributionEdits(call.body, target.provider.kind, target.dialect)];
  const kept = isKeptNatively(attempt) ? "whole" : "calls";
  return {
    lane: "native",
    body: edits.length === 0 ? call.bytes : applyEdits(call.text, edits, call.body),
    context: replyContext({ ...common(attempt), style: BARE_STYLE }),
    losses,
    efforts,
    withholdsUsage: edits.some((edit) => edit.name === "include-usage"),
    kept,
    place: () => placeOfBytes(call, kept),
  };
}

async function translated(attempt: Attempt): Promise<Outbound> {
  const { call, target } = attempt;
  const { value: request, losses } = call.decoded();
  refuseForeignState(request, attempt);
  const entries = await restored(attempt);
  const keyed = withCacheKey(
    { ...request, entries, stream: call.stream },
    call.session ??
      (call.dialect !== target.dialect && goesOn(request)
        ? guessedConversation(request.entries.find(isFromUser))
        : undefined),
  );
  const search = searchFor(keyed, target);
  const asked = search
    ? search.searches.asFunction(keyed)
    : (DIALECTS[target.dialect].webSearch?.withoutOurs(keyed) ?? lossless(keyed));
  const style = styleOf(call, asked.value);
  const wished = style.reasoning === "none" ? withoutSummary(asked.value, target) : asked.value;
  const written = translateRequest(wished, target, call.plan.forcedEffort);
  return {
    lane: "translated",
    body: JSON.stringify(written.body),
    context: replyContext({
      ...common(attempt),
      request: asked.value,
      style,
    }),
    losses: [...losses, ...asked.losses, ...written.losses],
    efforts: written.efforts,
    withholdsUsage: false,
    kept: "whole",
    place: () => placeOf(call, () => endsOfEntries(call.decoded().value.entries)),
    ...(search && { search: { ...search, request: asked.value } }),
  };
}

/** What the gateway searches for a model whose dialect has no search; undefined: nothing is asked for. */
function searchFor(
  request: ModelRequest,
  target: Target,
): Omit<NonNullable<Outbound["search"]>, "request"> | undefined {
  if (DIALECTS[target.dialect].hostsWebSearch) return undefined;
  for (const { id, webSearch } of Object.values(DIALECTS)) {
    const wanted = webSearch?.asked(request);
    if (webSearch && wanted) return { wanted, searches: webSearch, dialect: id };
  }
  return undefined;
}

/** The client will not see the summary, so the gateway does not request it. Elsewhere the text itself must come back in a tool loop. */
const withoutSummary = (request: ModelRequest, target: Target): ModelRequest =>
  DIALECTS[target.dialect].sealsThoughts
    ? { ...request, reasoning: { ...request.reasoning, show: "omitted" } }
    : request;

/** An open stream holds `nowSeconds`, so it closes over the gateway and not over the call, whose body is large. */
const common = ({ call: { gateway, id, model }, target }: Attempt) => ({
  target,
  replyId: replyIdOf(id),
  nowSeconds: () => Math.floor(gateway.clock() / 1000),
  modelName: model,
});

function withCacheKey(request: ModelRequest, conversation: string | undefined): ModelRequest {
  const key = request.cache.key ?? conversation;
  return key === undefined ? request : { ...request, cache: { ...request.cache, key: cacheKeyOf(key) } };
}

/** Whether more turns are likely: a lone question is asked once, and a cache for it would be paid in vain. */
const goesOn = ({ tools, entries }: ModelRequest): boolean =>
  tools.length > 0 ||
  entries.some(({ kind }) => kind === "tools" || kind === "call") ||
  entries.some((entry) => entry.kind === "message" && entry.role === "assistant");

function refuseForeignState(request: ModelRequest, { call, target }: Attempt): void {
  const { previous, thread } = request.state;
  if (thread === "continued")
    throw new GatewayError(
      "foreign-thread",
      "thread: the rest of the conversation is held elsewhere, and the model behind this name cannot read it. Send the whole conversation in the request instead.",
      { param: "thread" },
    );
  if (!previous || call.dialect === target.dialect) return;
  throw new GatewayError(
    "unsupported",
    `${previous.field}: the model behind this name keeps no stored conversations. Send the whole conversation in the request instead.`,
    { param: previous.field },
  );
}

function styleOf(call: Call, request: ModelRequest): ReplyStyle {
  const byName = readsFunctionNames(call.client);
  const customCalls = DIALECTS[call.surface.reply].customCalls(call.body, { byName });
  return { customCalls, reasoning: reasoningOf(call, request) };
}

/** The caller's own word, then the model's setting, then the key's, then the dialect's own place for it. */
function reasoningOf(call: Call, request: ModelRequest): ReplyStyle["reasoning"] {
  if (request.reasoning?.show === "omitted") return "none";
  const set = call.plan.reasoning ?? call.caller.key?.showReasoning ?? "auto";
  return set === "auto" ? "field" : set;
}
