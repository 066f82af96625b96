/** The small parts, each on its own. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { normaliseBaseUrl } from "./base-url.ts";
import { dataDir } from "./data-dir.ts";
import { isDotenv } from "./dotenv.ts";
import { isLoopback } from "../wire/host.ts";
import { consumerToken, isSampleKey, keyFault } from "./api-keys.ts";
import { maskSecret } from "./mask.ts";
import { nearest } from "./nearest.ts";
import { configJsonSchema } from "./schema/json-schema.ts";
import { readSearch } from "./file/file-search.ts";
import { substitute } from "./substitute.ts";

describe("base_url", () => {
  test.each([
    ["azure", "https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com"],
    ["azure", "https://x.openai.azure.com/openai/v1", "https://x.openai.azure.com"],
    ["azure", "https://x.openai.azure.com//", "https://x.openai.azure.com"],
    ["azure", "https://x.openai.azure.com/openai/deployments/gpt-5/chat/completions", "https://x.openai.azure.com"],
    ["azure", "https://x.openai.azure.com/v1", "https://x.openai.azure.com"],
    ["azure", "https://x.services.ai.azure.com/v1/chat/completions", "https://x.services.ai.azure.com"],
    ["azure", "https://x.services.ai.azure.com/models", "https://x.services.ai.azure.com"],
    [
      "azure",
      "https://x.services.ai.azure.com/api/projects/p/openai/v1",
      "https://x.services.ai.azure.com/api/projects/p",
    ],
    ["azure", "https://gateway.example/v1/openai", "https://gateway.example/v1"],
    ["azure", "https://gateway.example/team/openai/v1", "https://gateway.example/team"],
    ["azure", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["anthropic", "https://api.anthropic.com/v1/", "https://api.anthropic.com"],
    ["anthropic", "https://api.anthropic.com", "https://api.anthropic.com"],
    ["openai", "https://api.openai.com/v1/", "https://api.openai.com/v1"],
    ["openai-compatible", "http://localhost:11434/v1", "http://localhost:11434/v1"],
  ] as const)("%s %s → %s", (kind, written, baseUrl) => expect(normaliseBaseUrl(kind, written)).toEqual({ baseUrl }));
  test("Azure's query is its version", () => {
    expect(
      normaliseBaseUrl("azure", "https://x.openai.azure.com/openai/responses?api-version=2025-04-01-preview"),
    ).toEqual({ baseUrl: "https://x.openai.azure.com", apiVersion: "2025-04-01-preview" });
    expect(normaliseBaseUrl("azure", "https://x.openai.azure.com/?api-version=preview")).toEqual({
      baseUrl: "https://x.openai.azure.com",
    });
  });
  test.each([
    ["example.com", "is not a URL that starts with https:// or http://"],
    ["ftp://x", "is not a URL that starts with https:// or http://"],
    ["", "is not a URL that starts with https:// or http://"],
    ["https://me:secret@x/v1", "holds a user name or password"],
    ["https://x/v1?key=1", "has a ? part"],
    ["https://x/v1#a", "has a # part"],
    ["https://x/v1/responses", "ends in /responses"],
  ])("%p is refused: it %s", (written, fault) => {
    expect(normaliseBaseUrl("openai", written)).toStartWith(fault);
  });
});

describe("keys", () => {
  test.each([
    "change-me",
    "CHANGE_ME",
    "changeme",
    "your-key",
    "your-api-key-here",
    "YOUR_AIMLAPI_KEY",
    "sk-1234",
    "sk-1234567890",
    "sk-...",
    "sk-…",
    "xxx",
    "sk-xxxxxxxx",
    "<your key>",
    "api-key",
    "replace-with-a-long-random-secret",
  ])("%p is a sample, and no key", (key) => expect(keyFault(key)).toBe("a sample value that everybody knows"));
  test("nothing is no key", () => {
    expect([keyFault(""), keyFault("  ")]).toEqual(["empty", "empty"]);
  });
  test.each([
    "sk-proj-abcdefghijkl",
    "sk-ant-api03-abc",
    "test-key",
    "secret",
    "k1",
    "0123456789abcdef",
    "sk-12345678901",
    "yourself",
    "a.b.c",
  ])("%p may be one", (key) => expect(keyFault(key)).toBeUndefined());
  test("consumer log-ins are told by their shape", () => {
    expect(consumerToken("sk-ant-oat01-xyz")).toContain("Claude subscription");
    expect(consumerToken(" sk-ant-ort01-xyz ")).toContain("Claude subscription");
    expect(consumerToken("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")).toContain("ChatGPT");
    expect(consumerToken("sk-ant-api03-xyz")).toBeUndefined();
    expect(consumerToken("eyJust-a-key")).toBeUndefined();
  });
  test("masking never shows more than seven characters, and none of a short one", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), (secret) => {
        const shown = maskSecret(secret).replace("****", "");
        expect(shown.length).toBeLessThanOrEqual(secret.length < 20 ? 0 : 7);
      }),
    );
  });
  test("no key is ever a sample and something else's fault at once", () =>
    expect(isSampleKey("sk-ant-oat01-abc")).toBe(false));
});

test("a near word is found, a far one is not", () => {
  const known = ["host", "port", "body_bytes_max", "gpt-high"];
  expect(
    ["prot", "PORT", "hots", "body_byte_max", "gpt-hihg", "elephant", "x", ""].map((word) => nearest(word, known)),
  ).toEqual(["port", "port", "host", "body_bytes_max", "gpt-high", undefined, undefined, undefined]);
  expect(nearest("x".repeat(100_000), known)).toBeUndefined();
});

describe("substitution", () => {
  test("never looks into a value again", () => expect(substitute("${A}", { A: "${B}", B: "x" }).text).toBe("${B}"));
  test("does not find what every object has", () =>
    expect(substitute("${constructor}${__proto__}", {}).missing).toEqual(["constructor", "__proto__"]));
  test("leaves text without variables alone, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => fc.pre(!text.includes("${")) === undefined && expect(substitute(text, {}).text).toBe(text),
      ),
    );
  });
  test("takes any text", () =>
    void fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("$", "{", "}", ":", "-", "A", " ") }),
        (text) => typeof substitute(text, { A: "1" }).text === "string",
      ),
    ));
});

test("data lives where the platform keeps it", () => {
  expect(dataDir({}, "linux", "/home/me")).toBe("/home/me/.local/share/codeswitch");
  expect(dataDir({ XDG_DATA_HOME: "/data" }, "linux", "/home/me")).toBe("/data/codeswitch");
  expect(dataDir({ XDG_DATA_HOME: "relative" }, "linux", "/home/me")).toBe("/home/me/.local/share/codeswitch");
  expect(dataDir({}, "darwin", "/Users/me")).toBe("/Users/me/Library/Application Support/codeswitch");
  expect(dataDir({ LOCALAPPDATA: "C:\\Local" }, "win32", "C:\\Users\\me")).toBe("C:\\Local\\codeswitch");
  expect(dataDir({ CODESWITCH_DATA_DIR: "/own" }, "linux", "/home/me")).toBe("/own");
});

test("loopback is what only this machine reaches", () => {
  expect(["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"].every(isLoopback)).toBe(true);
  expect(
    ["0.0.0.0", "::", "192.168.1.2", "example.com", "127.0.0.1.evil.com", "localhost.evil.com", ""].some(isLoopback),
  ).toBe(false);
});

test("a .env is known by its name", () => {
  expect([".env", "a/.env", "C:\\x\\.env", ".env.local", "prod.env"].every(isDotenv)).toBe(true);
  expect(["codeswitch.yaml", "env", "a.envelope", "x.env.yaml"].some(isDotenv)).toBe(false);
});

test("the JSON Schema forbids unknown keys and allows ${…} for numbers and choices", () => {
  const schema = configJsonSchema() as {
    additionalProperties?: boolean;
    properties: { server: { properties: { port: { anyOf: unknown[]; default: number } } } };
  };
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.server.properties.port.anyOf).toHaveLength(2);
  expect(schema.properties.server.properties.port.default).toBe(4141);
});

describe("the search of the web", () => {
  test("has the provider's own host, and a key without which it is off", () => {
    expect(readSearch({ kind: "brave", apiKey: "k" }, [])).toEqual({
      search: { kind: "brave", baseUrl: "https://api.search.brave.com", apiKey: "k" },
    });
    expect(readSearch({ kind: "tavily", apiKey: "" }, [])).toEqual({ off: "it has no api_key" });
    expect(readSearch({ kind: "tavily" }, ["TAVILY_API_KEY"])).toEqual({
      off: "its api_key needs TAVILY_API_KEY, which is not set",
    });
  });
  test("of SearXNG stands where the operator says", () => {
    expect(readSearch({ kind: "searxng", baseUrl: "http://localhost:8080/" }, [])).toEqual({
      search: { kind: "searxng", baseUrl: "http://localhost:8080" },
    });
    expect(readSearch({ kind: "searxng" }, [])).toMatchObject({ fault: expect.any(String) });
    expect(readSearch(undefined, [])).toEqual({});
  });
});
