/** The list of models, in the shape of the client that reads it, and with the names that its key may ask for. */
import { describe, expect, test } from "bun:test";
import type { KeySettings, ModelConfig, ProviderConfig } from "../config/config.ts";
import { exchangeOf } from "../../test/fixtures/exchange.ts";
import { listModels, oneModel } from "./list-models.ts";

const P: ProviderConfig = {
  name: "p",
  kind: "openai",
  baseUrl: "https://h.example.com",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
};
const model = (name: string, more: object = {}, provider = "p"): ModelConfig => ({
  name,
  targets: [{ provider, model: "gpt-5", ...more }],
});
const MODELS = [model("a"), model("b", { effort: "low" }), model("any-*"), model("off", {}, "nobody")];

const asked = (query = "", headers: Record<string, string> = {}, key?: KeySettings, captured = "") =>
  exchangeOf(new Request(`http://localhost/v1/models${query}`, { headers }), {
    config: { providers: { p: P }, models: MODELS },
    captured,
    ...(key && { caller: { id: "k", name: key.name, key } }),
  }).exchange;
const list = async (...args: Parameters<typeof asked>) => (await listModels(asked(...args))).json();
const one = async (name: string, headers: Record<string, string> = {}, key?: KeySettings) =>
  (await oneModel(asked("", headers, key, name))).json();

const CHAT = (id: string) => ({ id, object: "model", created: 1_767_225_600, owned_by: "codeswitch" });
const MESSAGES = (id: string) => ({ type: "model", id, display_name: id, created_at: "2026-01-01T00:00:00.000Z" });
const VERSION = { "anthropic-version": "2023-06-01" };
const KEY: KeySettings = { name: "k", models: ["b*"] };
const NOTHING: KeySettings = { name: "k", models: [] };

describe("the list", () => {
  test("is OpenAI's, without patterns and without models that nobody answers", async () => {
    expect(await list()).toEqual({ object: "list", data: [CHAT("a"), CHAT("b")] });
  });
  test("is Anthropic's for a client that says its version", async () => {
    expect(await list("", VERSION)).toEqual({
      data: [MESSAGES("a"), MESSAGES("b")],
      has_more: false,
      first_id: "a",
      last_id: "b",
    });
    expect(await list("", VERSION, NOTHING)).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });
  test("holds what the key may ask for", async () => {
    expect(await list("", {}, KEY)).toEqual({ object: "list", data: [CHAT("b")] });
  });
  test("has for Claude Code, which keeps ids of Claude only, every other name once more, shown as it is", async () => {
    const agent = { ...VERSION, "user-agent": "claude-code/2.1.329" };
    const { data } = (await list("?limit=1000", agent)) as { data: { id: string; display_name: string }[] };
    expect(data.map(({ id, display_name }) => [id, display_name])).toEqual([
      ["a", "a"],
      ["b", "b"],
      ["claude-codeswitch-a", "a"],
      ["claude-codeswitch-b", "b"],
    ]);
    const narrow = (await list("?limit=1000", agent, KEY)) as { data: { id: string }[] };
    expect(narrow.data.map(({ id }) => id)).toEqual(["b", "claude-codeswitch-b"]);
    expect(await one("claude-codeswitch-b", agent, KEY)).toMatchObject({
      id: "claude-codeswitch-b",
      display_name: "b",
    });
  });
  test("brings Codex its catalogue, ranked in the order of the configuration", async () => {
    const both = (await list("?client_version=0.169.0")) as { data: unknown; models: Record<string, unknown>[] };
    expect(both.data).toEqual([CHAT("a"), CHAT("b")]);
    expect(both.models.map(({ slug, priority, default_reasoning_level: level }) => [slug, priority, level])).toEqual([
      ["a", 1, "medium"],
      ["b", 2, "low"],
    ]);
  });
});

test("a client is told what may go in, where less than the context may", async () => {
  const windowOf = async (kind: ProviderConfig["kind"], served: string): Promise<unknown> => {
    const request = new Request("http://localhost/v1/models?client_version=0.169.0");
    const config = { providers: { p: { ...P, kind } }, models: [model("m", { model: served })] };
    const told = (await (await listModels(exchangeOf(request, { config }).exchange)).json()) as {
      models: { context_window: unknown }[];
    };
    return told.models[0]?.context_window;
  };
  expect(await windowOf("openai", "gpt-5")).toBe(272_000);
  expect(await windowOf("openai", "gpt-6-sol")).toBe(272_000);
  expect(await windowOf("openai", "gpt-4o")).toBe(128_000);
  expect(await windowOf("anthropic", "claude-sonnet-4-5")).toBe(200_000);
});

describe("one model", () => {
  test("is told in either shape, also where only a pattern matches it", async () => {
    expect(await one("a")).toEqual(CHAT("a"));
    expect(await one("any-thing", VERSION)).toEqual(MESSAGES("any-thing"));
  });
  test("that is not there, or not for this key, is refused", async () => {
    await expect(one("z")).rejects.toMatchObject({ kind: "unknown-model" });
    await expect(one("a", {}, KEY)).rejects.toMatchObject({ kind: expect.stringMatching(/forbidden|unknown-model/) });
  });
});
