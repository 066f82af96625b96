/** A vendor: who runs an endpoint. What a row of catalog.ts says, and what holds of each dialect where a row is silent. */
import type { ProviderConfig } from "../config/config.ts";
import type { VendorFacts } from "../config/vendor.ts";
import type { Traits } from "../dialects/dialect.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { ToolRules } from "../ir/tool-schema.ts";
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
  /** A name in the vendor's own catalogue may stand behind this: `openai/gpt-5`. */
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

const ANY_ID = /^[^\u0000-\u001f]+$/;
// OpenAI: "Expected an ID that contains letters, numbers, underscores, or dashes". Anthropic: ^[a-zA-Z0-9_-]+$.
const PLAIN_ID = /^[a-zA-Z0-9_-]+$/;

/** "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level", "array schema missing items". */
export const OPENAI_TOOLS: ToolRules = {
  notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]),
  needsItems: true,
};

/** Chat as OpenAI has it. https://platform.openai.com/docs/api-reference/chat/create */
export const OPENAI_CHAT: Traits = {
  developerRole: true,
  midSystem: true,
  customTools: true,
  maxTokensField: "max_completion_tokens",
  reasoningReplay: "none",
  reasoningRequired: false,
  imageResults: false,
  images: true,
  strictTools: true,
  toolSchemas: OPENAI_TOOLS,
  parallelSwitch: true,
  usageChunk: true,
  effortField: "reasoning_effort",
  jsonSchema: "json_schema",
  cacheKey: true,
  // "tool_calls[0].id: string too long. Expected a string with maximum length 40": of Chat only.
  callIdLengthMax: 40,
  callIdPattern: PLAIN_ID,
  stop: true,
};

/** Chat as most others have it: OpenAI's of 2024. A field that only some know is not sent. */
const COMPATIBLE_CHAT: Traits = {
  ...OPENAI_CHAT,
  developerRole: false,
  customTools: false,
  maxTokensField: "max_tokens",
  strictTools: false,
  toolSchemas: { ...OPENAI_TOOLS, notAtTop: new Set() },
  cacheKey: false,
  callIdLengthMax: 256,
  callIdPattern: ANY_ID,
};

/** https://platform.openai.com/docs/api-reference/responses/create. Call ids: Azure refuses more than 64 characters (facts: a seed's issue 32). */
const RESPONSES: Traits = { ...OPENAI_CHAT, imageResults: true, callIdLengthMax: 64, stop: false };

/** https://platform.claude.com/docs/en/api/messages. Which models know system turns is in model-rows.ts. */
const MESSAGES: Traits = {
  ...OPENAI_CHAT,
  developerRole: false,
  midSystem: false,
  customTools: false,
  maxTokensField: "max_tokens",
  // "input_schema does not support oneOf, allOf, or anyOf at the top level".
  toolSchemas: { notAtTop: new Set(["oneOf", "anyOf", "allOf"]), needsItems: false },
  imageResults: true,
  effortField: "none",
  cacheKey: false,
  callIdLengthMax: 64,
};

interface Usual {
  readonly traits: Traits;
  readonly transport: Transport;
}

const OPENAI: Transport = { address: underBase, auth: BEARER, framing: SSE };

const USUAL: Readonly<Record<DialectId, Usual>> = {
  "openai-chat": { traits: COMPATIBLE_CHAT, transport: OPENAI },
  "openai-responses": { traits: RESPONSES, transport: OPENAI },
  "anthropic-messages": { traits: MESSAGES, transport: { ...OPENAI, address: messagesUnder("/v1") } },
};

/** What a deployment of the vendor takes of a dialect, before the model's own row narrows it. */
export const traitsOf = (vendor: Vendor, dialect: DialectId): Traits => ({
  ...USUAL[dialect].traits,
  ...vendor.traits[dialect],
});

export const transportOf = (vendor: Vendor, dialect: DialectId): Transport => ({
  ...USUAL[dialect].transport,
  ...vendor.transports?.[dialect],
});
