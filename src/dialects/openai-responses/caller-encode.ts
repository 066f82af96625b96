/** Whom a request is from, how it is cached, and what its own dialect alone understands. */
import { createHash } from "node:crypto";
import { isList, isObject, type JsonObject, type Raw } from "../../wire/json.ts";
import { DIALECT, ID_LENGTH_MAX, table } from "./wire.ts";
import { lose, type Writing } from "./writing.ts";

export function cacheOf(w: Writing): JsonObject {
  const { cache } = w.request;
  if (cache.automatic !== undefined)
    lose(
      w.losses,
      "cache_control",
      "cache-breakpoint",
      "dropped",
      "hint",
      "the Responses API caches prefixes by itself",
    );
  if (cache.key === undefined && cache.retention === undefined) return {};
  if (!w.to.traits.cacheKey) {
    lose(w.losses, "prompt_cache_key", "cache-key", "dropped", "hint", "the upstream knows no cache key");
    return {};
  }
  return {
    ...(cache.key !== undefined && { prompt_cache_key: cacheKey(cache.key) }),
    ...(cache.retention !== undefined && { prompt_cache_retention: cache.retention }),
  };
}

const cacheKey = (key: string): string =>
  key.length <= ID_LENGTH_MAX ? key : createHash("sha256").update(key).digest("hex");

/** Anthropic's word for the tier that OpenAI calls default. */
const SERVICE_TIERS = table({ standard_only: "default" });

export function callerOf(w: Writing): JsonObject {
  const { user, safetyId, serviceTier } = w.request.caller;
  // Anthropic's user_id is a record of device and account; this API takes short strings.
  const shortUser = user !== undefined && (w.own || user.length <= ID_LENGTH_MAX) ? user : undefined;
  if (user !== shortUser) lose(w.losses, "user", "user", "dropped", "hint", "longer than the upstream accepts");
  const tier = serviceTier === undefined || w.own ? serviceTier : (SERVICE_TIERS.get(serviceTier) ?? serviceTier);
  return {
    ...(safetyId !== undefined && { safety_identifier: safetyId }),
    ...(shortUser !== undefined && { user: shortUser }),
    ...metadataOf(w),
    ...(tier !== undefined && { service_tier: tier }),
  };
}

/** At most 16 pairs of strings. https://platform.openai.com/docs/api-reference/responses/create */
function metadataOf(w: Writing): JsonObject {
  const { metadata } = w.request.caller;
  if (metadata === undefined || metadata === null) return {};
  if (w.request.extra.dialect === "anthropic" || !isObject(metadata)) {
    lose(w.losses, "metadata", "metadata", "dropped", "hint", "metadata of another vendor");
    return {};
  }
  const fit = Object.entries(metadata).filter(
    ([key, value]) => typeof value === "string" && value.length <= 512 && key.length <= 64,
  );
  const kept = fit.slice(0, 16);
  if (kept.length < Object.keys(metadata).length)
    lose(w.losses, "metadata", "metadata", "approximated", "hint", "only 16 pairs of short strings are accepted");
  return { metadata: Object.fromEntries(kept) };
}

/** Keys of other dialects that change what is answered; the rest are hints. */
const MEANING = new Set([
  "n",
  "logit_bias",
  "functions",
  "function_call",
  "modalities",
  "audio",
  "web_search_options",
  "mcp_servers",
  "container",
]);
/** Told otherwise (include), or about the frames of another dialect. */
const SILENT = new Set(["include", "stream_options"]);

export function extraOf(w: Writing): JsonObject {
  const { dialect, fields } = w.request.extra;
  if (dialect === DIALECT) {
    const { include: _, ...rest } = fields;
    return rest;
  }
  for (const [key, value] of Object.entries(fields)) {
    if (SILENT.has(key) || isDefault(key, value)) continue;
    lose(
      w.losses,
      key,
      "unknown-field",
      "dropped",
      MEANING.has(key) ? "meaning" : "hint",
      `the Responses API has no ${key}`,
    );
  }
  return {};
}

/** Clients spell out defaults; leaving those away loses nothing. */
const isDefault = (key: string, value: Raw): boolean =>
  value === null ||
  value === false ||
  (key === "n" && value === 1) ||
  (isObject(value) && Object.keys(value).length === 0) ||
  (isList(value) && value.length === 0);
