/** Vendors, as rows: where they answer, how a key is shown, and what their deployments take of a dialect. A new compatible vendor is one row. */
import { responsesFault } from "../config/base-url.ts";
import type { ProviderConfig } from "../config/config.ts";
import { NATIVE_GPT } from "../config/env/azure.ts";
import { isOfDomain } from "../wire/host.ts";
import { azureChat, azureResponses, messagesUnder, underV1 } from "./address.ts";
import { API_KEY, X_API_KEY } from "./auth.ts";
import { ANTHROPIC_MESSAGES } from "../dialects/anthropic-messages/id.ts";
import { OPENAI_CHAT } from "../dialects/openai-chat/id.ts";
import { OPENAI_RESPONSES } from "../dialects/openai-responses/id.ts";
import { OPENAI_TOOLS, OPENAI_TRAITS } from "../dialects/openai-traits.ts";
import type { Vendor } from "./vendor.ts";

const vendor = (row: Partial<Vendor> & Pick<Vendor, "id" | "title">): Vendor => ({
  kind: "openai-compatible",
  keyVariables: [],
  dialect: OPENAI_CHAT,
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
    dialect: OPENAI_RESPONSES,
    // Claude has an endpoint of its own, other makers' models speak Chat, and Responses began with 2025-03-01-preview.
    dialectOf: (maker, { kind, apiVersion }) => {
      if (maker === "anthropic") return ANTHROPIC_MESSAGES;
      return maker === "other" || responsesFault(kind, apiVersion) ? OPENAI_CHAT : OPENAI_RESPONSES;
    },
    hosts: ["openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"],
    traits: { [OPENAI_CHAT]: OPENAI_TRAITS },
    transports: {
      [OPENAI_CHAT]: { address: azureChat, auth: API_KEY },
      [OPENAI_RESPONSES]: { address: azureResponses, auth: API_KEY },
      // https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
      [ANTHROPIC_MESSAGES]: { address: messagesUnder("/anthropic/v1"), auth: X_API_KEY },
    },
    countsTokens: true,
    listsDeployable: true,
    serves: "openai",
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
    dialect: OPENAI_RESPONSES,
    hosts: ["api.openai.com"],
    traits: { [OPENAI_CHAT]: OPENAI_TRAITS },
    serves: "openai",
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
    dialect: ANTHROPIC_MESSAGES,
    hosts: ["api.anthropic.com"],
    // Its SDKs offer threads at no other vendor that serves Claude: @anthropic-ai/sdk 1.12.0, _supportsMessageThreads.
    traits: { [ANTHROPIC_MESSAGES]: { threads: true } },
    transports: {
      [OPENAI_CHAT]: { auth: X_API_KEY },
      [OPENAI_RESPONSES]: { auth: X_API_KEY },
      [ANTHROPIC_MESSAGES]: { auth: X_API_KEY },
    },
    countsTokens: true,
    serves: "anthropic",
    // "compatible across platforms": https://platform.claude.com/docs/en/build-with-claude/extended-thinking
    sharesSeals: true,
    models: ["claude-*"],
    listed: ["claude-sonnet-5", "claude-opus-5-5", "claude-haiku-5-5"],
    prefixes: ["anthropic/"],
  },
  vendor({
    id: "kimi",
    title: "Kimi (Moonshot AI)",
    kind: "kimi",
    baseUrl: "https://api.moonshot.ai/v1",
    keyVariables: ["KIMI_API_KEY", "MOONSHOT_API_KEY"],
    keyMeaning: "Your key at Moonshot: kimi-* and kimi-k2-thinking.",
    hosts: ["api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"],
    // Thinking is a switch and comes back as reasoning_content: https://platform.kimi.ai/docs/api/models-overview
    traits: { [OPENAI_CHAT]: { effortField: "thinking", reasoningReplay: "reasoning_content", cacheKey: true } },
    transports: { [ANTHROPIC_MESSAGES]: { address: messagesUnder("/anthropic/v1") } },
    models: ["kimi-*", "moonshot-*"],
    listed: ["kimi-k2-thinking"],
    sizes: { big: "kimi-k2-thinking", small: "kimi-k2-thinking" },
    prefixes: ["moonshotai/", "moonshot/", "kimi/"],
  }),
  vendor({
    id: "aimlapi",
    title: "AI/ML API",
    baseUrl: "https://api.aimlapi.com/v1",
    keyVariables: ["AIMLAPI_KEY", "AIMLAPI_API_KEY", "AIML_API_KEY"],
    keyMeaning: "Your key at AI/ML API: every name that no other vendor claims.",
    hosts: ["aimlapi.com"],
    // Many makers behind one door; what one of them refuses is refused here.
    traits: { [OPENAI_CHAT]: { reasoningReplay: "none", toolSchemas: OPENAI_TOOLS } },
    listed: ["google/gemini-2.5-pro"],
    catchAll: true,
  }),
  vendor({
    id: "deepseek",
    title: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    keyVariables: ["DEEPSEEK_API_KEY"],
    keyMeaning: "Your key at DeepSeek: deepseek-*.",
    hosts: ["api.deepseek.com"],
    // thinking:{type} turns it on and off; a turn with calls needs its reasoning_content back, "even empty": https://api-docs.deepseek.com/guides/thinking_mode
    traits: {
      [OPENAI_CHAT]: {
        effortField: "thinking",
        reasoningReplay: "reasoning_content",
        parallelSwitch: false,
        jsonSchema: "json_object",
      },
    },
    transports: { [ANTHROPIC_MESSAGES]: { address: messagesUnder("/anthropic/v1") } },
    models: ["deepseek-*"],
    listed: ["deepseek-chat", "deepseek-reasoner"],
    sizes: { big: "deepseek-chat", small: "deepseek-chat" },
    prefixes: ["deepseek/", "deepseek-ai/"],
  }),
  vendor({
    id: "groq",
    title: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    keyVariables: ["GROQ_API_KEY"],
    keyMeaning: "Your key at Groq: every name that no other vendor claims.",
    hosts: ["api.groq.com"],
    // Reasoning is in `reasoning` (recording corpus groq), fields it does not know are a 400: https://console.groq.com/docs/openai
    traits: { [OPENAI_CHAT]: { reasoningReplay: "reasoning", maxTokensField: "max_completion_tokens" } },
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
  vendor({
    id: "mistral",
    title: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    keyVariables: ["MISTRAL_API_KEY"],
    keyMeaning: "Your key at Mistral: mistral-*, codestral-* and others.",
    hosts: ["api.mistral.ai"],
    // "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9" (mistral-common validator). Thinking is a list inside content.
    // Usage comes unasked on the last chunk (recording corpus mistral); unknown fields are a 422: https://docs.mistral.ai/api
    traits: {
      [OPENAI_CHAT]: {
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
  vendor({
    id: "xai",
    title: "xAI",
    baseUrl: "https://api.x.ai/v1",
    keyVariables: ["XAI_API_KEY"],
    keyMeaning: "Your key at xAI: grok-*.",
    hosts: ["api.x.ai"],
    // reasoning_content is shown and not read back; the completion count leaves reasoning out (recording corpus xai).
    traits: { [OPENAI_CHAT]: { maxTokensField: "max_completion_tokens" } },
    models: ["grok-*"],
    listed: ["grok-code-fast-1"],
    sizes: { big: "grok-code-fast-1", small: "grok-code-fast-1" },
    prefixes: ["x-ai/", "xai/"],
  }),
  vendor({
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
      [OPENAI_CHAT]: {
        effortField: "reasoning",
        reasoningReplay: "reasoning_details",
        cacheMarks: true,
        toolSchemas: OPENAI_TOOLS,
      },
    },
    catchAll: true,
    prefixes: ["openrouter/"],
  }),
  vendor({
    id: "gemini",
    title: "Google Gemini (OpenAI-compatible)",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    keyVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    keyMeaning: "Your key at Google: gemini-*, over its OpenAI-compatible endpoint.",
    hosts: ["generativelanguage.googleapis.com"],
    // https://ai.google.dev/gemini-api/docs/openai; seals: …/docs/thought-signatures#openai
    traits: { [OPENAI_CHAT]: { parallelSwitch: false, extraContent: true } },
    refusesFields: ["prompt_cache_key", "prompt_cache_retention", "store", "verbosity", "logit_bias"],
    models: ["gemini-*", "gemma-*"],
    listed: ["gemini-2.5-pro"],
    sizes: { big: "gemini-2.5-pro", small: "gemini-2.5-flash" },
    prefixes: ["google/", "gemini/", "models/"],
  }),
  vendor({
    id: "ollama",
    title: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    hosts: ["localhost:11434", "127.0.0.1:11434", "ollama.com"],
    // It needs no key; a proxy in front of it may.
    keyVariables: ["OLLAMA_API_KEY"],
    keyMeaning: "Any value: Ollama on this machine (port 11434) gets every name that no other vendor claims.",
    // https://docs.ollama.com/api/openai-compatibility
    traits: { [OPENAI_CHAT]: { reasoningReplay: "reasoning", parallelSwitch: false } },
    catchAll: true,
    prefixes: ["ollama/"],
  }),
  vendor({
    id: "vllm",
    title: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    hosts: ["localhost:8000", "127.0.0.1:8000"],
    keyVariables: ["VLLM_API_KEY"],
    keyMeaning: "The same for vLLM on port 8000.",
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    traits: { [OPENAI_CHAT]: { reasoningReplay: "reasoning_content" } },
    catchAll: true,
    prefixes: ["vllm/"],
  }),
  vendor({
    id: "lmstudio",
    title: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    hosts: ["localhost:1234", "127.0.0.1:1234"],
    // https://lmstudio.ai/docs/developer/openai-compat
    traits: { [OPENAI_CHAT]: { parallelSwitch: false } },
    prefixes: ["lmstudio/"],
  }),
  // A vendor that is not in the list may serve Gemini, whose signatures travel in extra_content.
  vendor({
    id: "generic",
    title: "any OpenAI-compatible vendor",
    traits: { [OPENAI_CHAT]: { extraContent: true } },
  }),
  vendor({
    id: "simulator",
    title: "the simulator",
    kind: "simulator",
    dialect: OPENAI_RESPONSES,
    traits: {
      [OPENAI_CHAT]: { ...OPENAI_TRAITS, reasoningReplay: "reasoning_content" },
      [ANTHROPIC_MESSAGES]: { midSystem: true, threads: true },
    },
    transports: { [OPENAI_CHAT]: { address: underV1 }, [OPENAI_RESPONSES]: { address: underV1 } },
    countsTokens: true,
    models: ["sim-*"],
  }),
];

const BY_ID = new Map(VENDORS.map((vendor) => [vendor.id, vendor]));

export const vendorById = (id: string): Vendor | undefined => BY_ID.get(id);

/** The row of a provider: by its kind; of an openai-compatible one by its `vendor`, else by its host, else the generic row. */
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
    (vendor) => vendor.kind === "openai-compatible" && vendor.hosts.some((known) => isOfDomain(host, known)),
  );
}
