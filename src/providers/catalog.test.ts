import { describe, expect, test } from "bun:test";
import { fromEnvironment } from "../config/env/environment.ts";
import { VENDORS } from "./catalog.ts";

describe("the order of the rows", () => {
  /** Rows that one key is enough for. */
  const keyed = VENDORS.filter(({ baseUrl, keyVariables }) => baseUrl !== undefined && keyVariables.length > 0);
  const withKeysOf = (ids: readonly string[]) =>
    fromEnvironment(
      Object.fromEntries(
        keyed.filter(({ id }) => ids.includes(id)).map(({ keyVariables: [name = ""] }) => [name, "k".repeat(20)]),
      ),
      VENDORS,
    ).models;
  const answers = (ids: readonly string[], name: string): string | undefined =>
    withKeysOf(ids).find((model) => model.name === name)?.targets[0]?.provider;

  test("every name that no vendor claims goes to the first of these whose key is set", () => {
    const carriers = ["aimlapi", "groq", "openrouter", "ollama", "vllm"];
    expect(keyed.filter(({ catchAll }) => catchAll).map(({ id }) => id)).toEqual(carriers);
    const all = keyed.map(({ id }) => id);
    carriers.forEach((id, at) =>
      expect(
        answers(
          all.filter((other) => !carriers.slice(0, at).includes(other)),
          "*",
        ),
      ).toBe(id),
    );
    expect(answers(["openai", "anthropic"], "*")).toBeUndefined();
  });

  test("Claude's sizes go to the first of these where there is no Anthropic key", () => {
    const sized = ["openai", "kimi", "deepseek", "xai", "gemini"];
    expect(VENDORS.filter(({ sizes }) => sizes).map(({ id }) => id)).toEqual(sized);
    sized.forEach((id, at) => expect(answers(["groq", ...sized.slice(at)], "*sonnet*")).toBe(id));
  });

  test("whoever has names of its own is no catch-all, and whoever has neither has no key of its own", () => {
    for (const { id, models, catchAll } of keyed) expect([id, models.length === 0]).toEqual([id, catchAll === true]);
  });
});

test("what a vendor's key does is in its row; Azure's key is one of several variables", () => {
  const untold = VENDORS.filter((row) => row.keyVariables.length > 0 && row.keyMeaning === undefined);
  expect(untold.map(({ id }) => id)).toEqual(["azure"]);
});

test("a name that a vendor offers is its own, or it carries everybody's", () => {
  for (const { id, listed = [], sizes, models, catchAll } of VENDORS)
    for (const name of [...listed, ...Object.values(sizes ?? {})])
      expect([id, name, catchAll ?? models.some((pattern) => name.startsWith(pattern.replace("*", "")))]).toEqual([
        id,
        name,
        true,
      ]);
});
