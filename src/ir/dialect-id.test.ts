import { expect, test } from "bun:test";
import { readDialectId } from "./dialect-id.ts";
import { readSeal } from "./seal.ts";

test("an id of an earlier version is read as today's, and any other stays", () => {
  expect(readDialectId("anthropic")).toBe("anthropic-messages");
  expect(readDialectId("openai-chat")).toBe("openai-chat");
  expect(readDialectId("toString") as string).toBe("toString");
});

test("a seal that an earlier version wrapped is still its vendor's", () => {
  const wrapped = `cs1.${Buffer.from(JSON.stringify(["anthropic", "a", "claude", "sig"])).toString("base64url")}`;
  expect(readSeal(wrapped, "openai-responses")).toEqual({
    dialect: "anthropic-messages",
    issuer: "a",
    family: "claude",
    value: "sig",
  });
});
