import { expect, test } from "bun:test";
import { namedWait } from "./named-wait.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

test.each<[string, Parameters<typeof namedWait>[0], number | undefined]>([
  ["seconds", { retryAfter: "37" }, 37_000],
  ["a part of a second", { retryAfter: "0.25" }, 250],
  ["a date", { retryAfter: "Sun, 22 Nov 2026 10:01:00 GMT" }, 60_000],
  ["a date that is over", { retryAfter: "Sun, 22 Nov 2026 09:00:00 GMT" }, undefined],
  ["nothing that makes sense", { retryAfter: "soon" }, undefined],
  ["less than nothing", { retryAfter: "-5" }, undefined],
  ["no wait at all", { retryAfter: "0" }, undefined],
  ["milliseconds, which are finer (Azure)", { retryAfter: "2", headers: { "retry-after-ms": "1500" } }, 1_500],
  ["milliseconds below 0 beside seconds", { retryAfter: "2", headers: { "retry-after-ms": "-1" } }, 2_000],
  ["a header alone, as on a 200 (Azure)", { headers: { "retry-after": "9" } }, 9_000],
  [
    "when a limit is whole again, which is no wait (OpenAI, Groq)",
    { headers: { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" } },
    undefined,
  ],
  [
    "the same in whole seconds (Azure)",
    { headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "60" } },
    undefined,
  ],
  [
    "when a window begins anew (Cerebras)",
    { headers: { "x-ratelimit-remaining-tokens-minute": "0", "x-ratelimit-reset-tokens-minute": "11.5" } },
    11_500,
  ],
  [
    "what is left as -1 (Azure), which is unknown and not 0",
    { headers: { "x-ratelimit-remaining-tokens-minute": "-1", "x-ratelimit-reset-tokens-minute": "11.5" } },
    undefined,
  ],
  ["a moment in milliseconds (OpenRouter)", { headers: { "x-ratelimit-reset": String(NOW + 20_000) } }, 20_000],
  ["a reset whose unit nobody knows (Kimi)", { headers: { "x-ratelimit-reset": "20" } }, undefined],
  [
    "the end of a subscription's window that refused (Anthropic)",
    {
      headers: {
        "anthropic-ratelimit-unified-5h-status": "rejected",
        "anthropic-ratelimit-unified-5h-reset": String(NOW / 1_000 + 900),
        "anthropic-ratelimit-unified-7d-status": "allowed",
        "anthropic-ratelimit-unified-7d-reset": String(NOW / 1_000 + 9_000),
      },
    },
    900_000,
  ],
  [
    "the body's own word (Gemini)",
    { body: '{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}' },
    37_000,
  ],
  ["nothing", {}, undefined],
])("a wait named as %s", (_name, refusal, ms) => expect(namedWait(refusal, NOW)).toBe(ms));
