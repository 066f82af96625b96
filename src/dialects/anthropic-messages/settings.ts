/** The fields at the top of a Messages body that are fitted to a model, as they are read, and edited where its bytes pass. */
import type { Reasoning, Sampling } from "../../ir/request.ts";
import { type Settings, thinksAlike } from "../../ir/settings.ts";
import type { SpanEdit } from "../../wire/edit.ts";
import {
  defined,
  ignore,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  lookup,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalString,
  pathOf,
  refuse,
  without,
} from "../../wire/json.ts";
import type { OwnSettings } from "../dialect.ts";
import { changed, changedSampling, numbersIn } from "../field-edits.ts";
import { thinkingOf } from "./reasoning-encode.ts";

const NUMBERS = ["maxTokens", "temperature", "topP", "topK"] as const;

export const readSampling = (body: JsonObject, wrong = refuse): Sampling =>
  defined({ ...numbersIn(body, NUMBERS, wrong), stop: stopOf(body, wrong) });

function stopOf(body: JsonObject, wrong: typeof refuse): readonly string[] | undefined {
  const stop = optionalList(body, "stop_sequences", "", wrong);
  const odd = stop ? stop.findIndex((text) => typeof text !== "string") : -1;
  return odd < 0
    ? (stop as readonly string[] | undefined)
    : wrong(pathOf("stop_sequences", odd), "a string", stop?.[odd]);
}

const MODES: Readonly<Record<string, Reasoning["mode"]>> = { adaptive: "adaptive", enabled: "on", disabled: "off" };
const THINKING_KEYS = new Set(["type", "budget_tokens", "display"]);

/** A type or display that came after us stays in the hints, and returns to Anthropic as it was. */
export function readReasoning(body: JsonObject, wrong = refuse): Reasoning | undefined {
  const thinking = optionalObject(body, "thinking", "", wrong);
  const config = optionalObject(body, "output_config", "", wrong);
  const effort = config && optionalString(config, "effort", "output_config", wrong);
  if (!thinking) return effort === undefined ? undefined : { effort };
  const type = optionalString(thinking, "type", "thinking", wrong) ?? wrong("thinking.type", "a string", thinking.type);
  const mode = lookup(MODES, type);
  const display = optionalString(thinking, "display", "thinking", wrong);
  const isKnown = display === "omitted" || display === "summarized";
  const hints = defined<Record<string, Json>>({
    ...without(thinking, THINKING_KEYS),
    type: mode === undefined ? type : undefined,
    display: isKnown ? undefined : display,
  });
  return defined<Reasoning>({
    mode,
    budgetTokens: optionalNumber(thinking, "budget_tokens", "thinking", wrong),
    effort,
    show: isKnown ? display : undefined,
    hints: Object.keys(hints).length > 0 ? hints : undefined,
  });
}

export const settings = {
  asksForThoughtsApart: true as const,
  read(body: JsonObject): OwnSettings {
    const reasoning = readReasoning(body, ignore);
    return { sampling: readSampling(body, ignore), reasoning, state: {}, cache: {}, ...staysIn(body, reasoning) };
  },
  edits(body: JsonObject, before: OwnSettings, after: Settings): SpanEdit[] {
    const next = after.reasoning ?? {};
    const effort = next.effort === "none" ? undefined : next.effort;
    return [
      ...(thinksAlike({ ...before.reasoning, effort: next.effort }, next)
        ? []
        : changed("effort", ["thinking"], body.thinking, thinkingOf({ ...next, ...besideIn(before, next) }))),
      ...changed("effort", ["output_config", "effort"], effortIn(body), effort),
      ...changed("max-tokens", ["max_tokens"], body.max_tokens, after.sampling.maxTokens ?? body.max_tokens),
      ...changedSampling(["temperature", "topP", "topK"], withoutDefaults(before.sampling), after.sampling),
      ...changed("unsupported-parameter", ["stop_sequences"], before.sampling.stop, after.sampling.stop),
    ];
  },
  turnEffort({ messages }: JsonObject) {
    let effort: string | undefined;
    const edits: SpanEdit[] = [];
    for (const [index, message] of listOf(messages).entries()) {
      const own = isObject(message) ? effortIn(message) : undefined;
      if (own === undefined) continue;
      effort = own;
      edits.push({ name: "effort", path: ["messages", index, "output_config"], value: undefined });
    }
    return effort === undefined ? undefined : { effort, edits };
  },
};

/** What is shown of thinking is left to the caller; a type that came after us gives way to one that was chosen. */
const besideIn = ({ reasoning }: OwnSettings, { mode, hints = {} }: Reasoning): Reasoning => ({
  show: reasoning?.show,
  hints: mode === undefined ? hints : without(hints, TYPE),
});
const TYPE = new Set(["type"]);

const effortIn = ({ output_config: config }: JsonObject): string | undefined =>
  isObject(config) ? optionalString(config, "effort", "", ignore) : undefined;

/** A form of thinking that came after us, and a call that is forced: no default of ours may break them. */
function staysIn(body: JsonObject, reasoning: Reasoning | undefined): Pick<OwnSettings, "thinkingStays"> {
  if (typeof reasoning?.hints?.type === "string") return { thinkingStays: "unless-named" };
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : undefined;
  const isAsked = reasoning?.mode === "on" || reasoning?.mode === "adaptive";
  return !isAsked && (choice === "any" || choice === "tool") ? { thinkingStays: "beside-forced-call" } : {};
}

/** Refused are values that are not the default; a default may stay. */
const withoutDefaults = ({ temperature, topP, ...sampling }: Sampling): Sampling => ({
  ...sampling,
  ...(temperature !== 1 && { temperature }),
  ...(topP !== 1 && { topP }),
});
