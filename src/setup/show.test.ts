import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hunksOf, linesOf, withoutHunks } from "./diff.ts";
import { maskSecrets, showChange } from "./show.ts";

describe("secrets in a line", () => {
  test.each([
    ['  "OPENAI_API_KEY": "short",', '  "OPENAI_API_KEY": "****",'],
    ["export GITHUB_TOKEN=ghp_abcdefghij0123456789", "export GITHUB_TOKEN=ghp****6789"],
    ['{"env":{"DB_PASSWORD":"a, \\"b\\" c"}}', '{"env":{"DB_PASSWORD":"****"}}'],
    ['args = ["--token", "hunter2"]', 'args = ["--token", "****"]'],
    ["Authorization: Bearer abc.def", "Authorization: **** ****"],
    ['http_headers = { X = "Bearer s3cret" }', 'http_headers = { X = "Bearer ****" }'],
    ["url: https://me:pw@host.example/x", "url: https://****@host.example/x"],
    ['"id": "AKIA0123456789ABCDEF0123456789"', '"id": "AKI****6789"'],
  ])("%s", (line, shown) => {
    expect(maskSecrets(line)).toBe(shown);
  });

  test.each([
    '"max_tokens": 32000',
    '"model": "claude-sonnet"',
    'base_url = "http://127.0.0.1:4141/v1"',
    '"keyboard": true',
  ])("%s is none", (line) => expect(maskSecrets(line)).toBe(line));
});

test("a change shows changed lines only, with where they start", () =>
  expect(showChange({ path: "/x", before: "a\nb\nc\n", after: "a\nB\nc\nd\n" })).toBe(
    "/x\n  line 2\n  - b\n  + B\n  line 4\n  + d",
  ));

describe("blocks that are alike", () => {
  const block = (name: string, more = ""): string =>
    `      "${name}": {\n        "name": "${name}",\n        "reasoning": true${more}\n      },\n`;
  const shown = (...blocks: readonly string[]): string =>
    showChange({
      path: "/x",
      before: "{\n",
      after: `{\n    "models": {\n${blocks.join("").replace(/,\n$/, "\n")}    }\n`,
    });

  test("but for a name are one block and a number, whichever name is a part of which", () => {
    const names = ["gpt-high", "gpt-5", "gpt-5-mini", "gpt-5.5", "o3"];
    expect(shown(...names.map((name) => block(name)))).toBe(
      '/x\n  line 2\n  +     "models": {\n  +       "gpt-high": {\n  +         "name": "gpt-high",\n  +         "reasoning": true\n  +       },\n  +       … and 4 more like it\n  +     }',
    );
  });

  test("that differ in anything else are shown", () => {
    const all = shown(block("a"), block("b", ',\n        "secret": true'), block("c"), block("d"));
    for (const name of ["a", "b", "c", "d"]) expect(all).toContain(`"name": "${name}"`);
    expect(all).toContain('"secret": true');
    expect(all).not.toContain("more like it");
  });

  test("lines that are no blocks are all shown, however alike", () =>
    expect(showChange({ path: "/x", before: "", after: "a = 1\na = 2\na = 3\na = 4\n" })).toContain("a = 4"));
});

const text = fc
  .array(fc.constantFrom("a\n", "b\n", "c\n", "\n", "d\r\n", "e"), { maxLength: 12 })
  .map((lines) => lines.join(""));

test("hunks lead from one text to the other and back", () =>
  fc.assert(
    fc.property(text, text, (before, after) => {
      const hunks = hunksOf(before, after);
      const lines = linesOf(before);
      for (const { line, removed, added } of [...hunks].reverse()) {
        expect(lines.slice(line - 1, line - 1 + removed.length)).toEqual([...removed]);
        lines.splice(line - 1, removed.length, ...added);
      }
      expect(lines.join("")).toBe(after);
    }),
  ));

test("taking lines out that stand there twice is refused rather than guessed", () =>
  expect(withoutHunks("x\nnew\nnew\n", hunksOf("x\n", "x\nnew\n"))).toBeUndefined());
