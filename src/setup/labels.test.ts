/** Labels that a client's file says: what the gateway will read, and the person's own headers beside it. */
import { expect, test } from "bun:test";
import { ownOrigin, ownTags } from "../clients/own-headers.ts";
import { codex } from "./clients/codex.ts";
import { claudeCode } from "./clients/claude-code.ts";
import { opencode } from "./clients/opencode.ts";
import { labelHeaders } from "./labels.ts";
import type { Connection, Setup } from "./setup.ts";

const LABELS = labelHeaders({ tag: "team=search,ticket=A-12", repo: "acme/shop", branch: "main", pr: "17" });
const CONNECTION: Connection = { url: "http://x:1", key: "k", model: "gpt", models: ["gpt"] };
const after = (setup: Setup, before?: string, connection: Connection = { ...CONNECTION, labels: LABELS }): string =>
  setup.plan(() => before, { home: "/home/me", env: {} }, connection)[0]?.after ?? "";

test("what setup writes, the gateway reads", () => {
  const headers = new Headers(LABELS);
  expect(ownTags(headers)).toEqual({ team: "search", ticket: "A-12" });
  expect(ownOrigin(headers)).toEqual({ repo: "acme/shop", branch: "main", pr: "17" });
  expect(labelHeaders({})).toEqual({});
});

test.each([
  [{ tag: "team" }, '--tag: "team" is no NAME=VALUE'],
  [{ tag: "a b=c" }, "is no NAME=VALUE"],
  [{ tag: "" }, "is no NAME=VALUE"],
  [{ repo: "a\nx-evil: 1" }, "--repo: give up to 256 plain letters"],
  [{ branch: "ä" }, "--branch: give up to"],
  [{ pr: "7".repeat(257) }, "--pr: give up to"],
])("what the gateway would pass over is refused: %j", (labels, words) => {
  expect(() => labelHeaders(labels)).toThrow(words);
});

test("Claude Code keeps the person's own headers, and ours once", () => {
  const before = JSON.stringify({ env: { ANTHROPIC_CUSTOM_HEADERS: "X-Mine: 1\nX-Codeswitch-Tags: team=old" } });
  const { env } = JSON.parse(after(claudeCode, before)) as { env: Record<string, string> };
  expect(env.ANTHROPIC_CUSTOM_HEADERS?.split("\n")).toEqual([
    "X-Mine: 1",
    "x-codeswitch-tags: team=search,ticket=A-12",
    "x-codeswitch-repo: acme/shop",
    "x-codeswitch-branch: main",
    "x-codeswitch-pr: 17",
  ]);
});

test("Codex and OpenCode get them in their own files", () => {
  const toml = Bun.TOML.parse(after(codex)) as { model_providers: { codeswitch: { http_headers: unknown } } };
  expect(toml.model_providers.codeswitch.http_headers).toEqual(LABELS);
  const json = JSON.parse(after(opencode)) as { provider: { codeswitch: { options: { headers: unknown } } } };
  expect(json.provider.codeswitch.options.headers).toEqual(LABELS);
});

test("nobody gets any who asked for none", () => {
  for (const setup of [claudeCode, codex, opencode] as const)
    expect(after(setup, undefined, CONNECTION)).not.toMatch(/x-codeswitch|headers/i);
});
