/** What one target is sent, and what it is spared. */
import { describe, expect, test } from "bun:test";
import type { Config, ModelConfig, ProviderConfig } from "../config/config.ts";
import { DEFAULTS } from "../config/default.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Entry } from "../ir/request.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { plan } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import type { JsonObject } from "../wire/json.ts";
import { lacksRequiredReasoning, translateRequest } from "./translate.ts";

const provider = (name: string, more: Partial<ProviderConfig>): ProviderConfig => ({
  name,
  kind: "openai-compatible",
  baseUrl: "https://models.example/v1",
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
  ...more,
});

const PROVIDERS = {
  generic: provider("generic", {}),
  claude: provider("claude", { kind: "anthropic", baseUrl: "https://api.anthropic.com" }),
  openai: provider("openai", { kind: "openai", baseUrl: "https://api.openai.com/v1" }),
};

function targetOf(
  name: keyof typeof PROVIDERS,
  model: string,
  more: Partial<ModelConfig["targets"][number]> = {},
): Target {
  const config: Config = {
    ...DEFAULTS,
    server: { host: "127.0.0.1", port: 0, bodyBytesMax: 1, corsOrigins: [], heartbeatMs: 0, drainMs: 0, workers: 1 },
    keys: [],
    providers: PROVIDERS,
    models: [{ name: "m", targets: [{ provider: name, model, ...more }] }],
    log: { format: "json" },
    source: "test",
    warnings: [],
  };
  const [target] = plan(config, "m").targets;
  if (!target) throw new Error("no target");
  return target;
}

const sent = (from: DialectId, body: JsonObject, target: Target) =>
  translateRequest(DIALECTS[from].request.decode(body).value, target);

const HELLO = { role: "user", content: "hello" };
const PLAIN: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": { model: "m", messages: [HELLO] },
  "openai-responses": { model: "m", input: [HELLO] },
  "anthropic-messages": { model: "m", max_tokens: 100, messages: [HELLO] },
};
const ASKING: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": { reasoning_effort: "high", verbosity: "low" },
  "openai-responses": { reasoning: { effort: "high" }, text: { verbosity: "low" } },
  "anthropic-messages": { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
};

describe("a vendor that nobody knows", () => {
  const NEWER = ["verbosity", "reasoning_effort", "reasoning", "thinking", "store", "prompt_cache_key", "service_tier"];
  for (const from of Object.keys(PLAIN) as DialectId[])
    for (const model of ["gpt-5", "some-model"]) {
      test(`${from} → ${model}: is sent no newer field that the caller did not ask for`, () => {
        const { body } = sent(from, PLAIN[from], targetOf("generic", model));
        expect(NEWER.filter((field) => field in body)).toEqual([]);
      });
      test(`${from} → ${model}: is sent what the caller asked for`, () => {
        const { body } = sent(from, { ...PLAIN[from], ...ASKING[from] }, targetOf("generic", model));
        expect(body).toMatchObject({
          reasoning_effort: "high",
          ...(from !== "anthropic-messages" && { verbosity: "low" }),
        });
      });
    }
});

describe("a field that a vendor refuses", () => {
  test("is a loss where the caller wrote it, under the caller's own name", () => {
    const body = { ...PLAIN["openai-responses"], text: { verbosity: "low" } };
    const refusing = targetOf("generic", "gpt-5");
    const target = {
      ...refusing,
      capabilities: { ...refusing.capabilities, refusesFields: new Set(["verbosity", "stream_options"]) },
    };
    const { body: written, losses } = sent("openai-responses", { ...body, stream: true }, target);
    expect(written).not.toHaveProperty("verbosity");
    expect(losses).toMatchObject([{ path: "text.verbosity", feature: "unsupported-parameter" }]);
  });
});

describe("a document of Anthropic's caller", () => {
  const document = {
    type: "document",
    title: "The plan",
    context: "Signed in May.",
    source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
  };
  const body = { ...PLAIN["anthropic-messages"], messages: [{ role: "user", content: [document] }] };

  test("keeps its context as text beside it, and its title as a file name, over Chat", () => {
    const { body: written, losses } = sent("anthropic-messages", body, targetOf("generic", "some-model"));
    expect((written.messages as JsonObject[])[0]?.content).toEqual([
      { type: "text", text: "Signed in May." },
      { type: "file", file: { filename: "The plan.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } },
    ]);
    expect(losses).toMatchObject([{ path: "messages[0].content[0]", feature: "document-context", weight: "hint" }]);
  });

  test("and over Responses", () => {
    const target = targetOf("openai", "gpt-5", { dialect: "openai-responses" });
    const { body: written } = sent("anthropic-messages", body, target);
    expect((written.input as JsonObject[])[0]?.content).toEqual([
      { type: "input_text", text: "Signed in May." },
      { type: "input_file", filename: "The plan.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
    ]);
  });

  test("that is an address keeps its title too", () => {
    const linked = { type: "document", title: "The plan", source: { type: "url", url: "https://example.com/a" } };
    const asked = { ...PLAIN["anthropic-messages"], messages: [{ role: "user", content: [linked] }] };
    const target = targetOf("openai", "gpt-5", { dialect: "openai-responses" });
    expect((sent("anthropic-messages", asked, target).body.input as JsonObject[])[0]?.content).toEqual([
      { type: "input_text", text: "The plan" },
      { type: "input_file", file_url: "https://example.com/a" },
    ]);
  });
});

describe("a tool loop under way", () => {
  const budget = targetOf("claude", "claude-sonnet-4-5");
  const adaptive = targetOf("claude", "claude-sonnet-5");
  const user = (content: string): Entry => ({ kind: "message", role: "user", content });
  const call: Entry = { kind: "call", callId: "1", tool: { via: "function", name: "read" }, input: { json: "{}" } };
  const result: Entry = { kind: "result", callId: "1", via: "function", content: "text" };
  const thought = (issuer: string): Entry => ({
    kind: "reasoning",
    sections: ["t"],
    seal: { dialect: "anthropic-messages", issuer, family: budget.addressee.family, value: "sig" },
  });
  const lacks = (entries: readonly Entry[], target: Target, mode: "on" | "adaptive" | "off"): boolean => {
    const hello = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "q" }] };
    const { value } = DIALECTS["anthropic-messages"].request.decode(hello);
    return lacksRequiredReasoning({ ...value, entries, reasoning: { mode } }, target);
  };

  test("misses its thinking only where a budget demands it", () => {
    const loop = [user("q"), call, result];
    expect(lacks(loop, budget, "on")).toBe(true);
    expect(lacks(loop, budget, "off")).toBe(false);
    expect(lacks(loop, adaptive, "adaptive")).toBe(false);
    expect(lacks([user("q"), thought(budget.issuer), call, result], budget, "on")).toBe(false);
    expect(lacks([user("q"), thought("somebody else"), call, result], budget, "on")).toBe(true);
    expect(lacks([...loop, user("next")], budget, "on")).toBe(false);
  });
});
