/** A Messages body, written for one deployment of one model. */
import type { Addressee } from "../dialect.ts";
import { GatewayError } from "../../ir/error.ts";
import type { Feature, Translated } from "../../ir/loss.ts";
import type { ModelRequest } from "../../ir/request.ts";
import { loseUnread } from "../../ir/unread.ts";
import type { Field } from "../../ir/field-names.ts";
import { defined, isList, type Json, type JsonObject, lookup } from "../../wire/json.ts";
import { withBreakpoints } from "./breakpoints.ts";
import { encodeEntries } from "./messages-encode.ts";
import { encodeAnswer, withRule } from "./output-encode.ts";
import { isBlank } from "./parts-encode.ts";
import { encodeOutputConfig, encodeThinking } from "./reasoning-encode.ts";
import { encodeToolChoice, encodeTools } from "./tools-encode.ts";
import { MAX_TOKENS_FALLBACK } from "./wire.ts";
import { type Writing, writing as writingFor } from "./writing.ts";

export function encodeRequest(request: ModelRequest, to: Addressee): Translated<JsonObject> {
  refuseStoredState(request);
  const writing = writingFor(request, to);
  // Before the tools: what is enforced of one request has its limits, and the answer comes first.
  const answer = encodeAnswer(writing);
  // In the order in which the vendor counts breakpoints: tools, system, messages.
  const tools = encodeTools(writing);
  const conversation = encodeEntries(writing);
  const marked = withBreakpoints(writing, {
    tools,
    system: withRule(conversation.instructions(), answer.rule),
    messages: conversation.messages(),
  });
  const body = defined({
    model: to.model,
    max_tokens: request.sampling.maxTokens ?? MAX_TOKENS_FALLBACK,
    system: marked.system,
    messages: marked.messages,
    tools: tools.length > 0 ? marked.tools : undefined,
    tool_choice: encodeToolChoice(writing, tools.length > 0),
    thinking: encodeThinking(writing),
    output_config: encodeOutputConfig(writing, answer.format),
    ...encodeSampling(writing),
    stream: request.stream ? true : undefined,
    cache_control: request.cache.automatic,
    ...encodeCaller(writing),
    ...encodeExtra(writing),
  });
  return { value: body, losses: writing.losses.list() };
}

/** What another vendor stores is not here. Dropping it would answer another question than the one asked. */
function refuseStoredState({ state }: ModelRequest): void {
  if (!state.previous) return;
  const { field } = state.previous;
  throw new GatewayError(
    "invalid-request",
    `${field} refers to a stored answer, which this model's vendor does not have: send the whole conversation`,
    {
      param: field,
    },
  );
}

function encodeSampling(writing: Writing): Record<string, Json | undefined> {
  const { sampling, output } = writing.request;
  const drop = (field: Field, feature: Feature, note: string): void =>
    writing.losses.hint(writing.said.field(field), feature, "dropped", note);
  if (sampling.frequencyPenalty) drop("frequencyPenalty", "penalties", "Anthropic has none");
  if (sampling.presencePenalty) drop("presencePenalty", "penalties", "Anthropic has none");
  if (sampling.seed !== undefined) drop("seed", "seed", "Anthropic's sampling cannot be seeded");
  if (output?.verbosity !== undefined) drop("verbosity", "verbosity", "Anthropic has no such switch");
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    stop_sequences: stopSequences(writing),
  };
}

/** "stop_sequences: each stop sequence must contain non-whitespace". */
function stopSequences(writing: Writing): Json | undefined {
  const { stop } = writing.request.sampling;
  if (!stop) return undefined;
  const isTaken = writing.to.traits.stop;
  const taken = isTaken ? stop.filter((text) => !isBlank(text)) : [];
  if (taken.length < stop.length) {
    const note = isTaken ? "stop sequences of white space only are refused" : "this model takes no stop sequences";
    writing.losses.meaning(writing.said.field("stop"), "stop-sequences", "dropped", note);
  }
  return taken.length > 0 ? taken : undefined;
}

const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: "auto",
  standard_only: "standard_only",
  default: "standard_only",
};

/** Ids of people are sent only where they were meant for Anthropic. */
function encodeCaller(writing: Writing): Record<string, Json | undefined> {
  const { caller, state, cache } = writing.request;
  const { own, said } = writing;
  if (own) return { metadata: caller.metadata, service_tier: caller.serviceTier, container: state.container };
  const drop = (field: Field, feature: Feature, note: string): void => {
    if (said.wrote(field)) writing.losses.hint(said.field(field), feature, "dropped", note);
  };
  const stays = "it was meant for another vendor";
  if (caller.user !== undefined) drop("user", "user", stays);
  if (caller.safetyId !== undefined) drop("safetyId", "safety-identifier", stays);
  if (caller.metadata !== undefined) drop("metadata", "metadata", stays);
  if (state.store === true) drop("store", "store", "Anthropic keeps no answers");
  if (cache.retention !== undefined) drop("cacheRetention", "cache-retention", "Anthropic says it at each breakpoint");
  if (state.container !== undefined)
    writing.losses.meaning(said.field("container"), "container", "dropped", "the container stands at another vendor");
  const tier = lookup(SERVICE_TIERS, caller.serviceTier);
  if (caller.serviceTier !== undefined && tier === undefined)
    drop("serviceTier", "service-tier", `Anthropic has no tier ${caller.serviceTier}`);
  // `auto` is what Anthropic does unasked.
  return { service_tier: tier === "auto" ? undefined : tier };
}

function encodeExtra(writing: Writing): Record<string, Json> {
  const { extra, truncation } = writing.request;
  if (truncation !== undefined && truncation !== "disabled") {
    const note = "Anthropic cuts no conversation that is too long";
    writing.losses.hint(writing.said.field("truncation"), "truncation", "dropped", note);
  }
  if (writing.own) return Object.fromEntries(Object.entries(extra.fields).filter(([key]) => key !== "output_config"));
  const { include, ...fields } = extra.fields;
  if (include !== undefined && !asksForSeals(include))
    writing.losses.hint("include", "include", "dropped", "Anthropic's answers hold all that they have");
  loseUnread(writing.losses, "", fields);
  return {};
}

/** Anthropic seals its reasoning unasked. */
const asksForSeals = (include: Json): boolean =>
  !isList(include) || include.every((item) => item === "reasoning.encrypted_content");
