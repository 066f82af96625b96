/** A line is read as it was written, or not at all. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type JournalLine, printLine, readLines } from "./journal-line.ts";

const line = fc.record({
  kind: fc.constantFrom("start" as const, "row" as const, "done" as const),
  id: fc.stringMatching(/^[0-9a-zA-Z_-]{1,40}$/),
  json: fc.json(),
});
const printed = (lines: readonly Pick<JournalLine, "kind" | "id" | "json">[]): Buffer =>
  Buffer.concat(lines.map(({ kind, id, json }) => Buffer.from(printLine(kind, id, json))));
const bare = ({ kind, id, json }: JournalLine): object => ({ kind, id, json });

test("what is written is read, in order", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const bytes = printed(lines);
      const read = readLines(bytes);
      expect(read.lines.map(bare)).toEqual(lines.map(({ kind, id, json }) => ({ kind, id, json })));
      expect(read).toMatchObject({ used: bytes.length, damaged: 0 });
    }),
  );
});

test("cut at every byte: the whole lines before the cut are read, and nothing else", () => {
  const lines = [1, 2, 3].map((at) => ({
    kind: "row" as const,
    id: `id-${at}`,
    json: `{"name":"ü${"x".repeat(at)}"}`,
  }));
  const bytes = printed(lines);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const read = readLines(bytes.subarray(0, cut));
    const whole = lines.filter((_, at) => printed(lines.slice(0, at + 1)).length <= cut);
    expect(read.lines.map(bare)).toEqual(whole);
    expect(read).toMatchObject({ used: printed(whole).length, damaged: 0 });
  }
});

test("a byte that is another one costs its own line, or that and the next, and never makes a wrong one", () => {
  const lines = ["a", "b", "c", "d"].map((id) => ({
    kind: "row" as const,
    id,
    json: `{"id":"${id}","cost_nano":12345}`,
  }));
  const bytes = printed(lines);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ flip;
      const read = readLines(other);
      const isAfterTheLast = read.used < other.length;
      expect(read.damaged + Number(isAfterTheLast)).toBeGreaterThan(0);
      expect(read.lines.length).toBeGreaterThanOrEqual(2);
      const written = lines.map(({ json }) => json);
      for (const { json } of read.lines) expect(written).toContain(json);
    }),
    { numRuns: 2_000 },
  );
});

test("a line that is longer than any before it finds room", () => {
  const json = JSON.stringify("€".repeat(200_000));
  expect(readLines(Buffer.from(printLine("row", "id", json))).lines.map(bare)).toEqual([
    { kind: "row", id: "id", json },
  ]);
});
