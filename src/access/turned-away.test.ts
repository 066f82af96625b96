import { describe, expect, test } from "bun:test";
import { turnedAway, type Stranger } from "./turned-away.ts";

const STRANGER: Stranger = {
  peer: "203.0.113.5",
  method: "POST",
  path: "/v1/messages",
  why: "No API key came with the request. Send one of this gateway's keys.",
};

/** A door whose clock a test sets. */
function door() {
  const lines: { message: string; fields: object }[] = [];
  let now = 0;
  const note = turnedAway(
    (message, fields) => void lines.push({ message, fields }),
    () => now,
  );
  return {
    lines,
    note: (more: Partial<Stranger> = {}) => note(() => ({ ...STRANGER, ...more })),
    at: (seconds: number) => void (now = seconds * 1000),
  };
}

describe("who is turned away", () => {
  test("is one line: who, what and why", () => {
    const { lines, note } = door();
    note();
    expect(lines).toEqual([
      {
        message: "turned away 203.0.113.5 POST /v1/messages: No API key came with the request",
        fields: {
          event: "turned-away",
          peer: "203.0.113.5",
          method: "POST",
          path: "/v1/messages",
          why: "No API key came with the request",
          leftOut: 0,
        },
      },
    ]);
  });

  test("writes no line of its own, and no long one", () => {
    const { lines, note } = door();
    note({
      path: `/a\n08:00:00 FORGED\u001b[2J\u202e${"x".repeat(10_000)}`,
      why: `the host "\u0085\u2028". Set a key.`,
    });
    const [line] = lines;
    expect(line?.message).toStartWith("turned away 203.0.113.5 POST /a\\u000a08:00:00 FORGED\\u001b[2J\\u202exxx");
    expect(line?.message).toEndWith('…: the host "\\u0085\\u2028"');
    expect(line?.message.length).toBeLessThan(400);
  });

  test("in a storm is twenty lines and one a second, and the next one tells how many were left out", () => {
    const { lines, note, at } = door();
    for (let index = 0; index < 1_000; index++) note();
    expect(lines.length).toBe(20);
    at(1);
    for (let index = 0; index < 1_000; index++) note();
    expect(lines.length).toBe(21);
    expect(lines.at(-1)?.message).toEndWith(" (980 before it were left out)");
    at(3_600);
    for (let index = 0; index < 1_000; index++) note();
    expect(lines.length).toBe(41);
    expect(lines.map(({ fields }) => (fields as { leftOut: number }).leftOut).filter(Boolean)).toEqual([980, 999]);
  });

  test("costs nothing more when no line is written", () => {
    const { lines, note } = door();
    for (let index = 0; index < 20; index++) note();
    const silent = turnedAway(
      () => {},
      () => 0,
    );
    for (let index = 0; index < 20; index++) silent(() => STRANGER);
    silent(() => {
      throw new Error("asked for");
    });
    expect(lines.length).toBe(20);
  });
});
