/** Which dialect a body is written in, by its path and by itself. */
import { expect, test } from "bun:test";
import { surfaceOf } from "./surfaces.ts";

const [CHAT, RESPONSES, MESSAGES] = [
  surfaceOf("openai-chat"),
  surfaceOf("openai-responses"),
  surfaceOf("anthropic-messages"),
];

const MESSAGE = { role: "user", content: "Hi" };

test.each([
  [{ messages: [MESSAGE] }, "openai-chat"],
  [{ input: "Hi" }, "openai-responses"],
  [{ input: null }, "openai-responses"],
  [{ input: [MESSAGE], messages: [] }, "openai-responses"],
  [{ input: [MESSAGE], messages: "none" }, "openai-responses"],
  [{ input: [MESSAGE], messages: [MESSAGE] }, "openai-chat"],
  [{}, "openai-chat"],
] as const)("at the Chat path %j is %s", (body, dialect) => {
  expect(CHAT.dialectOf(body)).toBe(dialect);
});

test("at the other paths the path decides, whatever the body says", () => {
  for (const body of [{}, { input: "Hi" }, { messages: [MESSAGE] }]) {
    expect(RESPONSES.dialectOf(body)).toBe("openai-responses");
    expect(MESSAGES.dialectOf(body)).toBe("anthropic-messages");
  }
});

test("answers are in the dialect of the path", () => {
  expect([CHAT.reply, RESPONSES.reply, MESSAGES.reply]).toEqual([
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
  ]);
});
