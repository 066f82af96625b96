/**
 * Models, as rows: what each takes and what it refuses. The only place where a model's name is interpreted. Names are
 * compared in lower case, without a maker's prefix and without a date, tag or region behind them (`nameKey`).
 */
import type { Traits } from "../dialects/traits.ts";
import { EFFORTS, SUMMARIES, TRUNCATIONS, VERBOSITIES } from "../ir/choices.ts";
import type { Effort } from "../ir/request.ts";
import type { Capabilities, Maker } from "./provider.ts";
import { withoutPrefix } from "./catalog.ts";

export interface ModelRow {
  /** Anchored. The first row that matches counts: a test holds that no row hides another. */
  readonly match: RegExp;
  readonly maker: Maker;
  /** A family's last row: it matches names that are not known yet, and aliases. */
  readonly loose?: true;
  /** Absent: the model reads only its own seals. */
  readonly family?: string;
  /** The maker as a vendor of many makers' models names it in its seals. */
  readonly sealMaker?: string;
  readonly thinking: Capabilities["thinking"];
  readonly efforts?: readonly Effort[];
  readonly effortDefault?: Effort;
  readonly verbosities?: readonly string[];
  readonly summaries?: readonly string[];
  readonly truncations?: readonly string[];
  readonly refuses?: readonly string[];
  readonly refusesThinking?: readonly string[];
  readonly contextTokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly traits?: Partial<Traits>;
  readonly rules?: Pick<
    Capabilities,
    "alwaysThinks" | "budgetToo" | "oneOfTemperatureTopP" | "temperatureMax" | "forcedToolChoice" | "turnEffort"
  >;
}

const LOW_TO_HIGH = ["low", "medium", "high"];
const TO_XHIGH = [...LOW_TO_HIGH, "xhigh"];
const TO_MAX = [...TO_XHIGH, "max"];

// "temperature, top_p, presence_penalty, frequency_penalty, logprobs … not supported with reasoning models"; stop neither since o3.
// https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning
const SAMPLING = ["temperature", "topP", "frequencyPenalty", "presencePenalty", "stop"];

/** The answer's share of the context is its own. Codex 0.169.0 gives longer contexts no more either: beyond it they cost double. */
const INPUT = 272_000;
const gpt = (match: RegExp, row: Partial<ModelRow> = {}): ModelRow => ({
  match,
  maker: "openai",
  family: "gpt-5",
  thinking: "effort",
  verbosities: VERBOSITIES,
  summaries: SUMMARIES,
  truncations: TRUNCATIONS,
  refuses: SAMPLING,
  ...(row.contextTokens === undefined && { contextTokens: 400_000, inputTokens: INPUT }),
  outputTokens: 128_000,
  ...row,
});

// The matrix that a prober made on Azure on 2025-12-28 corrects the table of seed 000 (facts/cursor-azure.md §1.5): codex models
// take verbosity medium only and no concise summary; truncation auto works again on gpt-5.1-codex; 5.1 takes no minimal.
// none and xhigh: https://learn.microsoft.com/javascript/api/@azure/ai-projects/reasoningeffort
const CODEX: Partial<ModelRow> = { efforts: LOW_TO_HIGH, verbosities: ["medium"], summaries: ["auto", "detailed"] };
const CHAT: Partial<ModelRow> = {
  efforts: ["medium"],
  verbosities: ["medium"],
  contextTokens: 128_000,
  outputTokens: 16_384,
};
// "temperature, top_p and logprobs only with reasoning effort none": https://platform.openai.com/docs/guides/latest-model
const THINKS_ON_REQUEST: Partial<ModelRow> = { effortDefault: "none", refuses: ["stop"], refusesThinking: SAMPLING };
// Freeform tools came with GPT-5.
const O_SERIES: Partial<ModelRow> = {
  family: "o",
  efforts: LOW_TO_HIGH,
  verbosities: [],
  contextTokens: 200_000,
  outputTokens: 100_000,
  traits: { customTools: false },
};
const LONG: Partial<ModelRow> = { contextTokens: 1_050_000, inputTokens: INPUT };

const OPENAI: readonly ModelRow[] = [
  // Newer than our sources; a value that it may refuse is rarer than one that it takes. Codex sends these low to max.
  gpt(/^gpt-6(\.\d+)?(-.*)?$/, { family: "gpt-6", efforts: ["none", ...TO_MAX], refusesThinking: SAMPLING, ...LONG }),
  // none … max: https://github.com/anomalyco/opencode/issues/36141
  gpt(/^gpt-5\.([6-9]|\d\d)(-.*)?$/, { efforts: ["none", ...TO_MAX], ...LONG }),
  gpt(/^gpt-5\.[2-5]-pro$/, { efforts: ["medium", "high", "xhigh"], ...LONG }),
  gpt(/^gpt-5\.[12345]-chat$/, CHAT),
  gpt(/^gpt-5\.[2-5]-codex(-.*)?$/, { ...CODEX, efforts: TO_XHIGH }),
  // "minimal is rejected: supported values are none, low, medium, high and xhigh" for 5.4 and 5.5.
  gpt(/^gpt-5\.5(-.*)?$/, {
    efforts: ["none", ...TO_XHIGH],
    effortDefault: "medium",
    refuses: ["stop"],
    refusesThinking: SAMPLING,
    ...LONG,
  }),
  gpt(/^gpt-5\.4-(mini|nano)$/, { efforts: ["none", ...TO_XHIGH], ...THINKS_ON_REQUEST }),
  gpt(/^gpt-5\.4$/, { efforts: ["none", ...TO_XHIGH], ...THINKS_ON_REQUEST, ...LONG }),
  gpt(/^gpt-5\.[23]$/, { efforts: ["none", ...TO_XHIGH], ...THINKS_ON_REQUEST }),
  gpt(/^gpt-5\.1-codex-max$/, { ...CODEX, efforts: TO_XHIGH }),
  gpt(/^gpt-5\.1-codex(-mini)?$/, CODEX),
  gpt(/^gpt-5\.1$/, { efforts: ["none", ...LOW_TO_HIGH], ...THINKS_ON_REQUEST }),
  gpt(/^gpt-5-codex(-mini)?$/, CODEX),
  // Defaults to high and supports nothing else; 272,000 output tokens.
  gpt(/^gpt-5-pro$/, { efforts: ["high"], outputTokens: 272_000 }),
  gpt(/^gpt-5-chat$/, { ...CHAT, thinking: "none", efforts: [], summaries: [], verbosities: [], refuses: [] }),
  gpt(/^gpt-5(-mini|-nano)?$/, { efforts: ["minimal", ...LOW_TO_HIGH] }),
  // A deployment called gpt-5-prod: the family is certain, the model is not.
  gpt(/^gpt-5([.-].*)?$/, { loose: true, efforts: EFFORTS }),
  gpt(/^codex-mini$/, { ...O_SERIES, verbosities: ["medium"] }),
  gpt(/^o1-(mini|preview)$/, {
    ...O_SERIES,
    thinking: "always",
    efforts: [],
    summaries: [],
    traits: { developerRole: false, customTools: false },
  }),
  gpt(/^o1(-pro)?$/, { ...O_SERIES, summaries: [] }),
  gpt(/^o[34](-mini|-pro|-deep-research)?$/, O_SERIES),
  // gpt-oss at vendors of all kinds: low, medium, high (https://console.groq.com/docs/reasoning); it takes sampling fields.
  gpt(/^gpt-oss(-.*)?$/, {
    maker: "other",
    family: "gpt-oss",
    efforts: LOW_TO_HIGH,
    verbosities: [],
    refuses: [],
    contextTokens: 131_072,
    outputTokens: 65_536,
  }),
  ...plainGpt(),
];

/** No reasoning, every sampling field. https://platform.openai.com/docs/models */
function plainGpt(): ModelRow[] {
  const plain = (match: RegExp, contextTokens: number, outputTokens: number): ModelRow =>
    gpt(match, {
      family: "gpt-4",
      thinking: "none",
      efforts: [],
      verbosities: [],
      summaries: [],
      refuses: [],
      contextTokens,
      outputTokens,
      traits: { customTools: false },
    });
  return [
    plain(/^gpt-4\.1(-mini|-nano)?$/, 1_047_576, 32_768),
    plain(/^(chatgpt-|gpt-)4o(-.*)?$/, 128_000, 16_384),
    plain(/^gpt-4-turbo(-.*)?$/, 128_000, 4_096),
    plain(/^gpt-4(-.*)?$/, 8_192, 8_192),
    plain(/^gpt-3\.5(-.*)?$/, 16_385, 4_096),
  ];
}

const claude = (match: RegExp, row: Partial<ModelRow>): ModelRow => ({
  match,
  maker: "anthropic",
  family: "claude",
  thinking: "adaptive",
  contextTokens: 1_000_000,
  outputTokens: 128_000,
  ...row,
  rules: { temperatureMax: 1, forcedToolChoice: "without-thinking", ...row.rules },
  // "This model does not support assistant message prefill. The conversation must end with a user message", since 4.6:
  // …/about-claude/models/whats-new-claude-4-6
  traits: { prefill: false, ...row.traits },
});
const PREFILL: Partial<Traits> = { prefill: true };

// Efforts and forms: https://platform.claude.com/docs/en/build-with-claude/effort, …/thinking; contexts: …/about-claude/models.
// Since Opus 4.7 temperature, top_p and top_k are a 400, and so is a budget.
const NO_SAMPLING = ["temperature", "topP", "topK"];
const SINCE_4_8: Partial<ModelRow> = { efforts: TO_MAX, refuses: NO_SAMPLING, traits: { midSystem: true } };
// "thinking.type.disabled is not supported for this model", tool_choice any and tool are refused, and a thinking block is bound
// to its model: …/models/opus-5-5/migration-guide. So no other model reads the seal.
const BOUND: Partial<ModelRow> = { ...SINCE_4_8, family: undefined };
// Thinking with a budget refuses temperature and top_k: …/extended-thinking#feature-compatibility
const BUDGET: Partial<ModelRow> = {
  thinking: "budget",
  refusesThinking: NO_SAMPLING,
  contextTokens: 200_000,
  traits: PREFILL,
};
const BEFORE_THINKING: Partial<ModelRow> = { thinking: "none", contextTokens: 200_000, traits: PREFILL };
// "temperature and top_p cannot both be specified for this model", since Opus 4.1.
const ONE_OF: Partial<ModelRow> = { rules: { oneOfTemperatureTopP: true } };

const CLAUDE: readonly ModelRow[] = [
  claude(/^claude-((fable|mythos)-5-[1-9]|opus-5-[5-9])$/, {
    ...BOUND,
    rules: { alwaysThinks: true, forcedToolChoice: "never", turnEffort: true },
  }),
  claude(/^claude-(fable|mythos)-.*$/, { ...BOUND, rules: { alwaysThinks: true } }),
  // They put `between_tools` in the place of `disabled`: a low effort is the nearest that every model of the family takes.
  claude(/^claude-(sonnet|haiku)-5-[5-9]$/, { ...BOUND, rules: { alwaysThinks: true, turnEffort: true } }),
  claude(/^claude-opus-(4-8|5)$/, SINCE_4_8),
  claude(/^claude-(opus-4-7|sonnet-5|haiku-5)$/, { efforts: TO_MAX, refuses: NO_SAMPLING }),
  claude(/^claude-(opus|sonnet)-4-6$/, {
    efforts: [...LOW_TO_HIGH, "max"],
    refusesThinking: NO_SAMPLING,
    rules: { budgetToo: true, oneOfTemperatureTopP: true },
  }),
  claude(/^claude-(opus|sonnet|haiku)-4-5$/, { ...BUDGET, ...ONE_OF, outputTokens: 64_000 }),
  claude(/^claude-opus-4-1$/, { ...BUDGET, ...ONE_OF, outputTokens: 32_000 }),
  claude(/^claude-opus-4(-0)?$/, { ...BUDGET, outputTokens: 32_000 }),
  claude(/^claude-sonnet-4(-0)?$/, { ...BUDGET, outputTokens: 64_000 }),
  claude(/^claude-3-7-sonnet$/, { ...BUDGET, outputTokens: 64_000 }),
  claude(/^claude-3-5-(sonnet|haiku)$/, { ...BEFORE_THINKING, outputTokens: 8_192 }),
  claude(/^claude-(3|2|instant).*$/, { ...BEFORE_THINKING, outputTokens: 4_096 }),
  // Newer than this table: the form that every model since Opus 4.7 takes.
  claude(/^claude-.*$/, { ...SINCE_4_8, loose: true }),
];

const other = (match: RegExp, row: Partial<ModelRow>): ModelRow => ({
  match,
  maker: "other",
  thinking: "effort",
  ...row,
});

const THINKS_NEVER: Partial<ModelRow> = { thinking: "none", efforts: [] };
// Reasoning must come back within a tool loop: "reasoning_content is missing in assistant tool call message".
const REPLAYED: Partial<Traits> = { reasoningRequired: true, reasoningReplay: "reasoning_content" };
// "temperature … cannot be modified": https://platform.kimi.ai/docs/api/models-overview. "tool_choice 'required' is incompatible
// with thinking enabled", and 'specified' for a name: of all but K3, which takes `required` (probed by inspect_ai's authors, 2026-08).
const kimi = (match: RegExp, row: Partial<ModelRow>): ModelRow =>
  other(match, {
    efforts: [],
    refuses: ["temperature", "topP", "frequencyPenalty", "presencePenalty"],
    traits: REPLAYED,
    contextTokens: 262_144,
    ...row,
  });
const QUIET: ModelRow["rules"] = { forcedToolChoice: "without-thinking" };
// "Thinking mode does not support this tool_choice".
const DEEPSEEK: Partial<ModelRow> = { thinking: "switch", efforts: ["low", "high", "max"], rules: QUIET };
// https://docs.x.ai/docs/guides/reasoning: reasoning models refuse these.
const GROK_REFUSES = ["presencePenalty", "frequencyPenalty", "stop"];
const GROK: Partial<ModelRow> = { family: "grok", sealMaker: "xai", summaries: SUMMARIES, contextTokens: 256_000 };

const GEMINI: Partial<ModelRow> = { sealMaker: "google", contextTokens: 1_048_576, outputTokens: 65_536 };
const GEMINI_PRO: Partial<ModelRow> = { ...GEMINI, efforts: ["minimal", ...LOW_TO_HIGH] };

const OTHERS: readonly ModelRow[] = [
  // It always reasons, and takes reasoning_effort instead of a thinking object; Kimi's coding endpoint calls it k3:
  // https://platform.kimi.ai/docs/guide/use-reasoning-effort
  kimi(/^(kimi-)?k3(\.\d+)?(-.*)?$/, {
    thinking: "always",
    efforts: ["low", "high", "max"],
    contextTokens: 1_048_576,
    rules: { forcedToolChoice: "unnamed" },
  }),
  kimi(/^kimi-k2-thinking(-turbo)?$/, {
    thinking: "always",
    refuses: [],
    rules: { temperatureMax: 1, forcedToolChoice: "never" },
  }),
  // Other than its siblings it cannot be switched off.
  kimi(/^kimi-k2\.7-code(-.*)?$/, { thinking: "always", rules: { forcedToolChoice: "never" } }),
  kimi(/^kimi-k2\.\d+(-.*)?$/, { thinking: "switch", rules: QUIET }),
  other(/^(kimi-k2|moonshot-v1)(-.*)?$/, { ...THINKS_NEVER, rules: { temperatureMax: 1 } }),
  // Maps what it does not know itself: https://api-docs.deepseek.com/guides/thinking_mode
  other(/^deepseek-reasoner$/, {
    thinking: "always",
    efforts: [],
    traits: REPLAYED,
    contextTokens: 131_072,
    outputTokens: 65_536,
    rules: { forcedToolChoice: "never" },
  }),
  other(/^deepseek-chat$/, { ...DEEPSEEK, contextTokens: 131_072 }),
  other(/^deepseek-(v[4-9]|flash|pro)(.*)$/, { ...DEEPSEEK, traits: REPLAYED, contextTokens: 1_000_000 }),
  // Models that publish no list of efforts refuse the parameter (measured by a client's author on 2026-10-01).
  other(/^grok-4\.[3-6](-.*)?$/, {
    ...GROK,
    efforts: ["none", ...TO_XHIGH],
    refuses: GROK_REFUSES,
    contextTokens: 1_000_000,
  }),
  other(/^grok-4\.([7-9]|1\d)(-.*)?$/, { ...GROK, efforts: TO_XHIGH, refuses: GROK_REFUSES }),
  other(/^grok-3-mini(-.*)?$/, { ...GROK, efforts: ["low", "high"], refuses: GROK_REFUSES, contextTokens: 131_072 }),
  other(/^grok-.*non-reasoning$/, { ...GROK, ...THINKS_NEVER }),
  other(/^grok-(4|code|build)(.*)$/, { ...GROK, thinking: "always", efforts: [], refuses: GROK_REFUSES }),
  other(/^grok-[23](-.*)?$/, { ...GROK, ...THINKS_NEVER, contextTokens: 131_072 }),
  // reasoning_effort becomes a thinking level or budget; 2.5 Pro and 3 cannot be turned off: https://ai.google.dev/gemini-api/docs/openai#thinking
  other(/^gemini-2\.5-flash(-.*)?$/, { ...GEMINI, efforts: ["none", "minimal", ...LOW_TO_HIGH] }),
  other(/^gemini-2\.5-pro(.*)$/, GEMINI_PRO),
  // "Function call is missing a thought_signature": since 3, https://ai.google.dev/gemini-api/docs/thought-signatures
  other(/^gemini-[3-9](.*)$/, { ...GEMINI_PRO, traits: { signedCalls: true } }),
  // `gemini-flash-latest`: whichever is the newest.
  other(/^gemini-(pro|flash|flash-lite)$/, { loose: true, ...GEMINI_PRO, traits: { signedCalls: true } }),
  other(/^gemini-[12](.*)$/, { ...GEMINI, ...THINKS_NEVER, outputTokens: 8_192 }),
  // none or high: https://docs.mistral.ai/capabilities/reasoning
  other(/^mistral-(small|medium)$/, { efforts: ["none", "high"] }),
  other(/^magistral-.*$/, { thinking: "always", efforts: [] }),
  other(/^(mistral|codestral|devstral|ministral|pixtral|open-mi[sx]tral|mixtral)(-.*)?$/, THINKS_NEVER),
  // none or default: https://console.groq.com/docs/reasoning. Elsewhere the switch is in the template.
  other(/^qwen3(-.*)?$/, { efforts: EFFORTS }),
  other(/^glm-(4\.[5-9]|[5-9])(.*)$/, { efforts: EFFORTS }),
  other(/^llama-?[234](.*)$/, THINKS_NEVER),
];

export const ROWS: readonly ModelRow[] = [...OPENAI, ...CLAUDE, ...OTHERS];

/** The row of a model; undefined: it has none. */
export function modelRow(name: string): ModelRow | undefined {
  const key = nameKey(name);
  return ROWS.find((row) => row.match.test(key));
}

// A date (2025-08-07, 20250929, 2512), `latest`, Cursor's `fast`; OpenRouter's `:free`, Claude Code's `[1m]`, Vertex's `@…`.
const TAIL = /(-(20\d\d-?\d\d-?\d\d|2\d[01]\d|latest|fast)|:[a-z0-9.-]+|\[1m\]|@[a-z0-9-]+)$/;

const VARIANT = /^(.+)-(?:(none|minimal|low|medium|high|xhigh|max)|thinking|fast)$/i;

export interface Variant {
  readonly base: string;
  readonly effort?: Effort;
}

/**
 * A name without the effort or variant at its end: `gpt-5-high-fast` is gpt-5 at high. One step; undefined: it ends in
 * neither, or names a model of its own (gpt-5.1-codex-max, mistral-medium, kimi-k2-thinking).
 */
export function variantOf(name: string): Variant | undefined {
  const [, base, effort] = VARIANT.exec(name) ?? [];
  if (base === undefined || isOwnModel(name, base)) return undefined;
  return { base, ...(effort && { effort: effort.toLowerCase() }) };
}

/** True when a row knows the name as a model's, so that a wildcard may take it as it is. */
export const isModelName = (name: string): boolean => modelRow(name) !== undefined;

function isOwnModel(name: string, base: string): boolean {
  const [row, baseRow] = [modelRow(name), modelRow(base)];
  if (!row || row.loose) return false;
  return row.maker === "other" || row !== baseRow;
}

/** What a name says about the model, one way of writing each: `anthropic/Claude-Sonnet-4.5-20250929` → `claude-sonnet-4-5`. */
export function nameKey(name: string): string {
  let key = name.toLowerCase();
  for (let bare = withoutPrefix(key); bare !== undefined; bare = withoutPrefix(key)) key = bare;
  for (let cut = key.replace(TAIL, ""); cut !== key; cut = key.replace(TAIL, "")) key = cut;
  if (key.startsWith("claude")) return claudeKey(key.replaceAll(".", "-"));
  // A deployment's name need not hold a dot, and Azure's own gpt-35-turbo does not.
  return key.replace(/^gpt-(\d)(\d)(?=-|$)/, "gpt-$1.$2");
}

/** `claude-4-5-sonnet` is how some catalogues write it; the old `claude-3-5-sonnet` is the vendor's own. */
const claudeKey = (key: string): string =>
  key.replace(/^claude-([4-9](?:-\d)?)-(opus|sonnet|haiku)(?=-|$)/, "claude-$2-$1").replace(/-thinking$/, "");
