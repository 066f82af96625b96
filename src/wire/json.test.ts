import { describe, expect, test } from "bun:test";
import { defined, parseExactly, parseJson } from "./json.ts";

describe("parseExactly", () => {
  const exact = [
    "9007199254740993",
    "-9007199254740992",
    "12345678901234567890",
    "9007199254740991.5",
    "1234567890123456e4",
  ];
  test.each(exact)("%s is printed as it was written", (number) => {
    const bodies = [`{"a":${number}}`, `[${number}]`, `[1, ${number} ]`];
    for (const text of bodies) expect(JSON.stringify(parseExactly(text))).toBe(text.replaceAll(" ", ""));
  });

  const safe = ["9007199254740991", "-9007199254740991", "1234567890123456", "8999999999999999"];
  test.each(safe)("%s is an ordinary number, and nothing is parsed twice for it", (number) => {
    const text = `{"maximum":${number},"minimum": ${number} }`;
    expect(parseExactly(text)).toEqual(parseJson(text));
  });
});

test("defined keeps a key called __proto__ as a key: what is in it stands nowhere else", () => {
  const copy: { effort?: string } = defined({ ...JSON.parse('{"__proto__":{"effort":"high"},"a":1}'), b: undefined });
  expect([JSON.stringify(copy), copy.effort]).toEqual(['{"__proto__":{"effort":"high"},"a":1}', undefined]);
});
