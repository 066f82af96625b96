/** Which reasoning the vault keeps of a call, and which it restores: by the key's setting, the request, and what the model demands. */
import { guessedConversation, isFromUser } from "../clients/conversation.ts";
import { returnsThoughts } from "../clients/client.ts";
import type { Thoughts } from "../dialects/dialect.ts";
import { DIALECTS } from "../dialects/index.ts";
import { lacksReasoning } from "../ir/lacks-reasoning.ts";
import type { Entry } from "../ir/request.ts";
import { canRead } from "../ir/seal.ts";
import type { Target } from "../routing/target.ts";
import { behindsOf, frontOf } from "../vault/behind.ts";
import type { Place, Scope } from "../vault/place.ts";
import { isList, type JsonObject } from "../wire/json.ts";
import type { Attempt, Call } from "./call.ts";
import { type Ends, endsIn, endsOfEntries } from "./ends.ts";
import { willLackReasoning } from "./translate.ts";

/** How much of an answer the vault reads. whole: its reasoning is kept. calls: its text passes unread, and its calls leave a trace alone. */
export type Kept = "whole" | "calls";

/** The client's entries, with the issuer of each seal and with the reasoning that the client dropped. Computed once for each reader, since a call looks for its home first and may be tried at several targets. */
export function restored(attempt: Attempt): Promise<readonly Entry[]> {
  const { call, target } = attempt;
  const { dialect, issuer, family } = target.reader;
  const key = JSON.stringify([dialect, issuer, family]);
  let known = call.restored.get(key);
  if (!known) call.restored.set(key, (known = restore(attempt)));
  return known;
}

async function restore({ call, target: { reader } }: Attempt): Promise<readonly Entry[]> {
  const { gateway } = call;
  const { entries } = call.decoded().value;
  const scope = scopeOf(call, () => entries.find(isFromUser));
  const named = gateway.provenance.named(entries, reader);
  return scope ? gateway.vault.restore(scope, named, reader) : named;
}

/** undefined: the key's vault is off. A request with `store: false` is not written to a disk. */
function scopeOf(call: Call, first: () => Entry | undefined): Scope | undefined {
  const setting = call.caller.key?.vault ?? "disk";
  if (setting === "off") return undefined;
  return {
    caller: call.caller.id,
    conversation: call.session ?? guessedConversation(first()),
    session: call.session === undefined ? "guessed" : "named",
    keeps: setting === "memory" || call.body.store === false ? "memory" : "disk",
  };
}

/** The place of a call in its conversation, as hashes alone: an open stream must not hold its call's body. */
export function placeOf(call: Call, ends: () => Ends): Place | undefined {
  const { first, front, before } = ends();
  const scope = scopeOf(call, () => first);
  if (!scope) return undefined;
  const whole = before && behindsOf(before).at(-1)?.whole();
  return { ...scope, front: frontOf(front), ...(whole !== undefined && { whole }) };
}

/** Of a call whose bytes pass: one that cannot be decoded has no place, and its vendor reports what is wrong with it. What is kept of the answer decides how much of the call is read. */
export function placeOfBytes(call: Call, kept: Kept): Place | undefined {
  try {
    const whole = (): readonly Entry[] => call.decoded().value.entries;
    return placeOf(call, () => (kept === "whole" ? endsOfEntries(whole()) : endsIn(call.body, call.dialect, whole)));
  } catch {
    return undefined;
  }
}

/** Whether the answer of a call whose bytes pass is worth keeping: the model will demand its reasoning back, and the client may drop it. Any other answer leaves only its trace. */
export const isKeptNatively = ({ call, target }: Attempt): boolean =>
  target.addressee.traits.reasoningRequired ||
  (sealsCalls(target) && hasTools(call.body)) ||
  (demandsThoughts(target) && !returnsThoughts(call.client) && thinksWithTools(call, target));

/** Whether the client dropped reasoning that the vendor demands. The vault may have it, but cannot put it into bytes that pass. */
export const wantsReasoningBack = ({ call, target }: Attempt): boolean =>
  (target.addressee.traits.reasoningRequired || (demandsThoughts(target) && thoughtsOf(call, target).lacksSeal)) &&
  willLackReasoning(call.decoded().value, target, call.plan.forcedEffort);

/** The same for a vendor that accepts a turn without its reasoning: bytes pass unless the vault has what the caller dropped. */
export async function hasDroppedSeals(attempt: Attempt): Promise<boolean> {
  const { call, target } = attempt;
  if (!readsDetails(target) || !thoughtsOf(call, target).lacksSeal) return false;
  const sealsIn = (entries: readonly Entry[]): number =>
    entries.filter((entry) => "seal" in entry && entry.seal && canRead(target.reader, entry.seal)).length;
  return sealsIn(await restored(attempt)) > sealsIn(call.decoded().value.entries);
}

/** Chat: seals are fields beside the calls, and a client may not know those fields. */
const sealsCalls = (target: Target): boolean => target.addressee.traits.signedCalls === true || readsDetails(target);

const readsDetails = ({ addressee, capabilities }: Target): boolean =>
  addressee.traits.reasoningReplay === "reasoning_details" && capabilities.thinking !== "none";

const hasTools = ({ tools }: JsonObject): boolean => isList(tools) && tools.length > 0;

/** Whether the body holds another vendor's seal, unwrapped. This vendor answers it with a 400, so the translated lane leaves it out. */
export const holdsForeignSeal = ({ call, target }: Attempt): boolean =>
  call.gateway.provenance.isMixed(target.reader) &&
  thoughtsOf(call, target).mayHoldSeal &&
  call.gateway.provenance.holdsForeign(call.decoded().value.entries, target.reader);

/** Whether the body holds thinking with an empty signature: a client replays it of another vendor's model, which does not sign. */
export const holdsUnsignedThinking = ({ call, target }: Attempt): boolean =>
  target.capabilities.signsThinking === true && thoughtsOf(call, target).isUnsigned;

/** A look at the body decides without decoding it: clients that replay their thinking, as most do, stay on the native lane. */
const thoughtsOf = ({ body }: Call, { dialect }: Target): Thoughts => DIALECTS[dialect].thoughts(body);

/** Whether the tool loop under way came back without any reasoning. A body that cannot be read lacks none: its vendor says what is wrong with it. */
export function lacksThoughts({ call, target }: Attempt): boolean {
  try {
    return thoughtsOf(call, target).lacksSeal && lacksReasoning(call.decoded().value.entries, () => true);
  } catch {
    return false;
  }
}

/** Thinking with a budget: each call of the running tool loop must come back behind its signed thinking. */
const demandsThoughts = ({ capabilities }: Target): boolean =>
  capabilities.signsThinking === true && capabilities.thinking === "budget";

function thinksWithTools({ body, plan }: Call, { config, dialect, addressee }: Target): boolean {
  const isSet = (plan.forcedEffort ?? config.effort ?? config.budgetTokens) !== undefined;
  return hasTools(body) && (isSet || DIALECTS[dialect].settings.read(body, addressee.traits).reasoning?.mode === "on");
}
