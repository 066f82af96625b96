/** A web page gets an answer when its origin stands in the configuration, letter by letter, and nothing otherwise. */
import { describe, expect, test } from "bun:test";
import { DEFAULTS } from "../config/default.ts";
import type { Config } from "../config/config.ts";
import { corsHeaders, preflight } from "./cors.ts";

const config = (...corsOrigins: readonly string[]): Config => ({
  ...DEFAULTS,
  server: { ...DEFAULTS.server, corsOrigins },
  keys: [],
  providers: {},
  models: [],
  log: { format: "json" },
  source: "a test",
  warnings: [],
});
const from = (origin: string | undefined, method = "POST", more: Record<string, string> = {}): Request =>
  new Request("http://localhost/v1/models", { method, headers: { ...(origin && { origin }), ...more } });

const OURS = "https://a.example";
const STRANGERS = [
  undefined,
  "https://b.example",
  "https://a.example.evil",
  "https://evil-a.example",
  "http://a.example",
  "https://a.example:8443",
  "https://A.example/",
  "null",
];

describe("headers of an answer", () => {
  test("name the page that asked, and what it may read", () => {
    expect(corsHeaders(from(OURS), config("https://other.example", OURS))).toEqual([
      ["access-control-allow-origin", OURS],
      ["vary", "origin"],
      [
        "access-control-expose-headers",
        "x-codeswitch-request-id, x-codeswitch-target, x-codeswitch-lane, x-codeswitch-losses, x-codeswitch-lost, x-codeswitch-hints, x-codeswitch-estimated, retry-after",
      ],
    ]);
  });
  for (const origin of STRANGERS)
    test(`are none for ${origin ?? "nobody"}`, () => {
      expect(corsHeaders(from(origin), config(OURS))).toEqual([]);
      expect(corsHeaders(from(origin), config())).toEqual([]);
    });
});

describe("a preflight", () => {
  test("is answered with the methods, and the headers that the page asked for", () => {
    const asked = { "access-control-request-headers": "authorization, x-stainless-os" };
    const response = preflight(from(OURS, "OPTIONS", asked), config(OURS));
    expect(response?.status).toBe(204);
    expect(Object.fromEntries(response?.headers ?? [])).toEqual({
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "authorization, x-stainless-os",
      "access-control-max-age": "600",
    });
  });
  test("that asks for no headers is told the two that every client needs", () => {
    const response = preflight(from(OURS, "OPTIONS"), config(OURS));
    expect(response?.headers.get("access-control-allow-headers")).toBe("authorization, content-type");
  });
  test("is none when the method is another", () => {
    for (const method of ["GET", "POST", "HEAD"]) expect(preflight(from(OURS, method), config(OURS))).toBeUndefined();
  });
  for (const origin of STRANGERS)
    test(`is not answered for ${origin ?? "nobody"}`, () => {
      expect(preflight(from(origin, "OPTIONS"), config(OURS))).toBeUndefined();
    });
});
