/** What requests of both OpenAI protocols say alike, each read once. */
import type { CacheHints, CallerHints } from "../ir/request.ts";
import { defined, type JsonObject, optionalString } from "../wire/json.ts";

export const SEALED_REASONING = "reasoning.encrypted_content";

export const callerOf = (body: JsonObject): CallerHints =>
  defined({
    user: optionalString(body, "user"),
    safetyId: optionalString(body, "safety_identifier"),
    metadata: body.metadata ?? undefined,
    serviceTier: optionalString(body, "service_tier"),
  });

export const cacheOf = (body: JsonObject): CacheHints =>
  defined({
    key: optionalString(body, "prompt_cache_key"),
    retention: optionalString(body, "prompt_cache_retention"),
  });
