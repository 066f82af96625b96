import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ProviderConfig, ProviderKind } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { defaultDialect, dialectFor, endpoint, impliedModel } from "./endpoint.ts";
import { VERSION } from "../wire/version.ts";
import { clientHeaders, upstreamHeaders } from "./headers.ts";
import type { Operation } from "./provider.ts";

const provider = (kind: ProviderKind, baseUrl: string, more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  name: "it",
  kind,
  baseUrl,
  apiKey: "secret",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
  ...more,
});

describe("whatever a model is called", () => {
  const BASE = "https://r.openai.azure.com/gateway";
  const dated = provider("azure", BASE, { apiVersion: "2024-10-21" });
  // What URL parsers, proxies and file systems read as something else than a letter.
  const MARKS = [
    "/",
    "\\",
    ".",
    "..",
    "%",
    "%2e",
    "%2F",
    "%5c",
    "?",
    "#",
    ";",
    ":",
    "@",
    "//",
    " ",
    "é",
    "\uff0e",
    "\ud800",
  ];
  const CONTROLS = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code)).concat(
    "\u007f",
    "\u0085",
    "\u2028",
  );
  const names = fc
    .array(fc.oneof(fc.constantFrom(...MARKS), fc.constantFrom(...CONTROLS), fc.constantFrom("gpt-5", "a", "v1")))
    .map((parts) => parts.join(""));

  test("the URL that is asked is the base, the deployment and nothing else", () => {
    let [asked, refused] = [0, 0];
    const check = (name: string): void => {
      let url: string;
      try {
        url = endpoint(dated, "openai-chat", name, "generate").url;
      } catch (error) {
        expect(error).toMatchObject({ kind: "invalid-request" });
        refused++;
        return;
      }
      asked++;
      // As fetch reads it.
      const { origin, pathname, search, hash } = new URL(url);
      const segments = name.split("/");
      expect([origin, search, hash]).toEqual([new URL(BASE).origin, "?api-version=2024-10-21", ""]);
      expect(pathname).toStartWith("/gateway/openai/deployments/");
      expect(pathname.split("/").slice(4, -2).map(decodeURIComponent)).toEqual(segments);
      expect(pathname).toEndWith("/chat/completions");
    };
    fc.assert(fc.property(names, check), { numRuns: 2_000, seed: 4 });
    for (const mark of [...MARKS, ...CONTROLS])
      for (const name of [mark, `a${mark}`, `a/${mark}/b`, `a${mark}b`]) check(name);
    expect(Math.min(asked, refused)).toBeGreaterThan(200);
  });
});

describe("URLs", () => {
  const AZURE = "https://r.openai.azure.com";
  type Row = [
    kind: ProviderKind,
    baseUrl: string,
    apiVersion: string | undefined,
    dialect: DialectId,
    model: string,
    url: string,
    operation?: Operation,
  ];
  const ROWS: Row[] = [
    ["azure", AZURE, undefined, "openai-responses", "gpt-5", `${AZURE}/openai/v1/responses`],
    ["azure", AZURE, undefined, "openai-chat", "gpt-5", `${AZURE}/openai/v1/chat/completions`],
    ["azure", `${AZURE}/openai/v1`, undefined, "openai-chat", "gpt-5", `${AZURE}/openai/v1/chat/completions`],
    ["azure", AZURE, "preview", "openai-responses", "gpt-5", `${AZURE}/openai/v1/responses?api-version=preview`],
    [
      "azure",
      AZURE,
      "2025-04-01-preview",
      "openai-responses",
      "gpt-5",
      `${AZURE}/openai/responses?api-version=2025-04-01-preview`,
    ],
    [
      "azure",
      AZURE,
      "2024-10-21",
      "openai-chat",
      "my gpt",
      `${AZURE}/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21`,
    ],
    [
      "azure",
      "https://api.aimlapi.com",
      "2024-12-01-preview",
      "openai-chat",
      "google/gemini-2.5-pro",
      "https://api.aimlapi.com/openai/deployments/google/gemini-2.5-pro/chat/completions?api-version=2024-12-01-preview",
    ],
    [
      "azure",
      AZURE,
      "2024-10-21",
      "openai-chat",
      "?x=1#y",
      `${AZURE}/openai/deployments/%3Fx%3D1%23y/chat/completions?api-version=2024-10-21`,
    ],
    ["azure", AZURE, "2024-10-21", "openai-chat", "", `${AZURE}/openai/models?api-version=2024-10-21`, "list-models"],
    [
      "azure",
      "https://r.services.ai.azure.com",
      undefined,
      "anthropic-messages",
      "claude-opus-5",
      "https://r.services.ai.azure.com/anthropic/v1/messages",
    ],
    [
      "openai",
      "https://api.openai.com/v1",
      undefined,
      "openai-responses",
      "gpt-5",
      "https://api.openai.com/v1/responses",
    ],
    [
      "openai",
      "https://api.openai.com/v1/",
      undefined,
      "openai-chat",
      "gpt-5",
      "https://api.openai.com/v1/chat/completions",
    ],
    [
      "openai",
      "https://api.openai.com/v1",
      undefined,
      "openai-chat",
      "",
      "https://api.openai.com/v1/models",
      "list-models",
    ],
    [
      "anthropic",
      "https://api.anthropic.com",
      undefined,
      "anthropic-messages",
      "c",
      "https://api.anthropic.com/v1/messages",
    ],
    [
      "anthropic",
      "https://api.anthropic.com/v1",
      undefined,
      "anthropic-messages",
      "c",
      "https://api.anthropic.com/v1/messages",
    ],
    [
      "anthropic",
      "https://api.anthropic.com",
      undefined,
      "anthropic-messages",
      "c",
      "https://api.anthropic.com/v1/messages/count_tokens",
      "count-tokens",
    ],
    [
      "anthropic",
      "https://api.anthropic.com",
      undefined,
      "anthropic-messages",
      "",
      "https://api.anthropic.com/v1/models",
      "list-models",
    ],
    [
      "kimi",
      "https://api.moonshot.ai/v1",
      undefined,
      "openai-chat",
      "k",
      "https://api.moonshot.ai/v1/chat/completions",
    ],
    [
      "kimi",
      "https://api.moonshot.ai/v1",
      undefined,
      "anthropic-messages",
      "k",
      "https://api.moonshot.ai/anthropic/v1/messages",
    ],
    [
      "openai-compatible",
      "https://openrouter.ai/api/v1",
      undefined,
      "anthropic-messages",
      "k",
      "https://openrouter.ai/api/v1/messages",
    ],
    [
      "openai-compatible",
      "https://generativelanguage.googleapis.com/v1beta/openai",
      undefined,
      "openai-chat",
      "g",
      "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    ],
    ["simulator", "http://127.0.0.1:9", undefined, "anthropic-messages", "sim", "http://127.0.0.1:9/v1/messages"],
    ["simulator", "http://127.0.0.1:9/v1", undefined, "openai-chat", "sim", "http://127.0.0.1:9/v1/chat/completions"],
  ];
  for (const [kind, baseUrl, apiVersion, dialect, model, url, operation = "generate"] of ROWS)
    test(`${operation} of ${kind} ${baseUrl} ${apiVersion ?? "without a version"}, ${dialect}, ${model}`, () => {
      const at = provider(kind, baseUrl, apiVersion === undefined ? {} : { apiVersion });
      expect(endpoint(at, dialect, model, operation).url).toBe(url);
    });

  test("a vendor without a counter is not asked to count", () => {
    expect(() =>
      endpoint(provider("kimi", "https://api.moonshot.ai/v1"), "anthropic-messages", "k", "count-tokens"),
    ).toThrow("counts tokens");
  });
});

describe("the dialect of a target that names none", () => {
  const azure = (apiVersion?: string): ProviderConfig =>
    provider("azure", "https://r", apiVersion === undefined ? {} : { apiVersion });
  test("Azure: Responses, but Chat before 2025-03-01-preview", () => {
    expect(defaultDialect(azure(), "gpt-5")).toBe("openai-responses");
    expect(defaultDialect(azure("2025-03-01-preview"), "prod")).toBe("openai-responses");
    expect(defaultDialect(azure("2025-02-01-preview"), "gpt-5")).toBe("openai-chat");
    expect(defaultDialect(azure("2024-10-21"), "gpt-5")).toBe("openai-chat");
  });
  test("Azure: Claude at its own endpoint, other makers through Chat", () => {
    expect(defaultDialect(azure(), "claude-sonnet-4-5")).toBe("anthropic-messages");
    expect(defaultDialect(azure(), "Kimi-K2-Thinking")).toBe("openai-chat");
  });
  test("others, and a dialect that is named", () => {
    expect(defaultDialect(provider("openai", ""), "gpt-5")).toBe("openai-responses");
    expect(defaultDialect(provider("anthropic", ""), "c")).toBe("anthropic-messages");
    expect(defaultDialect(provider("kimi", ""), "k")).toBe("openai-chat");
    expect(dialectFor(azure(), { model: "gpt-5", dialect: "openai-chat" })).toBe("openai-chat");
  });
  test("a deployment of a strange name is the model that the alias names, at a vendor that makes it", () => {
    expect(impliedModel(azure(), "prod", "gpt-5")).toBe("gpt-5");
    expect(impliedModel(azure(), "gpt-5-mini", "gpt-5")).toBeUndefined();
    expect(impliedModel(azure(), "prod", "claude-sonnet-4-5")).toBeUndefined();
  });
});

describe("credentials", () => {
  const headers = (kind: ProviderKind, dialect: DialectId, more: Partial<ProviderConfig> = {}) =>
    endpoint(provider(kind, "https://h/v1", more), dialect, "m", "generate").headers;
  test("each vendor's own header, our own name, the operator's headers last", () => {
    const own = { "user-agent": `codeswitch/${VERSION}` };
    expect(headers("azure", "openai-responses")).toEqual({ ...own, "api-key": "secret" });
    expect(headers("azure", "anthropic-messages")).toEqual({ ...own, "x-api-key": "secret" });
    expect(headers("anthropic", "anthropic-messages")).toEqual({ ...own, "x-api-key": "secret" });
    expect(headers("openai", "openai-chat")).toEqual({ ...own, authorization: "Bearer secret" });
    const { apiKey: _key, ...keyless } = provider("openai-compatible", "http://h/v1");
    expect(endpoint(keyless, "openai-chat", "m", "generate").headers).toEqual(own);
    expect(headers("openai", "openai-chat", { headers: { Authorization: "Bearer other", "X-Org": "1" } })).toEqual({
      ...own,
      authorization: "Bearer other",
      "x-org": "1",
    });
  });
});

describe("a caller's headers", () => {
  const SECRETS = {
    authorization: "Bearer caller",
    "x-api-key": "caller",
    "api-key": "caller",
    cookie: "a=b",
    host: "gateway",
    forwarded: "for=1",
    "x-forwarded-for": "1.2.3.4",
    "x-real-ip": "1.2.3.4",
    "cf-ray": "x",
    "cf-connecting-ip": "1.2.3.4",
    "openai-organization": "org",
    "user-agent": "claude-cli/2",
    "x-unknown": "1",
    "accept-encoding": "br",
  };
  const CALLER = new Headers({
    ...SECRETS,
    "anthropic-version": "2026-10-21",
    "anthropic-beta": "a-2025-01-01, b-2026-02-02",
    "anthropic-new-thing": "1",
    "x-claude-code-session-id": "s",
    "openai-beta": "responses=v1",
    "idempotency-key": "i",
    "x-client-request-id": "c",
    "x-openai-internal-codex-responses-lite": "1",
  });
  const DIALECTS: DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages"];
  const KINDS: ProviderKind[] = ["azure", "openai", "anthropic", "kimi", "openai-compatible", "simulator"];

  test("credentials, cookies, hosts and what proxies added never travel", () => {
    for (const kind of KINDS)
      for (const dialect of DIALECTS)
        for (const lane of ["native", "translated"] as const)
          for (const name of Object.keys(SECRETS))
            expect(upstreamHeaders(CALLER, { kind }, dialect, lane)).not.toHaveProperty(name);
  });
  test("the native Anthropic lane carries anthropic-* as it came, and session ids to Anthropic alone", () => {
    const native = {
      "anthropic-version": "2026-10-21",
      "anthropic-beta": "a-2025-01-01, b-2026-02-02",
      "anthropic-new-thing": "1",
      "idempotency-key": "i",
    };
    expect(upstreamHeaders(CALLER, { kind: "anthropic" }, "anthropic-messages", "native")).toEqual({
      ...native,
      "x-claude-code-session-id": "s",
    });
    expect(upstreamHeaders(CALLER, { kind: "openai-compatible" }, "anthropic-messages", "native")).toEqual(native);
  });
  test("a version is always named", () => {
    expect(upstreamHeaders(new Headers(), { kind: "anthropic" }, "anthropic-messages", "native")).toEqual({
      "anthropic-version": "2023-06-01",
    });
    expect(upstreamHeaders(CALLER, { kind: "anthropic" }, "anthropic-messages", "translated")).toEqual({
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a-2025-01-01, b-2026-02-02",
    });
  });
  test("OpenAI's dialects carry their own, translated bodies nothing", () => {
    expect(upstreamHeaders(CALLER, { kind: "azure" }, "openai-chat", "native")).toEqual({
      "openai-beta": "responses=v1",
      "idempotency-key": "i",
      "x-client-request-id": "c",
    });
    expect(upstreamHeaders(CALLER, { kind: "openai" }, "openai-responses", "native")).toEqual({
      "openai-beta": "responses=v1",
      "idempotency-key": "i",
      "x-client-request-id": "c",
      "x-openai-internal-codex-responses-lite": "1",
    });
    expect(upstreamHeaders(CALLER, { kind: "openai" }, "openai-responses", "translated")).toEqual({});
  });
});

test("waits, limits and ids go back; cookies, servers and organisations do not", () => {
  const upstream = new Headers({
    "retry-after": "3",
    "x-ratelimit-remaining-tokens": "1",
    "anthropic-ratelimit-requests-limit": "2",
    "x-request-id": "r",
    "openai-processing-ms": "4",
    "set-cookie": "a=b",
    "openai-organization": "org",
    "anthropic-organization-id": "org",
    server: "cloudflare",
    "cf-ray": "x",
    "content-encoding": "gzip",
    "content-length": "3",
    "transfer-encoding": "chunked",
  });
  expect(Object.keys(clientHeaders(upstream)).sort()).toEqual([
    "anthropic-ratelimit-requests-limit",
    "openai-processing-ms",
    "retry-after",
    "x-ratelimit-remaining-tokens",
    "x-request-id",
  ]);
});
