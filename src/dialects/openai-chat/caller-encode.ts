/** What a request says about its caller, its cache and itself. */
import { namesIn } from "../../wire/name-list.ts";
import type { Feature } from "../../ir/loss.ts";
import type { ModelRequest } from "../../ir/request.ts";
import { loseUnread } from "../../ir/unread.ts";
import { type Field, FIELDS } from "../../ir/field-names.ts";
import { isList, type JsonObject } from "../../wire/json.ts";
import { OPENAI_CHAT } from "./id.ts";
import type { Writing } from "./writing.ts";

/**
 * Vendors that know `prompt_cache_key` follow OpenAI's newer fields; Mistral and others answer unknown ones with 422.
 * A Chat client that sent a field to a Chat vendor meant it.
 */
export function callerFields(request: ModelRequest, writing: Writing): JsonObject {
  const { caller, cache, state } = request;
  const follows = writing.traits.cacheKey;
  const field = (name: Field, feature: Feature, value: string | undefined, accepted: boolean): JsonObject => {
    if (value === undefined) return {};
    if (accepted) return { [FIELDS[name]]: value };
    lose(name, feature, writing);
    return {};
  };
  const marks = writing.traits.cacheMarks === true;
  if (cache.automatic !== undefined && !marks) lose("cacheControl", "cache-breakpoint", writing);
  if (state.container !== undefined) {
    const note = "the container stands at another vendor";
    writing.losses.meaning(writing.said.field("container"), "container", "dropped", note);
  }
  return {
    ...(cache.automatic !== undefined && marks ? { cache_control: cache.automatic } : {}),
    ...field("user", "user", caller.user, follows || writing.own),
    ...field("safetyId", "safety-identifier", caller.safetyId, follows),
    ...field("serviceTier", "service-tier", tierOf(caller.serviceTier), follows || writing.own),
    ...field("cacheKey", "cache-key", cache.key, follows),
    ...field("cacheRetention", "cache-retention", cache.retention, follows),
    ...storing(request, writing),
  };
}

/** Anthropic's word for "no priority". */
const tierOf = (tier: string | undefined): string | undefined => (tier === "standard_only" ? "default" : tier);

/** OpenAI takes metadata only with what it stores. */
function storing(request: ModelRequest, writing: Writing): JsonObject {
  const { metadata } = request.caller;
  const keeps = request.state.store === true && writing.own && writing.traits.cacheKey;
  if (request.state.store === true && !keeps) lose("store", "store", writing);
  if (metadata !== undefined && !keeps) lose("metadata", "metadata", writing);
  return keeps ? { store: true, ...(metadata === undefined ? {} : { metadata }) } : {};
}

/** Fields of Cursor's mixtures that no Chat vendor knows. */
const NOT_CHAT: ReadonlySet<string> = namesIn(
  "input background context_management max_tool_calls prompt betas anthropic_version anthropic_beta mcp_servers client_metadata stop_token",
);

/** A Chat body's own unread fields go back to Chat; another dialect's are told. */
export function extraFields(request: ModelRequest, writing: Writing): JsonObject {
  const { dialect, fields } = request.extra;
  if (request.truncation !== undefined && request.truncation !== "disabled") lose("truncation", "truncation", writing);
  const isOwn = (key: string): boolean => dialect === OPENAI_CHAT && !NOT_CHAT.has(key);
  const split = Object.entries(fields);
  const { include, ...foreign } = Object.fromEntries(split.filter(([key]) => !isOwn(key)));
  if (isList(include) && include.some((wanted) => wanted !== "reasoning.encrypted_content"))
    writing.losses.hint("include", "include", "dropped", "Chat answers have no place for what include asks for");
  loseUnread(writing.losses, "", foreign);
  return Object.fromEntries(split.filter(([key]) => isOwn(key)));
}

const lose = (name: Field, feature: Feature, writing: Writing): void => {
  const path = writing.said.field(name);
  if (writing.said.wrote(name)) writing.losses.hint(path, feature, "dropped", `${path} has no place at this vendor`);
};
