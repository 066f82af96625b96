/** What the loads send is what a coding tool sends. */
import { expect, test } from "bun:test";
import { NEW_TURN } from "./bodies.ts";
import { loadOf, LOADS } from "./loads.ts";

interface Turn {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly unknown[];
}

test.each(LOADS.map(({ id }) => id))(
  "%s: a conversation whose earlier turns called tools, which the vault is asked for",
  (id) => {
    const text = loadOf(id).body("m");
    const { messages } = JSON.parse(text) as { messages: readonly Turn[] };
    const calls = messages.filter(
      ({ role, content, tool_calls }) =>
        role === "assistant" && (tool_calls?.length === 1 || JSON.stringify(content).includes('"tool_use"')),
    );
    expect(calls.length).toBeGreaterThanOrEqual(3);
    expect(text.length / (id === "large" ? 1_000_000 : 15_000)).toBeCloseTo(1, 0);
  },
);

test("a conversation that goes on has the same turns, and a new one", () => {
  const [same, grown] = ["messages-chat-whole", "messages-chat-turn"].map((id) => {
    const { messages } = JSON.parse(loadOf(id).body("m")) as { messages: readonly Turn[] };
    return messages.map((turn) => JSON.stringify(turn));
  });
  expect(same?.slice(0, -3)).toEqual(grown?.slice(0, -3) as string[]);
  expect(grown?.slice(-3).every((turn) => turn.includes(NEW_TURN))).toBe(true);
});
