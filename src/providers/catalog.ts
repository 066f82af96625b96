/** Vendors, as rows: where they answer, how a key is shown, and what their deployments take of a dialect. A new compatible vendor is one row. */
import type { ProviderConfig } from "../config/config.ts";
import { NATIVE_GPT } from "../config/env-azure.ts";
import type { VendorFacts } from "../config/vendor.ts";
import type { Traits } from "../dialects/dialect.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { ToolRules } from "../ir/tool-schema.ts";

export interface Vendor extends VendorFacts {
  /** As a person knows it. */
  readonly title: string;
  readonly auth: Auth;
  readonly dialect: DialectId;
  /** Where its Messages endpoint stands, instead of `/v1`. */
  readonly messagesPath?: string;
  /** It counts the tokens of a Messages body. */
  readonly countsTokens?: true;
  /** Its list of models holds what could be deployed, and not the names that it answers to. */
  readonly listsDeployable?: true;
  readonly traits: Readonly<Partial<Record<DialectId, Partial<Traits>>>>;
  /** Top-level Chat fields that it answers with a 400 or 422. */
  readonly refusesFields?: readonly string[];
  /** A name in the vendor's own catalogue may stand behind this: `openai/gpt-5`. */
  readonly prefixes: readonly string[];
}
export type Auth = "bearer" | "api-key" | "x-api-key" | "none";

const ANY_ID = /^[^\u0000-\u001f]+$/;
// OpenAI: "Expected an ID that contains letters, numbers, underscores, or dashes". Anthropic: ^[a-zA-Z0-9_-]+$.
const PLAIN_ID = /^[a-zA-Z0-9_-]+$/;

/** "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level", "array schema missing items". */
const OPENAI_TOOLS: ToolRules = {
  notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]),
  needsItems: true,
};

/** Chat as OpenAI has it. https://platform.openai.com/docs/api-reference/chat/create */
const OPENAI_CHAT: Traits = {
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

/** https://platform.claude.com/docs/en/api/messages. Which models know system turns stands in models.ts. */
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

const BASE: Readonly<Record<DialectId, Traits>> = {
  "openai-chat": COMPATIBLE_CHAT,
  "openai-responses": RESPONSES,
  "anthropic-messages": MESSAGES,
};

const compatible = (row: Partial<Vendor> & Pick<Vendor, "id" | "title">): Vendor => ({
  kind: "openai-compatible",
  keyVariables: [],
  auth: "bearer",
  dialect: "openai-chat",
  hosts: [],
  traits: {},
  models: [],
  prefixes: [],
  ...row,
});

/**
 * The order of the rows decides where several could answer: for a name that two claim (`gpt-*`: Azure before OpenAI), for
 * Claude's sizes, and for `*`. catalog.test.ts has the order of each.
 */
export const VENDORS: readonly Vendor[] = [
  {
    id: "azure",
    title: "Azure OpenAI",
    kind: "azure",
    keyVariables: ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
    auth: "api-key",
    dialect: "openai-responses",
    hosts: ["openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"],
    // https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
    messagesPath: "/anthropic/v1",
    countsTokens: true,
    listsDeployable: true,
    traits: { "openai-chat": OPENAI_CHAT },
    models: ["gpt-*", "o1*", "o3*", "o4*"],
    prefixes: ["azure/"],
  },
  {
    id: "openai",
    title: "OpenAI",
    kind: "openai",
    baseUrl: "https://api.openai.com/v1",
    keyVariables: ["OPENAI_API_KEY"],
    keyMeaning: "Your key at OpenAI: gpt-* and o*, where no Azure is set.",
    auth: "bearer",
    dialect: "openai-responses",
    hosts: ["api.openai.com"],
    traits: { "openai-chat": OPENAI_CHAT },
    models: ["gpt-*", "o1*", "o3*", "o4*", "chatgpt-*", "codex-*"],
    listed: NATIVE_GPT,
    sizes: { big: "gpt-5", small: "gpt-5-mini" },
    prefixes: ["openai/"],
  },
  {
    id: "anthropic",
    title: "Anthropic",
    kind: "anthropic",
    baseUrl: "https://api.anthropic.com",
    keyVariables: ["ANTHROPIC_API_KEY"],
    keyMeaning: "Your key at Anthropic: claude-*.",
    auth: "x-api-key",
    dialect: "anthropic-messages",
    hosts: ["api.anthropic.com"],
    countsTokens: true,
    // Its SDKs offer threads at no other vendor that serves Claude: @anthropic-ai/sdk 1.12.0, _supportsMessageThreads.
    traits: { "anthropic-messages": { threads: true } },
    models: ["claude-*"],
    listed: ["claude-sonnet-5", "claude-opus-5-5", "claude-haiku-5-5"],
    prefixes: ["anthropic/"],
  },
  {
    id: "kimi",
    title: "Kimi (Moonshot AI)",
    kind: "kimi",
    baseUrl: "https://api.moonshot.ai/v1",
    keyVariables: ["KIMI_API_KEY", "MOONSHOT_API_KEY"],
    keyMeaning: "Your key at Moonshot: kimi-* and kimi-k2-thinking.",
    auth: "bearer",
    dialect: "openai-chat",
    hosts: ["api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"],
    messagesPath: "/anthropic/v1",
    // Thinking is a switch and comes back as reasoning_content: https://platform.kimi.ai/docs/api/models-overview
    traits: { "openai-chat": { effortField: "thinking", reasoningReplay: "reasoning_content", cacheKey: true } },
    models: ["kimi-*", "moonshot-*"],
    listed: ["kimi-k2-thinking"],
    sizes: { big: "kimi-k2-thinking", small: "kimi-k2-thinking" },
    prefixes: ["moonshotai/", "moonshot/", "kimi/"],
  },
  compatible({
    id: "aimlapi",
    title: "AI/ML API",
    baseUrl: "https://api.aimlapi.com/v1",
    keyVariables: ["AIMLAPI_KEY", "AIMLAPI_API_KEY", "AIML_API_KEY"],
    keyMeaning: "Your key at AI/ML API: every name that no other vendor claims.",
    hosts: ["aimlapi.com"],
    // Many makers behind one door; what one of them refuses is refused here.
    traits: { "openai-chat": { reasoningReplay: "none", toolSchemas: OPENAI_TOOLS } },
    listed: ["google/gemini-2.5-pro"],
    catchAll: true,
  }),
  compatible({
    id: "deepseek",
    title: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    keyVariables: ["DEEPSEEK_API_KEY"],
    keyMeaning: "Your key at DeepSeek: deepseek-*.",
    hosts: ["api.deepseek.com"],
    messagesPath: "/anthropic/v1",
    // thinking:{type} turns it on and off; a turn with calls needs its reasoning_content back, "even empty": https://api-docs.deepseek.com/guides/thinking_mode
    traits: {
      "openai-chat": {
        effortField: "thinking",
        reasoningReplay: "reasoning_content",
        parallelSwitch: false,
        jsonSchema: "json_object",
      },
    },
    models: ["deepseek-*"],
    listed: ["deepseek-chat", "deepseek-reasoner"],
    sizes: { big: "deepseek-chat", small: "deepseek-chat" },
    prefixes: ["deepseek/", "deepseek-ai/"],
  }),
  compatible({
    id: "groq",
    title: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    keyVariables: ["GROQ_API_KEY"],
    keyMeaning: "Your key at Groq: every name that no other vendor claims.",
    hosts: ["api.groq.com"],
    // Reasoning is in `reasoning` (recording corpus groq), fields it does not know are a 400: https://console.groq.com/docs/openai
    traits: { "openai-chat": { reasoningReplay: "reasoning", maxTokensField: "max_completion_tokens" } },
    refusesFields: [
      "logprobs",
      "top_logprobs",
      "logit_bias",
      "prompt_cache_key",
      "prompt_cache_retention",
      "store",
      "verbosity",
      "metadata",
    ],
    catchAll: true,
    prefixes: ["groq/"],
  }),
  compatible({
    id: "mistral",
    title: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    keyVariables: ["MISTRAL_API_KEY"],
    keyMeaning: "Your key at Mistral: mistral-*, codestral-* and others.",
    hosts: ["api.mistral.ai"],
    // "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9" (mistral-common validator). Thinking is a list inside content.
    // Usage comes unasked on the last chunk (recording corpus mistral); unknown fields are a 422: https://docs.mistral.ai/api
    traits: {
      "openai-chat": {
        callIdLengthMax: 9,
        callIdPattern: /^[a-zA-Z0-9]{9}$/,
        usageChunk: false,
        reasoningReplay: "none",
      },
    },
    refusesFields: [
      ...[
        "stream_options",
        "max_completion_tokens",
        "prompt_cache_key",
        "prompt_cache_retention",
        "store",
        "verbosity",
      ],
      ...["seed", "logprobs", "top_logprobs", "logit_bias", "user", "service_tier"],
    ],
    models: ["mistral-*", "magistral-*", "codestral-*", "devstral-*", "ministral-*", "pixtral-*", "open-mistral-*"],
    listed: ["mistral-small-latest"],
    prefixes: ["mistralai/", "mistral/"],
  }),
  compatible({
    id: "xai",
    title: "xAI",
    baseUrl: "https://api.x.ai/v1",
    keyVariables: ["XAI_API_KEY"],
    keyMeaning: "Your key at xAI: grok-*.",
    hosts: ["api.x.ai"],
    // reasoning_content is shown and not read back; the completion count leaves reasoning out (recording corpus xai).
    traits: { "openai-chat": { maxTokensField: "max_completion_tokens" } },
    models: ["grok-*"],
    listed: ["grok-code-fast-1"],
    sizes: { big: "grok-code-fast-1", small: "grok-code-fast-1" },
    prefixes: ["x-ai/", "xai/"],
  }),
  compatible({
    id: "openrouter",
    title: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    keyVariables: ["OPENROUTER_API_KEY"],
    keyMeaning: "Your key at OpenRouter: every name that no other vendor claims.",
    hosts: ["openrouter.ai"],
    // One `reasoning` object for all makers: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens
    // It hands tools on to their makers as they are, OpenAI among them.
    // Seals: …/reasoning-tokens#preserving-reasoning-blocks. Cache marks: https://openrouter.ai/docs/guides/best-practices/prompt-caching
    traits: {
      "openai-chat": {
        effortField: "reasoning",
        reasoningReplay: "reasoning_details",
        cacheMarks: true,
        toolSchemas: OPENAI_TOOLS,
      },
    },
    catchAll: true,
    prefixes: ["openrouter/"],
  }),
  compatible({
    id: "gemini",
    title: "Google Gemini (OpenAI-compatible)",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    keyVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    keyMeaning: "Your key at Google: gemini-*, over its OpenAI-compatible endpoint.",
    hosts: ["generativelanguage.googleapis.com"],
    // https://ai.google.dev/gemini-api/docs/openai; seals: …/docs/thought-signatures#openai
    traits: { "openai-chat": { parallelSwitch: false, extraContent: true } },
    refusesFields: ["prompt_cache_key", "prompt_cache_retention", "store", "verbosity", "logit_bias"],
    models: ["gemini-*", "gemma-*"],
    listed: ["gemini-2.5-pro"],
    sizes: { big: "gemini-2.5-pro", small: "gemini-2.5-flash" },
    prefixes: ["google/", "gemini/", "models/"],
  }),
  compatible({
    id: "ollama",
    title: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    auth: "none",
    hosts: ["localhost:11434", "127.0.0.1:11434", "ollama.com"],
    keyVariables: ["OLLAMA_API_KEY"],
    keyMeaning: "Any value: Ollama on this machine (port 11434) gets every name that no other vendor claims.",
    // https://docs.ollama.com/api/openai-compatibility
    traits: { "openai-chat": { reasoningReplay: "reasoning", parallelSwitch: false } },
    catchAll: true,
    prefixes: ["ollama/"],
  }),
  compatible({
    id: "vllm",
    title: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    hosts: ["localhost:8000", "127.0.0.1:8000"],
    keyVariables: ["VLLM_API_KEY"],
    keyMeaning: "The same for vLLM on port 8000.",
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    traits: { "openai-chat": { reasoningReplay: "reasoning_content" } },
    catchAll: true,
    prefixes: ["vllm/"],
  }),
  compatible({
    id: "lmstudio",
    title: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    hosts: ["localhost:1234", "127.0.0.1:1234"],
    // https://lmstudio.ai/docs/developer/openai-compat
    traits: { "openai-chat": { parallelSwitch: false } },
    prefixes: ["lmstudio/"],
  }),
  // Gemini's signatures may stand behind it.
  compatible({
    id: "generic",
    title: "any OpenAI-compatible host",
    traits: { "openai-chat": { extraContent: true } },
  }),
  {
    id: "simulator",
    title: "the simulator",
    kind: "simulator",
    keyVariables: [],
    auth: "bearer",
    dialect: "openai-responses",
    hosts: [],
    countsTokens: true,
    traits: {
      "openai-chat": { ...OPENAI_CHAT, reasoningReplay: "reasoning_content" },
      "anthropic-messages": { midSystem: true, threads: true },
    },
    models: ["sim-*"],
    prefixes: [],
  },
];

const BY_ID = new Map(VENDORS.map((vendor) => [vendor.id, vendor]));

export const vendorById = (id: string): Vendor | undefined => BY_ID.get(id);

/** The row of a provider: by its kind, else by its `vendor`, else by its host, else the generic one. */
export function vendorOf(provider: Pick<ProviderConfig, "kind" | "vendor" | "baseUrl">): Vendor {
  const known = FOUND.get(provider);
  if (known) return known;
  const { kind, vendor } = provider;
  const row =
    kind === "openai-compatible" ? (BY_ID.get(vendor ?? "") ?? vendorOfHost(provider.baseUrl)) : BY_ID.get(kind);
  const found = row ?? (BY_ID.get("generic") as Vendor);
  FOUND.set(provider, found);
  return found;
}
/** Asked several times for each call; a provider does not change. */
const FOUND = new WeakMap<object, Vendor>();

/** What a deployment of the vendor takes of a dialect, before the model's own row narrows it. */
export const traitsOf = (vendor: Vendor, dialect: DialectId): Traits => ({
  ...BASE[dialect],
  ...vendor.traits[dialect],
});

/** `google/gemini-2.5-pro` → `gemini-2.5-pro`: the name without what a catalogue or a client put before it. */
export function withoutPrefix(name: string): string | undefined {
  const lower = name.toLowerCase();
  for (const prefix of PREFIXES)
    if (lower.startsWith(prefix) && name.length > prefix.length) return name.slice(prefix.length);
  return undefined;
}
const PREFIXES = VENDORS.flatMap((vendor) => vendor.prefixes);

function vendorOfHost(baseUrl: string): Vendor | undefined {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
  return VENDORS.find(
    (vendor) =>
      vendor.kind === "openai-compatible" && vendor.hosts.some((known) => host === known || host.endsWith(`.${known}`)),
  );
}
