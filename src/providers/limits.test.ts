/** The windows that vendors state for their models, as the rows of models.ts have them. A row that changes is read here once more. */
import { expect, test } from "bun:test";
import type { ProviderKind } from "../config/config.ts";
import { capabilitiesOf } from "./capabilities.ts";

const limits = (kind: ProviderKind, model: string) => {
  const provider = { name: "it", kind, baseUrl: "https://h/v1", headers: {}, firstByteMs: 1, idleMs: 1 };
  const { contextTokens, outputTokens } = capabilitiesOf(
    provider,
    kind === "anthropic" ? "anthropic-messages" : "openai-responses",
    model,
  );
  return [contextTokens, outputTokens];
};

// https://platform.openai.com/docs/models and https://docs.claude.com/en/docs/about-claude/models/overview
test.each([
  ["openai", "gpt-5", 400_000, 128_000],
  ["openai", "gpt-5-pro", 400_000, 272_000],
  ["openai", "gpt-5.1-chat", 128_000, 16_384],
  ["openai", "gpt-5.5", 1_050_000, 128_000],
  ["openai", "o1", 200_000, 100_000],
  ["openai", "o3", 200_000, 100_000],
  ["openai", "o4-mini", 200_000, 100_000],
  ["openai", "gpt-4.1", 1_047_576, 32_768],
  ["openai", "gpt-4o", 128_000, 16_384],
  ["anthropic", "claude-sonnet-4-5", 200_000, 64_000],
  ["anthropic", "claude-opus-4-1", 200_000, 32_000],
  ["anthropic", "claude-3-5-haiku", 200_000, 8_192],
  ["anthropic", "claude-3-opus", 200_000, 4_096],
] as const)("%s %s: %d in all, %d of them out", (kind, model, context, output) => {
  expect(limits(kind, model)).toEqual([context, output]);
});
