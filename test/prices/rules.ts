/** What no price list says in a form that a program reads: each with the page that says it. */
import type { ClockRule, Rates, VendorPrices } from "../../src/cost/price-table.ts";

/** $2.50 per 1,000 calls: https://developers.openai.com/api/docs/pricing (file search). Pages that are fetched cost their tokens alone: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-fetch-tool */
const FILE_SEARCH = 2_500_000_000;
/** They run on the caller's side, or cost the tokens that they bring. */
const FREE_TOOLS = {
  computer_requests: 0,
  local_shell_requests: 0,
  mcp_requests: 0,
  tool_search_requests: 0,
  apply_patch_requests: 0,
  open_page_requests: 0,
  find_in_page_requests: 0,
};
const OPENAI_TOOLS = { file_search_requests: FILE_SEARCH, web_search_requests: 10_000_000_000, ...FREE_TOOLS };

export const VENDORS: Readonly<Record<string, VendorPrices>> = {
  openai: {
    // Codex 0.169 and the API page call the priority tier fast since August 2026; auto is never what served.
    tiers: { fast: "priority", auto: "default", standard: "default" },
    tools: OPENAI_TOOLS,
    // https://developers.openai.com/api/docs/guides/your-data: data residency, 10 % on models since GPT-5.4.
    hosts: { "us.api.openai.com": "us", "eu.api.openai.com": "eu" },
  },
  azure: {
    tiers: { fast: "priority", auto: "default", standard: "default" },
    tools: { ...OPENAI_TOOLS, web_search_requests: 14_000_000_000 },
    // Data zones: https://azure.microsoft.com/pricing/details/azure-openai; a row with its own word wins.
    regions: { us: 1.1, eu: 1.1, global: 1 },
  },
  anthropic: {
    // Priority Tier is bought beforehand; what it serves is counted at the standard rates.
    tiers: { priority: "default", standard: "default" },
    // https://platform.claude.com/docs/en/about-claude/pricing: $10 per 1,000 searches; fetches and tool searches are free, so is code execution beside them.
    tools: { web_search_requests: 10_000_000_000, web_fetch_requests: 0, tool_search_requests: 0 },
  },
  kimi: {},
  deepseek: {},
  groq: { tiers: { on_demand: "default", auto: "default" } },
  mistral: {},
  // $25 per 1,000 sources of Live Search: https://docs.x.ai/docs/guides/live-search
  xai: { tools: { sources: 25_000_000_000, web_search_requests: 5_000_000_000 } },
  gemini: { tiers: { standard: "default" } },
  ollama: { free: "local" },
  vllm: { free: "local" },
  lmstudio: { free: "local" },
  simulator: { free: "always" },
};

export const CLOCKS: Readonly<Record<string, ClockRule>> = {
  // The moment at which a call ends decides.
  peak: {
    hours: [
      ["01:00", "04:00"],
      ["06:00", "10:00"],
    ],
    weekdays: [1, 2, 3, 4, 5],
    zoneHours: 8,
    notOn: "cn",
    from: "2026-08-16T16:00:00Z",
    source: "https://api-docs.deepseek.com/quick_start/pricing",
  },
  night: {
    hours: [["16:30", "00:30"]],
    from: "2025-02-26T16:30:00Z",
    until: "2025-09-05T16:00:00Z",
    source: "https://x.com/deepseek_ai/status/1894710448676884671",
  },
};

/** Where LiteLLM and model-prices differ. history: LiteLLM is behind. always: the other never had it right. Neither: the price changed. */
export const OURS: Readonly<Record<string, "history" | "always">> = {
  // LiteLLM still has the price of V3.1; both names have answered with V4 Flash since 2026-04-25: https://api-docs.deepseek.com/quick_start/pricing
  "deepseek/deepseek-chat": "history",
  "deepseek/deepseek-reasoner": "history",
  "deepseek/deepseek-v3.2": "history",
  // LiteLLM has the price of 2024: https://mistral.ai/pricing/api
  "mistral/open-mistral-nemo": "history",
  // model-prices has the price of a token of video, LiteLLM of text: https://ai.google.dev/gemini-api/docs/pricing
  "gemini/gemini-omni-1.1-flash": "always",
  "gemini/gemini-omni-flash-preview": "always",
};

/** Printed with fewer digits than they have: half of $0.075 is no $0.037 (genai-prices, and https://groq.com/pricing). */
export const EXACT: Readonly<Record<string, Partial<Rates>>> = {
  "groq/openai/gpt-oss-safeguard-20b": { read: 37_500 },
};
