import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { setValue } from "./json-set.ts";

describe("what stands beside a new value stays as it is written", () => {
  test.each([
    [
      "on one line",
      '{\n  "permissions": {"allow": ["Bash(ls)"]}\n}\n',
      '{\n  "permissions": {"allow": ["Bash(ls)"]},\n  "env": {\n    "A": 1\n  }\n}\n',
    ],
    ["where all is on one line", '{"a": [1,2]}', '{"a": [1,2],\n  "env": {\n    "A": 1\n  }\n}'],
    ["in an object of one line", '{\n\t"env": {"Z": 0}\n}', '{\n\t"env": {"Z": 0,\n\t\t"A": 1\n\t}\n}'],
    ["with its line ends", '{\r\n  "a": 1\r\n}\r\n', '{\r\n  "a": 1,\r\n  "env": {\r\n    "A": 1\r\n  }\r\n}\r\n'],
    [
      "with comments that hold commas, and a comma at its end",
      '{ "a": 1, // mine, too\n  "b": 2 // mine, too\n}',
      '{ "a": 1, // mine, too\n  "b": 2, // mine, too\n  "env": {\n    "A": 1\n  }\n}',
    ],
    ["behind a comma that trails", '{\n  "a": 1,\n}', '{\n  "a": 1,\n  "env": {\n    "A": 1\n  }\n}'],
    ["where only a comment is", "{\n  // mine\n}\n", '{\n  // mine\n  "env": {\n    "A": 1\n  }\n}\n'],
    ["where another value was", '{"env":{"A":0,"B":[1]}}', '{"env":{"A":1,"B":[1]}}'],
  ])("%s", (_where, before, after) => expect(setValue(before, ["env", "A"], 1)).toBe(after));

  test("a list on one line stays there", () =>
    expect(setValue('{ "on": ["a"] }', ["on"], ["a", "b"])).toBe('{ "on": ["a", "b"] }'));
});

const key = fc.constantFrom("a", "b", "c");
const value = fc.jsonValue({ maxDepth: 3 });
const object = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)), { maxKeys: 3 });

test("what is read back is what was there, with the value, however it was written", () =>
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 2, "\t"), key, key, value, (before, indent, outer, inner, put) => {
      const held = before[outer];
      const isObject = typeof held === "object" && held !== null && !Array.isArray(held);
      fc.pre(held === undefined || isObject);
      const text = setValue(JSON.stringify(before, null, indent), [outer, inner], put as never);
      const wanted = { ...before, [outer]: { ...(isObject ? held : {}), [inner]: put } };
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
  ));
