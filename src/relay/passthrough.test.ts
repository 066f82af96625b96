import { describe, expect, test } from "bun:test";
import { PLAIN_REPLY } from "../../test/fixtures/reply-context.ts";
import fc from "fast-check";
import { openaiChat } from "../dialects/openai-chat/index.ts";
import { GatewayError } from "../ir/error.ts";
import { LIMITS } from "../wire/limits.ts";
import type { EndCause } from "../wire/machine.ts";
import { EVERYTHING, nativeLane } from "./passthrough.ts";

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "a", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const HELLO = chunk({ role: "assistant", content: "Hällo 📦" });
const STOP = chunk({}, "stop");
const USAGE = 'data: {"id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n';
const DONE = "data: [DONE]\n\n";

/** What a client gets of an upstream's text that arrives in pieces of so many bytes. */
function through(text: string, size: number, cause: EndCause, filter = EVERYTHING): string {
  const lane = nativeLane(openaiChat, PLAIN_REPLY, filter, () => {});
  const bytes = new TextEncoder().encode(text);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(Buffer.from(lane.push(bytes.subarray(at, at + size))));
  out.push(Buffer.from(lane.end(cause)));
  return Buffer.concat(out).toString();
}

const SIZES = [1, 2, 3, 7, 64, 100_000];

describe("the native lane", () => {
  test("passes every byte, however it is cut", () => {
    for (const text of [HELLO + STOP + USAGE + DONE, (HELLO + STOP + DONE).replaceAll("\n", "\r\n")])
      for (const size of SIZES) expect(through(text, size, "eof")).toBe(text);
  });

  test("passes each event as soon as it is whole and nothing of the next, however lines end and reads are cut", () => {
    const words = fc.array(fc.constantFrom("a", ": 3456789", "data: {}", "event: x"), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.array(words, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 24 })),
        (newline, events, sizes) => {
          const text = events.map((lines) => lines.join(newline) + newline + newline).join("");
          const lane = nativeLane(openaiChat, PLAIN_REPLY, EVERYTHING, () => {});
          let passed = "";
          for (let at = 0; at < text.length;) {
            const size = sizes.next().value;
            passed += Buffer.from(lane.push(Buffer.from(text.slice(at, at + size)))).toString();
            at += size;
            const whole = text.slice(0, at).lastIndexOf(newline + newline);
            expect(passed).toBe(whole < 0 ? "" : text.slice(0, whole + 2 * newline.length));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("passes a last event without its blank line", () => {
    const text = HELLO + STOP + DONE.trimEnd();
    for (const size of SIZES) expect(through(text, size, "eof")).toBe(text);
  });

  test("withholds whole events, and nothing else", () => {
    const isUsage = (event: string): string => (event.includes('"choices":[]') ? "" : event);
    for (const size of SIZES)
      expect(through(HELLO + STOP + USAGE + DONE, size, "eof", isUsage)).toBe(HELLO + STOP + DONE);
  });

  test("a cut in the middle of an event leaves no half of it, and ends with an error that no client takes for success", () => {
    for (const size of SIZES) {
      const got = through(HELLO + HELLO.slice(0, 40), size, "cut");
      expect(got.startsWith(HELLO)).toBe(true);
      const rest = got.slice(HELLO.length).split("\n\n").filter(Boolean);
      expect(rest).toHaveLength(1);
      expect(JSON.parse((rest[0] as string).slice("data: ".length)).error.message).toBeString();
    }
  });

  test("an upstream that just stops is no success either", () => {
    expect(through(HELLO, 5, "eof")).toContain('"error"');
  });

  test("keeps a few comments before the first frame and drops the rest, and passes every one behind it", () => {
    const lane = nativeLane(openaiChat, PLAIN_REPLY, EVERYTHING, () => {});
    const comments = new TextEncoder().encode(": thinking\n\n".repeat(1_000));
    let before = 0;
    for (let count = 0; count < 100; count++) before += lane.push(comments).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(LIMITS.openingCommentsBytesMax);
    expect(lane.push(new TextEncoder().encode(HELLO))).toHaveLength(Buffer.byteLength(HELLO));
    expect(lane.push(comments)).toHaveLength(comments.length);
  });

  test("breaks off with an error of ours", () => {
    const lane = nativeLane(openaiChat, PLAIN_REPLY, EVERYTHING, () => {});
    lane.push(new TextEncoder().encode(HELLO));
    expect(lane.fail(new GatewayError("upstream-timeout", "silence"))).toContain("silence");
  });
});
