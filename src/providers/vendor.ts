/** A vendor runs an endpoint. What a row of catalog.ts says, and the defaults of each dialect where a row is silent. */
import type { ProviderConfig } from "../config/config.ts";
import type { VendorFacts } from "../config/vendor.ts";
import { ANTHROPIC_MESSAGES } from "../dialects/anthropic-messages/id.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Traits } from "../dialects/traits.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Framing } from "../wire/framing.ts";
import { SSE } from "../wire/sse.ts";
import { type Address, messagesUnder, underBase } from "./address.ts";
import { type Auth, BEARER } from "./auth.ts";
import type { Maker } from "./provider.ts";

export interface Vendor extends VendorFacts {
  /** As a person knows it. */
  readonly title: string;
  /** Of a target that names none. */
  readonly dialect: DialectId;
  /** The same where the model decides. */
  readonly dialectOf?: (maker: Maker | undefined, provider: ProviderConfig) => DialectId;
  readonly traits: Overrides<Traits>;
  readonly transports?: Overrides<Transport>;
  /** It counts the tokens of a Messages body. */
  readonly countsTokens?: true;
  /** Its list of models holds what could be deployed, and not the names that it answers to. */
  readonly listsDeployable?: true;
  /** The models that it serves are all of this maker: a deployment called `prod` behind the name `gpt-5` is a gpt-5. */
  readonly serves?: Exclude<Maker, "other">;
  /** On its own hosts one account reads what another one sealed. */
  readonly sharesSeals?: true;
  /** Top-level Chat fields that it answers with a 400 or 422. */
  readonly refusesFields?: readonly string[];
  /** What a catalogue or a client may put before the vendor's model names: `openai/gpt-5`. */
  readonly prefixes: readonly string[];
}

/** How a dialect is carried to a vendor: where, with which credentials, in which framing. */
export interface Transport {
  readonly address: Address;
  readonly auth: Auth;
  readonly framing: Framing;
}

/** What is other than usual in a dialect. */
type Overrides<T> = Readonly<Partial<Record<DialectId, Partial<T>>>>;

const OPENAI: Transport = { address: underBase, auth: BEARER, framing: SSE };

/** Other dialects than those that OpenAI's SDKs speak, where a row is silent. */
const USUAL: Overrides<Transport> = { [ANTHROPIC_MESSAGES]: { address: messagesUnder("/v1") } };

/** What a deployment of the vendor takes of a dialect, before the model's own row narrows it. */
export const traitsOf = (vendor: Vendor, dialect: DialectId): Traits => ({
  ...DIALECTS[dialect].traits,
  ...vendor.traits[dialect],
});

export const transportOf = (vendor: Vendor, dialect: DialectId): Transport => ({
  ...OPENAI,
  ...USUAL[dialect],
  ...vendor.transports?.[dialect],
});
