/** Requests that real clients sent: read, written for their own vendor again, and unchanged. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { repairEntries } from "../../ir/repair.ts";
import { type JsonObject, parseJson } from "../../wire/json.ts";
import { anthropicMessages } from "./index.ts";
import { isNative } from "./passes.ts";
import { to, TRAITS } from "../../../test/fixtures/messages.ts";

const folder = process.env.CODESWITCH_CAPTURES ?? "../shared/captures";
const captures = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => ({ file, request: parseJson(readFileSync(join(folder, file), "utf8")) as JsonObject }))
  : [];
const isMessages = ({ request }: { request: JsonObject }): boolean => /\/messages(\/|\?|$)/.test(String(request.url));

describe("Messages requests of real clients", () => {
  const own = captures.filter(isMessages).map(({ file, request }) => [file, request.body as JsonObject] as const);

  test.each(own)("%s returns to Anthropic as it came", (_file, body) => {
    expect(isNative(body)).toBe(true);
    expect(anthropicMessages.passes(body, TRAITS)).toBe(true);
    const decoded = anthropicMessages.request.decode(body);
    expect(decoded.losses).toEqual([]);
    const entries = repairEntries(decoded.value.entries);
    expect(entries.losses).toEqual([]);
    const { value, losses } = anthropicMessages.request.encode(
      { ...decoded.value, entries: entries.value },
      { ...to(), model: String(body.model) },
    );
    expect(losses).toEqual([]);
    // count_tokens has no limit; everything else does.
    expect(value).toEqual(body.max_tokens === undefined ? { ...body, max_tokens: 4096 } : body);
  });

  test("bodies of other dialects are none of ours", () => {
    for (const { file, request } of captures.filter((capture) => !isMessages(capture)))
      expect([
        file,
        isNative((request.body ?? {}) as JsonObject) && Array.isArray((request.body as JsonObject).tools),
      ]).toEqual([file, false]);
  });

  test("how many ran", () => {
    console.log(`anthropic captures: ${own.length} requests${captures.length === 0 ? " (no captures here)" : ""}`);
    if (captures.length > 0) expect(own.length).toBeGreaterThan(0);
  });
});
