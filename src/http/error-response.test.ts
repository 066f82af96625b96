/** How a refusal looks to each client. */
import { describe, expect, test } from "bun:test";
import { GatewayError } from "../ir/error.ts";
import { printed, refusalFor } from "./error-response.ts";

const LIMITED = new GatewayError("rate-limited", "Too many calls.", { retryAfter: "7" });

describe("a refusal", () => {
  test.each([
    [
      "openai-chat",
      { error: { message: "Too many calls.", type: "requests", param: null, code: "rate_limit_exceeded" } },
    ],
    ["anthropic-messages", { type: "error", error: { type: "rate_limit_error", message: "Too many calls." } }],
  ] as const)("is told in %s's own words, status and headers", async (dialect, body) => {
    const response = printed(refusalFor("unknown", dialect, LIMITED));
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject(body);
  });

  test("is a visible 400 for Cursor, on its own dialect only", () => {
    const shown = refusalFor("cursor", "openai-chat", LIMITED);
    expect([shown.status, shown.body]).toEqual([400, expect.stringContaining("Try again in 7 seconds.")]);
    for (const dialect of ["openai-responses", "anthropic-messages"] as const)
      expect(refusalFor("cursor", dialect, LIMITED).status).toBe(429);
    expect(refusalFor("codex", "openai-chat", LIMITED).status).toBe(429);
  });
});
