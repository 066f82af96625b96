/** What the log learns of a fault of ours: the place, and no word of the message. */
import { expect, test } from "bun:test";
import { stackOf } from "./stack.ts";

const MESSAGES = ["CANARY", "a\nCANARY\nb", "a\n    at CANARY (x.ts:1:1)\n    at CANARY (x.ts:2:2)", "r", "", "\n\n"];

for (const message of MESSAGES)
  test(`the place is told, and the message is not: ${JSON.stringify(message)}`, () => {
    const told = stackOf(new TypeError(message));
    expect(told).toStartWith("TypeError at ");
    expect(told).toContain("stack.test.ts:");
    expect(told).not.toContain("CANARY");
    expect(told).not.toContain("\n");
  });

test("a message that was changed later tells nothing at all", () => {
  const error = new Error("CANARY\nCANARY");
  error.message = "else";
  expect(stackOf(error)).not.toContain("CANARY");
});

test("what is no error has no place", () => {
  expect(stackOf("CANARY\nCANARY")).toBe("unknown");
});
