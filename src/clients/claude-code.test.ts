/** Attribution of Claude Code: for Anthropic's bill, in nobody else's prompt. */
import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../ir/request.ts";
import { applyEdits } from "../wire/edit.ts";
import { attributionEdits, readsAttribution, withoutAttribution } from "./claude-code.ts";

const BLOCK = {
  kind: "text",
  text: "x-anthropic-billing-header: cc_version=2.1.329.0a8; cc_entrypoint=sdk-cli;",
} as const;
const RULES = { kind: "text", text: "Be brief." } as const;
const requestOf = (entries: ModelRequest["entries"]): ModelRequest => ({
  model: "m",
  stream: false,
  generate: true,
  entries,
  tools: [],
  sampling: {},
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "anthropic-messages", fields: {} },
});

describe("the attribution block of a translated call", () => {
  test("is left out, and told", () => {
    const { value, losses } = withoutAttribution(requestOf([{ kind: "instructions", content: [BLOCK, RULES] }]));
    expect(value.entries).toEqual([{ kind: "instructions", content: [RULES] }]);
    expect(losses).toMatchObject([{ feature: "billing-header", weight: "hint" }]);
  });
  test("takes no empty system prompt with it", () =>
    expect(withoutAttribution(requestOf([{ kind: "instructions", content: [BLOCK] }])).value.entries).toEqual([]));
  test("is only what stands first and reads so", () => {
    for (const content of [[RULES, BLOCK], [RULES], [], "x-anthropic-billing-header: as a string"]) {
      const request = requestOf([{ kind: "instructions", content }]);
      expect(withoutAttribution(request)).toEqual({ value: request, losses: [] });
    }
    expect(withoutAttribution(requestOf([])).losses).toEqual([]);
  });
});

describe("the attribution block of passing bytes", () => {
  const text = `{"system":[{"type":"text","text":${JSON.stringify(BLOCK.text)}}, {"type":"text","text":"Be brief."}],"n":1.0}`;
  test("is cut out, and nothing else", () =>
    expect(applyEdits(text, attributionEdits(JSON.parse(text), "kimi", "anthropic-messages"))).toBe(
      '{"system":[{"type":"text","text":"Be brief."}],"n":1.0}',
    ));
  test("stays for its own vendor, and in other dialects", () => {
    expect(attributionEdits(JSON.parse(text), "anthropic", "anthropic-messages")).toEqual([]);
    expect(attributionEdits(JSON.parse(text), "kimi", "openai-chat")).toEqual([]);
  });
  test("stays where nothing of it is", () => {
    for (const system of ["x-anthropic-billing-header:", [], [{}], [null], undefined])
      expect(attributionEdits({ system: system as never }, "kimi", "anthropic-messages")).toEqual([]);
  });
});

test("Anthropic's own models read it, in their own dialect", () => {
  expect(
    ["anthropic", "azure", "kimi", "openai-compatible"].map((kind) =>
      readsAttribution(kind as never, "anthropic-messages"),
    ),
  ).toEqual([true, true, false, false]);
  expect(readsAttribution("azure", "openai-responses")).toBe(false);
});
