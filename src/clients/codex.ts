/**
 * What Codex wants to know of a model, from our capability rows. It reads `models` where the SDKs read `data`.
 * Which fields it cannot do without was asked of codex 0.169.0 itself: it names each missing one (test/clis/codex.test.ts).
 */
import type { Effort } from "../ir/request.ts";
import type { JsonObject } from "../wire/json.ts";

/** Codex sends this text as the system prompt of a model that its own catalogue does not know. */
const INSTRUCTIONS =
  `You are Codex, a coding agent in the user's terminal. You work in the user's own files: read before you
change, change only what the task needs, keep to the style that is there, and run what proves it. Say what you did in a
few plain sentences. Ask before you do what cannot be undone.`.replaceAll("\n", " ");

const LEVELS: Readonly<Record<string, string>> = {
  none: "No thinking",
  minimal: "Hardly any thinking",
  low: "Little thinking, quick answers",
  medium: "Some thinking",
  high: "Much thinking",
  xhigh: "Very much thinking",
  max: "As much thinking as the model can",
};

/** Of a tool's output, what the next request carries. Codex's own rows all say this. */
const OUTPUT_TOKENS_KEPT = 10_000;

/** What is known of the model behind a name. */
export interface Known {
  readonly name: string;
  readonly efforts: readonly Effort[];
  /** Of a request that names none; the first that is among `efforts` counts. */
  readonly usual: readonly (Effort | undefined)[];
  readonly verbosities: readonly string[];
  readonly contextTokens?: number;
  readonly images: boolean;
}

/** `priority`: its place in the picker, from 1. */
export function catalogueRow(known: Known, priority: number): JsonObject {
  const { name, verbosities, contextTokens } = known;
  const levels = known.efforts.filter((effort) => Object.hasOwn(LEVELS, effort));
  const usual = [...known.usual, "medium", levels[0]].find((effort) => effort !== undefined && levels.includes(effort));
  return {
    slug: name,
    display_name: name,
    description: `${name}, through codeswitch`,
    supported_reasoning_levels: levels.map((effort) => ({ effort, description: LEVELS[effort] ?? effort })),
    ...(usual !== undefined && { default_reasoning_level: usual }),
    supports_reasoning_summaries: levels.length > 0,
    support_verbosity: verbosities.length > 0,
    ...(verbosities.length > 0 && { default_verbosity: verbosities.includes("low") ? "low" : (verbosities[0] ?? "") }),
    shell_type: "shell_command",
    apply_patch_tool_type: "freeform",
    supports_parallel_tool_calls: true,
    input_modalities: known.images ? ["text", "image"] : ["text"],
    ...(contextTokens !== undefined && { context_window: contextTokens }),
    truncation_policy: { mode: "tokens", limit: OUTPUT_TOKENS_KEPT },
    experimental_supported_tools: [],
    base_instructions: INSTRUCTIONS,
    visibility: "list",
    supported_in_api: true,
    priority,
  };
}
