/** How a refusal looks to each client. */
import { describe, expect, test } from "bun:test";
import { GatewayError } from "../ir/error.ts";
import { failureStatus, refuse, refuseOptions } from "./error-response.ts";

const LIMITED = new GatewayError("rate-limited", "Too many calls.", { retryAfter: "7" });

describe("a refusal", () => {
  test.each([
    [
      "openai-chat",
      { error: { message: "Too many calls.", type: "requests", param: null, code: "rate_limit_exceeded" } },
    ],
    ["anthropic-messages", { type: "error", error: { type: "rate_limit_error", message: "Too many calls." } }],
  ] as const)("is told in %s's own words, status and headers", async (dialect, body) => {
    const response = refuse(LIMITED, refuseOptions("unknown", dialect));
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject(body);
  });

  test("is a visible 400 for Cursor, on its own dialect only", async () => {
    const shown = refuse(LIMITED, refuseOptions("cursor", "openai-chat"));
    expect([shown.status, await shown.text()]).toEqual([400, expect.stringContaining("Try again in 7 seconds.")]);
    for (const dialect of ["openai-responses", "anthropic-messages"] as const)
      expect(refuse(LIMITED, refuseOptions("cursor", dialect)).status).toBe(429);
    expect(refuse(LIMITED, refuseOptions("codex", "openai-chat")).status).toBe(429);
  });

  test("stands in the record with the status that the caller got", () => {
    for (const client of ["cursor", "unknown"] as const)
      for (const dialect of ["openai-chat", "openai-responses", "anthropic-messages"] as const)
        expect(failureStatus(client, dialect, LIMITED)).toBe(refuse(LIMITED, refuseOptions(client, dialect)).status);
  });
});
