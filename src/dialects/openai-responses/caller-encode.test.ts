/** What a request says of its caller, where another dialect wrote it: carried, or told as lost. */
import { describe, expect, test } from "bun:test";
import { DIALECTS } from "../index.ts";
import type { JsonObject } from "../../wire/json.ts";
import { TO } from "../../../test/fixtures/responses.ts";

const HELLO = { role: "user", content: "hello" };
const from = (dialect: "anthropic-messages" | "openai-chat", body: JsonObject) => {
  const { value: request } = DIALECTS[dialect].request.decode({
    model: "m",
    max_tokens: 10,
    messages: [HELLO],
    ...body,
  });
  const { value, losses } = DIALECTS["openai-responses"].request.encode(request, TO);
  return { value, losses: losses.map(({ path, feature, how, weight }) => [path, feature, how, weight]) };
};

describe("the user of Chat", () => {
  test("is carried up to 64 characters", () => {
    const user = "u".repeat(64);
    const { value, losses } = from("openai-chat", { user });
    expect([value.user, losses]).toEqual([user, []]);
  });
  test("is dropped beyond that, which the vendor refuses, and the loss is told", () => {
    const { value, losses } = from("openai-chat", { user: "u".repeat(65) });
    expect(value).not.toHaveProperty("user");
    expect(losses).toEqual([["user", "user", "dropped", "hint"]]);
  });
});

test("the user of Messages is a record of device and account: it goes nowhere, and the loss is told", () => {
  const { value, losses } = from("anthropic-messages", { metadata: { user_id: "u" } });
  expect(value).not.toHaveProperty("user");
  expect(value).not.toHaveProperty("metadata");
  expect(losses).toEqual([["metadata", "metadata", "dropped", "hint"]]);
});

describe("metadata of Chat", () => {
  const pairs = (count: number): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, "x"]));
  test("is carried while there are 16 pairs of short strings", () => {
    const metadata = { ...pairs(15), ["k".repeat(64)]: "v".repeat(512) };
    expect(from("openai-chat", { metadata })).toMatchObject({ value: { metadata }, losses: [] });
  });
  test.each([
    ["more than 16 pairs", pairs(17), pairs(16)],
    ["a long value", { a: "x", b: "v".repeat(513) }, { a: "x" }],
    ["a long key", { a: "x", ["k".repeat(65)]: "x" }, { a: "x" }],
    ["a number", { a: "x", b: 1 }, { a: "x" }],
  ] as const)("with %s loses what does not fit, and says so", (_what, metadata, kept) => {
    const { value, losses } = from("openai-chat", { metadata });
    expect(value.metadata).toEqual(kept);
    expect(losses).toEqual([["metadata", "metadata", "approximated", "hint"]]);
  });
});
