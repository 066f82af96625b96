/** What vendors sealed of one answer, back in the fields that it came in, whoever kept it. Another's is left out and told. */
import type { CallEntry } from "../../ir/request.ts";
import { canRead, type Seal } from "../../ir/seal.ts";
import type { AssistantEntry } from "../../ir/turns.ts";
import type { JsonObject } from "../../wire/json.ts";
import {
  holdsSealOf,
  isSignature,
  readableBy,
  readSealed,
  type Sealed,
  UNSIGNED_EXTRA,
  unsignedDetail,
} from "./seals.ts";
import type { Writing } from "./writing.ts";

export interface TurnSeals {
  readonly details: readonly JsonObject[];
  /** Whose seal stands among them. */
  readonly sent: ReadonlySet<AssistantEntry>;
  /** Of the message itself. */
  readonly extra?: JsonObject;
  readonly extras: ReadonlyMap<CallEntry, JsonObject>;
}

const NO_SEALS: TurnSeals = { details: [], sent: new Set(), extras: new Map() };

export function sealsOf(entries: readonly AssistantEntry[], writing: Writing): TurnSeals {
  const isSealed = entries.some((entry) => "seal" in entry && entry.seal !== undefined);
  if (!isSealed) return withStandIn(NO_SEALS, entries, writing);
  const details: JsonObject[] = [];
  const sent = new Set<AssistantEntry>();
  const extras = new Map<CallEntry, JsonObject>();
  let extra: JsonObject | undefined;
  for (const entry of entries) {
    if (!("seal" in entry) || !entry.seal) continue;
    const sealed = readable(entry.seal, writing);
    if (!sealed || isPart(sealed, entry.seal))
      writing.losses.hint(entry.seal.at ?? writing.said.place(entry), "seal", "dropped", noteOn(entry.kind, writing));
    if (!sealed) continue;
    if ("details" in sealed) {
      for (const detail of sealed.details) details.push(detail);
      sent.add(entry);
    } else if (entry.kind === "call") extras.set(entry, sealed.extra);
    else extra = sealed.extra;
  }
  return withStandIn({ details, sent, extras, ...(extra && { extra }) }, entries, writing);
}

function noteOn(kind: AssistantEntry["kind"], { traits }: Writing): string {
  if (kind !== "reasoning") return `the signature of ${kind === "call" ? "a call" : "an answer"} is of another vendor`;
  return traits.reasoningReplay === "reasoning_details"
    ? "reasoning that another vendor's model sealed"
    : "Chat has no field for a signature or encrypted reasoning";
}

const readable = (seal: Seal, { reader, traits }: Writing): Sealed | undefined =>
  canRead(reader, seal) ? readableBy(traits, seal) : undefined;

/** Some of its entries are another maker's. */
function isPart(sealed: Sealed, seal: Seal): boolean {
  const whole = readSealed(seal);
  return (
    "details" in sealed && whole !== undefined && "details" in whole && sealed.details.length < whole.details.length
  );
}

/** Calls that came from another model, or whose seal nobody has any more: the vendor is told so in its own words. */
function withStandIn(seals: TurnSeals, entries: readonly AssistantEntry[], writing: Writing): TurnSeals {
  if (!writing.traits.signedCalls) return seals;
  const first = entries.find((entry) => entry.kind === "call");
  if (!first) return seals;
  const isInDetails = writing.traits.reasoningReplay === "reasoning_details";
  if (isInDetails ? holdsSealOf(first.callId, seals.details) : isSignature(seals.extras.get(first))) return seals;
  const note =
    "the signature of this call is gone or another model's; the vendor's own word for that stands in its place";
  writing.losses.hint(first, "reasoning-missing", "emulated", note);
  return isInDetails
    ? { ...seals, details: [...seals.details, unsignedDetail(first.callId)] }
    : { ...seals, extras: new Map([...seals.extras, [first, UNSIGNED_EXTRA]]) };
}
