/** Search providers: asked as they want it, and bounded whatever they answer. */
import { afterEach, describe, expect, test } from "bun:test";
import type { SearchConfig } from "../config/config.ts";
import { SearchError, type SearchQuery } from "./search-provider.ts";
import { searchOf } from "./search.ts";

const open: { stop(force: boolean): unknown }[] = [];
afterEach(() => void open.splice(0).forEach((server) => server.stop(true)));

interface Asked {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}
function serve(answer: (asked: Asked) => Response | Promise<Response>): { url: string; asked: Asked[] } {
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const seen = { url: new URL(request.url), headers: request.headers, body: await request.text() };
      asked.push(seen);
      return answer(seen);
    },
  });
  open.push(server);
  return { url: `http://127.0.0.1:${server.port}`, asked };
}
const HIT = { title: "Bun", url: "https://bun.sh/docs", content: "A runtime." };
const NEVER = new AbortController().signal;
const search = (config: SearchConfig | undefined, query: Partial<SearchQuery> = {}) =>
  searchOf(config)({ text: "bun", ...query }, NEVER);
const faultOf = (config: SearchConfig | undefined, query: Partial<SearchQuery> = {}): Promise<unknown> =>
  search(config, query).catch((error: unknown) => (error instanceof SearchError ? error.fault : error));

describe("each provider is asked in its own words", () => {
  test("searxng", async () => {
    const { url, asked } = serve(() => Response.json({ results: [{ ...HIT, publishedDate: "2026-01-02" }] }));
    expect(await search({ kind: "searxng", baseUrl: url }, { text: "a b&c" })).toEqual([
      { title: "Bun", url: HIT.url, text: "A runtime.", age: "2026-01-02" },
    ]);
    expect(asked[0]?.url.href).toBe(`${url}/search?q=a+b%26c&format=json`);
    expect(asked[0]?.headers.get("authorization")).toBeNull();
  });
  test("brave", async () => {
    const hit = {
      title: "<strong>Bun</strong>",
      url: HIT.url,
      description: "A <strong>runtime</strong>.",
      age: "2 days ago",
    };
    const { url, asked } = serve(() => Response.json({ web: { results: [hit] } }));
    expect(await search({ kind: "brave", baseUrl: url, apiKey: "k" })).toEqual([
      { title: "Bun", url: HIT.url, text: "A runtime.", age: "2 days ago" },
    ]);
    expect([asked[0]?.url.pathname, asked[0]?.headers.get("x-subscription-token")]).toEqual([
      "/res/v1/web/search",
      "k",
    ]);
  });
  test("tavily", async () => {
    const { url, asked } = serve(() => Response.json({ results: [HIT] }));
    expect(await search({ kind: "tavily", baseUrl: url, apiKey: "k" }, { allowed: ["bun.sh"] })).toHaveLength(1);
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer k");
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ query: "bun", max_results: 10, include_domains: ["bun.sh"] });
  });
});

describe("what comes back", () => {
  test("is within the domains that were asked for", async () => {
    const urls = [
      "https://bun.sh/docs",
      "https://x.bun.sh/",
      "https://notbun.sh/",
      "https://example.com/blog/1",
      "javascript:1",
      "no url",
    ];
    const { url } = serve(() => Response.json({ results: urls.map((one) => ({ ...HIT, url: one })) }));
    const found = async (query: Partial<SearchQuery>) =>
      (await search({ kind: "searxng", baseUrl: url }, query)).map((hit) => hit.url);
    expect(await found({})).toEqual(urls.slice(0, 4));
    expect(await found({ allowed: ["bun.sh"] })).toEqual(urls.slice(0, 2));
    expect(await found({ allowed: ["example.com/blog"] })).toEqual([urls[3] ?? ""]);
    expect(await found({ blocked: ["bun.sh"] })).toEqual(urls.slice(2, 4));
  });
  test("is bounded", async () => {
    const long = { title: "t".repeat(9_000), url: HIT.url, content: "c".repeat(30_000) };
    const { url } = serve(() => Response.json({ results: Array.from({ length: 50 }, () => long) }));
    const hits = await search({ kind: "searxng", baseUrl: url });
    expect(hits).toHaveLength(10);
    expect(hits.every((hit) => hit.title.length <= 300 && hit.text.length <= 2_000)).toBe(true);
  });
  test("is nothing for an answer of another shape", async () => {
    for (const answer of [{}, { results: 7 }, { results: [1, null, {}] }]) {
      const { url } = serve(() => Response.json(answer));
      expect(await search({ kind: "searxng", baseUrl: url })).toEqual([]);
    }
  });
});

describe("a search fails in Anthropic's words", () => {
  const at = (answer: () => Response | Promise<Response>): SearchConfig => ({
    kind: "searxng",
    baseUrl: serve(answer).url,
  });
  test("unavailable: not configured, refused, broken, too large", async () => {
    expect(await faultOf(undefined)).toBe("unavailable");
    expect(await faultOf(at(() => new Response("no", { status: 401 })))).toBe("unavailable");
    expect(await faultOf(at(() => new Response("<html>")))).toBe("unavailable");
    expect(await faultOf(at(() => new Response(`{"results":"${"x".repeat(3 << 20)}"}`)))).toBe("unavailable");
    expect(await faultOf({ kind: "searxng", baseUrl: "http://127.0.0.1:1" })).toBe("unavailable");
  });
  test("a redirect is not followed: it could lead anywhere, with the key", async () => {
    const target = serve(() => Response.json({ results: [HIT] }));
    expect(await faultOf(at(() => Response.redirect(target.url, 302)))).toBe("unavailable");
    expect(target.asked).toHaveLength(0);
  });
  test("too many requests, no query, too long a query", async () => {
    expect(await faultOf(at(() => new Response("", { status: 429 })))).toBe("too_many_requests");
    expect(
      await faultOf(
        at(() => Response.json({})),
        { text: "  " },
      ),
    ).toBe("invalid_tool_input");
    expect(
      await faultOf(
        at(() => Response.json({})),
        { text: "x".repeat(1_001) },
      ),
    ).toBe("query_too_long");
  });
  test("when the caller leaves", async () => {
    const left = new AbortController();
    const config = at(() => (left.abort(), new Promise<Response>(() => {})));
    await expect(searchOf(config)({ text: "bun" }, left.signal)).rejects.toThrow("unavailable");
  });
});
