import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { textFault } from "./scan.ts";

const DEPTH_MAX = 4;
const repeated = (path: string) => ({ kind: "repeated-key", path }) as const;

describe("a key that stands twice in its object", () => {
  test.each([
    ['{"a":1,"a":2}', "a"],
    ['{"model":1,"mod\\u0065l":2}', "model"],
    [' { "" : 1 , "" : 2 } ', ""],
    ['{"a":{"b":1,"b":2},"b":"a"}', "a.b"],
    ['{"m":[{"role":"system"},{"role":"system","role":"user"}]}', "m[1].role"],
    ['{"m":[1,{"x":{},"y":[],"x":0}]}', "m[1].x"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    [`{${Array.from({ length: 40 }, (_, at) => `"k${at}":${at}`).join(",")},"k3":0}`, "k3"],
  ])("%s", (text, path) => {
    expect(textFault(text, DEPTH_MAX)).toEqual(repeated(path));
  });

  test.each([
    ["keys of two objects", '{"a":{"b":1},"c":{"b":1},"b":[{"a":1},{"a":1}]}'],
    ["a value that reads like a key", '{"a":"b","b":"a","c":["a","a"]}'],
    ["JSON that a person wrote into a string", '{"a":"{\\"b\\":1,\\"b\\":2}"}'],
    ["names that every object inherits", '{"__proto__":1,"toString":2}'],
    ["no object", "[1,1]"],
    ["nothing in it", "{}"],
    ["nothing at all", ""],
  ])("is not: %s", (_claim, text) => {
    expect(textFault(text, DEPTH_MAX)).toBeUndefined();
  });

  test("is found wherever a text that says every key once is given one of them again", () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(1, null, true, '"', "\\", "},{"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "é", '"', "\\"), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.boolean(), (inner, spaced) => {
        const text = JSON.stringify({ inner }, null, spaced ? 1 : 0);
        expect(textFault(text, 100)).toBeUndefined();
        expect(textFault(`${text.slice(0, -1)},"inner":0}`, 100)).toEqual(repeated("inner"));
      }),
    );
  });
});

describe("the depth of a text", () => {
  test.each(["[[[[]]]]", '{"a":[{"b":[1]}]}', '["[[[[[[[["]', '[[[[]]],{"a":[[]]}]'])("%s is not too deep", (text) => {
    expect(textFault(text, DEPTH_MAX)).toBeUndefined();
  });
  test.each(["[[[[[]]]]]", '{"a":[{"b":[{}]}]}', "[1,[[]],[[[[", '{"a":{"a":{"a":{"a":{'])("%s is", (text) => {
    expect(textFault(text, DEPTH_MAX)).toEqual({ kind: "too-deep" });
  });
});

test("a text that is no JSON ends in a fault, in none, or in a SyntaxError", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[{}[\]",:\\ a1]*$/), (text) => {
      try {
        textFault(text, DEPTH_MAX);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
  );
});
