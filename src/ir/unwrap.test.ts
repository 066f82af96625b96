import { expect, test } from "bun:test";
import { type JsonLiteral, literal, textOf } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { unwrapCustomInput, wrapCustomInput } from "./lower.ts";
import { unwrapper } from "./unwrap.ts";

const PATCH =
  '*** Begin Patch\n*** Update File: a "b"\\c.ts\n+const s = "\\u00e9 \\n";\t// naïve 📦 \u0001\u2028\n*** End Patch';

function unwrapped(fragments: readonly string[]): { text: string; pieces: readonly string[] } {
  const machine = unwrapper();
  const out: JsonLiteral[] = [];
  for (const fragment of fragments) machine.push(literal(fragment), (piece) => out.push(piece));
  machine.end("eof", (piece) => out.push(piece));
  const pieces = out.map(textOf);
  return { text: pieces.join(""), pieces };
}

function cuts(text: string, seed: number): string[] {
  const pieces: string[] = [];
  let state = seed;
  for (let at = 0; at < text.length;) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    const size = 1 + ((state >> 8) % 9);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const escaped = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

test("a wrapped text comes out the same at 1,000 random cuts, plain and \\u-escaped, dense and spaced", () => {
  const forms = [
    wrapCustomInput(PATCH),
    `{"input":${escaped(PATCH)}}`,
    ` {\n  "input" : ${JSON.stringify(PATCH)}\n}\n`,
    `{"note":"first","input":${JSON.stringify(PATCH)}}`,
  ];
  for (let seed = 1; seed <= 250; seed++)
    for (const form of forms) expect(unwrapped(cuts(form, seed)).text).toBe(PATCH);
});

test("text leaves as it comes, not at the end", () => {
  const { pieces } = unwrapped(['{"in', 'put":"ab', "c\\", 'nd"', "}"]);
  expect(pieces).toEqual(["ab", "c", "\nd"]);
});

test("keys behind the input are no part of it", () => {
  expect(unwrapped(['{"input":"a","why":"b"}']).text).toBe("a");
});

test("what is no wrapper is the input itself", () => {
  for (const raw of [
    "*** Begin Patch\n*** End Patch",
    '{"patch":"x"}',
    '{"input":{"a":1}}',
    '{"in put":"x"}',
    "[1]",
    "{",
  ])
    expect(unwrapped(cuts(raw, 7)).text).toBe(raw);
});

test("raw line breaks and unknown escapes, which models write, stay text", () => {
  expect(unwrapped(['{"input":"a\nb\\qc\\u00zz"}']).text).toBe("a\nb\\qc\\u00zz");
});

test("what never becomes a wrapper waits up to a bound only", () => {
  const machine = unwrapper();
  const pieces: string[] = [];
  const piece = literal(`{"note":"${"x".repeat(LIMITS.queuedBlockBytesMax / 2)}`);
  for (let at = 0; at < 4; at++) machine.push(piece, (out) => pieces.push(textOf(out)));
  expect(pieces.map(({ length }) => length)).toEqual([2, 1, 1].map((count) => count * textOf(piece).length));
});

test("an empty input is empty, and so is no input", () => {
  expect(unwrapped(['{"input":""}']).text).toBe("");
  expect(unwrapped([]).text).toBe("");
});

test("only an object with a string under input is unwrapped", () => {
  expect(unwrapCustomInput('{"input":"x"}')).toBe("x");
  for (const other of ["x", "[]", "{}", '{"input":1}', '{"input":"x"', "null"])
    expect(unwrapCustomInput(other)).toBeUndefined();
});
