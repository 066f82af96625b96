/** Whom a request is from, how it is cached, and what its own dialect alone understands. */
import { cacheKeyOf } from "../../ir/cache-key.ts";
import { loseUnread } from "../../ir/unread.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";
import { ID_LENGTH_MAX, table } from "./wire.ts";
import type { Writing } from "./writing.ts";

export function cacheOf(w: Writing): JsonObject {
  const { cache } = w.request;
  if (cache.automatic !== undefined) {
    const note = "the Responses API caches prefixes by itself";
    w.losses.hint(w.said.field("cacheControl"), "cache-breakpoint", "dropped", note);
  }
  if (cache.key === undefined && cache.retention === undefined) return {};
  if (!w.to.traits.cacheKey) {
    if (cache.key !== undefined && w.said.wrote("cacheKey"))
      w.losses.hint(w.said.field("cacheKey"), "cache-key", "dropped", "the upstream knows no cache key");
    if (cache.retention !== undefined) {
      const note = "the upstream knows no cache retention";
      w.losses.hint(w.said.field("cacheRetention"), "cache-retention", "dropped", note);
    }
    return {};
  }
  return {
    ...(cache.key !== undefined && { prompt_cache_key: cacheKeyOf(cache.key) }),
    ...(cache.retention !== undefined && { prompt_cache_retention: cache.retention }),
  };
}

/** Anthropic's word for the tier that OpenAI calls default. */
const SERVICE_TIERS = table({ standard_only: "default" });

export function callerOf(w: Writing): JsonObject {
  const { user, safetyId, serviceTier } = w.request.caller;
  // Chat's hosts take a user of any length; this API takes short strings.
  const shortUser = user !== undefined && (w.own || user.length <= ID_LENGTH_MAX) ? user : undefined;
  if (user !== shortUser) w.losses.hint(w.said.field("user"), "user", "dropped", "longer than the upstream accepts");
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
  if (w.request.extra.dialect === "anthropic-messages" || !isObject(metadata)) {
    w.losses.hint(w.said.field("metadata"), "metadata", "dropped", "it was meant for another vendor");
    return {};
  }
  const fit = Object.entries(metadata).filter(
    ([key, value]) => typeof value === "string" && value.length <= 512 && key.length <= 64,
  );
  const kept = fit.slice(0, 16);
  if (kept.length < Object.keys(metadata).length)
    w.losses.hint(w.said.field("metadata"), "metadata", "approximated", "only 16 pairs of short strings are accepted");
  return { metadata: Object.fromEntries(kept) };
}

/** About the frames of another dialect's stream. */
const SILENT = new Set(["stream_options"]);

export function extraOf(w: Writing): JsonObject {
  const { include: _, ...rest } = w.request.extra.fields;
  if (w.own) return rest;
  loseUnread(w.losses, "", Object.fromEntries(Object.entries(rest).filter(([key]) => !SILENT.has(key))));
  return {};
}
