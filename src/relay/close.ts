/** The one end of a call: what is known then goes into its record, reasoning into the vault, and the record to the sinks. */
import { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { NO_COST, UNKNOWN_COST } from "../cost/cost.ts";
import { costOf, sumOfCosts } from "../cost/cost-of.ts";
import type { Cost } from "../cost/cost.ts";
import type { PricedTarget } from "../cost/price-book.ts";
import { toldTotals } from "../ir/usage.ts";
import type { ModelRequest } from "../ir/request.ts";
import { withoutAttribution } from "../clients/claude-code.ts";
import type { Recorder, Unanswered } from "../ledger/ledger.ts";
import { vendorOf } from "../providers/catalog.ts";
import { countsTokens } from "../providers/endpoint.ts";
import type { MeteredModel } from "../providers/token-meter.ts";
import type { Target } from "../routing/target.ts";
import type { Place } from "../vault/place.ts";
import type { Attempt, Call, Gateway } from "./call.ts";
import { inputAlone, usedBy } from "./estimate.ts";
import type { Upstream } from "./upstream.ts";
import type { Watch } from "./watch.ts";

/** What is known of an answer when it ends. */
export interface Ending {
  readonly target: Target;
  readonly watch: Watch;
  readonly losses: readonly Loss[];
  readonly requestBytes: number;
  /** About how many tokens of a stream's text passed that the watch did not see. */
  unseenTokens(): number;
  readonly place?: Place;
  readonly sample?: TokenSample;
}

/** A call whose bill teaches the local count of tokens. */
export interface TokenSample {
  readonly of: MeteredModel;
  readonly bytes: number;
  request(): ModelRequest;
}

/** What closes a call: kept by an open stream in place of the call. */
export interface Closing {
  readonly gateway: Gateway;
  readonly record: Recorder;
  /** The dialect of the answer. */
  readonly reply: DialectId;
}

/** The error of a call whose client is gone. */
export const LEFT = new GatewayError("aborted", "the caller went away");

/** `status`: what the caller got; 499 when it was gone. `error`: why there is no whole answer, where the answer itself does not hold the reason. */
export function closeCall(closing: Closing, status: number, ending?: Ending, error?: GatewayError): void {
  const fault = error ?? ending?.watch.error;
  if (ending) settle(closing, ending, fault);
  const own = ending ? costAt(closing, ending.target) : costOfFailure(closing, fault);
  closing.record.draft.cost = sumOfCosts([own, ...closing.record.billed()]);
  if (!fault) closing.record.close("ended", status);
  else closing.record.close(fault.kind === "aborted" ? "abandoned" : "failed", status, fault);
}

/** Usage and losses for the record, reasoning for the vault, tokens for the local count. */
function settle({ gateway, record, reply }: Closing, ending: Ending, fault: GatewayError | undefined): void {
  const { watch, losses, place, sample, target } = ending;
  const of = { provider: target.provider.name, model: target.model };
  record.draft.usage = usedBy({ ...ending, of, fault }, gateway.tokens);
  record.draft.tools = watch.tools;
  if (watch.id !== undefined) record.draft.upstreamId = watch.id;
  if (watch.stopReason !== undefined) record.draft.stopReason = watch.stopReason;
  const kept = watch.forVault();
  const isKept = place !== undefined && kept !== undefined;
  if (isKept) gateway.vault.remember(place, kept.answer, kept.seen);
  // A seal that the vault keeps is not lost: the vault puts it back.
  record.lost.answer(isKept ? losses.filter(({ feature }) => feature !== "seal") : losses);
  for (const seal of watch.seals()) if (seal.dialect === reply) gateway.provenance.note(seal);
  if (sample) learnTokens(sample, record, gateway);
}

/** Of what was used, at the prices of its end. An answer without a bill costs nobody knows what. */
function costAt({ gateway, record: { draft } }: Closing, target: Target): Cost {
  if (draft.usage.source === "none") return UNKNOWN_COST;
  return costOf(draft.usage, gateway.prices.of(pricedOf(target)), gateway.clock());
}

/** What an attempt reported before it failed; undefined: nothing. */
export function billedFor({ watch, attempt: { call, target } }: Upstream): Cost | undefined {
  const { usage } = watch;
  if (usage.source !== "reported") return undefined;
  return costOf(usage, call.gateway.prices.of(pricedOf(target)), call.gateway.clock());
}

/** A target as the price book looks it up. */
export function pricedOf({ provider, model, baseModel, config: { prices } }: Target): PricedTarget {
  const of = { provider, vendor: vendorOf(provider).id, model, ...(baseModel !== undefined && { baseModel }) };
  return prices ? { ...of, prices } : of;
}

/** What no target was asked, what a vendor refuses and a mere count are on no bill. Who leaves while one is thinking has its input on his. */
function costOfFailure({ record }: Closing, fault: GatewayError | undefined): Cost {
  const { draft } = record;
  if (draft.provider === undefined || draft.kind === "count") return NO_COST;
  const left = record.unanswered();
  if (left) {
    draft.usage = left.usage;
    return left.cost;
  }
  const isTold = record.billed().length > 0;
  return isTold || record.wasRefused() || fault?.details.upstream !== undefined ? NO_COST : UNKNOWN_COST;
}

/** Of an answer that nobody waited for: its input, by the size of the request. */
export function unansweredAt({ call, target }: Attempt): Unanswered {
  const { tokens, prices, clock } = call.gateway;
  const of = { provider: target.provider.name, model: target.model };
  const usage = inputAlone(Math.ceil(tokens.roughly(of, call.bytes.byteLength)));
  return { usage, cost: costOf(usage, prices.of(pricedOf(target)), clock()) };
}

/** Where the vendor has no counter of its own, its bill teaches the local one. Only some calls are sampled. */
export function tokenSample(call: Call, target: Target): TokenSample | undefined {
  if (countsTokens(target.provider, target.dialect)) return undefined;
  const of = { provider: target.provider.name, model: target.model };
  const bytes = call.bytes.byteLength;
  if (!call.gateway.tokens.wants(of, bytes)) return undefined;
  return { of, bytes, request: () => withoutAttribution(call.decoded().value).value };
}

function learnTokens({ of, bytes, request }: TokenSample, { draft }: Recorder, { tokens }: Gateway): void {
  const { usage } = draft;
  // The prompt of a later round holds more than the caller sent.
  if (usage.source !== "reported" || usage.lines.some(({ kind }) => kind === "round")) return;
  tokens.learn(of, { request, bytes, billed: toldTotals(usage).prompt });
}
