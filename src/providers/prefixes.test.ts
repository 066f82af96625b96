/** What catalogues put before a model's name is taken off where it is a vendor's, and nothing else. */
import { expect, test } from "bun:test";
import { withoutPrefix } from "./catalog.ts";

test.each([
  ["x-ai/grok-4", "grok-4"],
  ["xai/grok-4", "grok-4"],
  ["lmstudio/qwen3", "qwen3"],
  ["OpenAI/gpt-5", "gpt-5"],
])("%s is %s", (name, bare) => expect(withoutPrefix(name)).toBe(bare));

test.each(["grok-4", "x-ai/", "nobody/grok-4"])("%s stays", (name) => expect(withoutPrefix(name)).toBeUndefined());
