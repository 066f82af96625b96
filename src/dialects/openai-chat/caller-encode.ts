/** What a request says about its caller, its cache and itself. */
import type { ModelRequest } from "../../ir/request.ts";
import type { JsonObject } from "../../wire/json.ts";
import { CHAT } from "./wire.ts";
import { hint, type Writing } from "./writing.ts";

/**
 * Vendors that know `prompt_cache_key` follow OpenAI's newer fields; Mistral and others answer unknown ones with 422.
 * A Chat client that sent a field to a Chat vendor meant it.
 */
export function callerFields(request: ModelRequest, writing: Writing): JsonObject {
  const { caller, cache, state } = request;
  const follows = writing.traits.cacheKey;
  const field = (name: string, value: string | undefined, accepted: boolean): JsonObject => {
    if (value === undefined) return {};
    if (accepted) return { [name]: value };
    lose(name, name.replaceAll("_", "-"), writing);
    return {};
  };
  if (cache.automatic !== undefined) lose("cache_control", "cache-breakpoint", writing);
  if (state.container !== undefined) lose("container", "container", writing);
  return {
    ...field("user", caller.user, follows || writing.own),
    ...field("safety_identifier", caller.safetyId, follows),
    ...field("service_tier", tierOf(caller.serviceTier), follows || writing.own),
    ...field("prompt_cache_key", cache.key, follows),
    ...field("prompt_cache_retention", cache.retention, follows),
    ...storing(request, writing),
  };
}

/** Anthropic's word for "no priority". */
const tierOf = (tier: string | undefined): string | undefined => (tier === "standard_only" ? "default" : tier);

/** OpenAI takes metadata only with what it stores. */
function storing(request: ModelRequest, writing: Writing): JsonObject {
  const { metadata } = request.caller;
  const keeps = request.state.store === true && writing.own && writing.traits.cacheKey;
  if (request.state.store === true && !keeps) lose("store", "stored-state", writing);
  if (metadata !== undefined && !keeps) lose("metadata", "metadata", writing);
  return keeps ? { store: true, ...(metadata === undefined ? {} : { metadata }) } : {};
}

/** Fields of Cursor's mixtures that no Chat vendor knows. */
const NOT_CHAT: ReadonlySet<string> = new Set(
  "input background context_management max_tool_calls prompt betas anthropic_version anthropic_beta mcp_servers client_metadata stop_token".split(
    " ",
  ),
);

/** A Chat body's own unread fields go back to Chat; another dialect's are told. */
export function extraFields(request: ModelRequest, writing: Writing): JsonObject {
  const { dialect, fields } = request.extra;
  const out: Record<string, JsonObject[string]> = {};
  if (request.truncation !== undefined && request.truncation !== "disabled") lose("truncation", "truncation", writing);
  for (const [key, value] of Object.entries(fields)) {
    if (dialect === CHAT && !NOT_CHAT.has(key)) out[key] = value;
    else if (value !== null) lose(key, "unknown-field", writing);
  }
  return out;
}

const lose = (path: string, feature: string, writing: Writing): void =>
  hint(writing, "dropped", path, feature, `${path} has no place at this vendor`);
