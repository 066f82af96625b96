import { expect, test } from "bun:test";
import { escaped, shortened } from "./printable.ts";

test("what people write stays as it is", () => {
  for (const text of ["", "gpt-5-mini", "google/gemini-2.5-pro:free", "模型-é😀", 'a "b" \\n c'])
    expect(escaped(text)).toBe(text);
});

test("no character is left that a terminal or a reader of lines obeys", () => {
  const codes = [
    ...Array(0xa0).keys(),
    0xad,
    0x61c,
    0x200b,
    0x200e,
    0x2028,
    0x2029,
    0x202e,
    0x2066,
    0xfeff,
    0xd800,
    0xdfff,
  ];
  for (const code of codes) {
    const shown = escaped(`a${String.fromCharCode(code)}b`);
    const isPlain = (code >= 0x20 && code < 0x7f) || code === 0xa0;
    expect([code, shown]).toEqual([
      code,
      isPlain ? `a${String.fromCharCode(code)}b` : `a\\u${code.toString(16).padStart(4, "0")}b`,
    ]);
  }
  expect(escaped("\u{e0041}")).toBe("\\udb40\\udc41");
});

test("what is long is cut, before it costs anything", () => {
  expect(shortened("x".repeat(256))).toBe("x".repeat(256));
  expect(shortened("x".repeat(257))).toBe(`${"x".repeat(255)}…`);
  const started = process.cpuUsage();
  for (let index = 0; index < 100; index++) shortened("\n".repeat(5_000_000));
  expect(process.cpuUsage(started).user).toBeLessThan(500_000);
});
