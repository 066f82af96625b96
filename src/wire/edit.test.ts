import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { applyEdits, type SpanEdit } from "./edit.ts";

const edit = (text: string, path: (string | number)[], value: Json | undefined): string =>
  applyEdits(text, [{ path, value }]);

describe("applyEdits", () => {
  test("everything outside the span keeps its bytes", () => {
    const text = ' { "big" : 9007199254740993 ,\t"model":"a",  "t" :1.0, "e":"\\u00e9\\/" , "x":[ 1 ,2 ] }\n';
    expect(edit(text, ["model"], "b")).toBe(text.replace('"a"', '"b"'));
  });

  const CASES: [claim: string, text: string, edits: SpanEdit[], expected: string][] = [
    ["no edits", '{"a":1}', [], '{"a":1}'],
    ["an escaped key is found by its decoded name", '{"mod\\u0065l":"a"}', [set("b", "model")], '{"mod\\u0065l":"b"}'],
    [
      "a key inside a string is no key",
      '{"a":"\\"model\\":1","model":2}',
      [set(3, "model")],
      '{"a":"\\"model\\":1","model":3}',
    ],
    ["a string may end in backslashes", '{"a":"x\\\\","b":1}', [set(2, "b")], '{"a":"x\\\\","b":2}'],
    ["a missing key goes to the end", '{ "a":1 }', [set(2, "b")], '{ "a":1,"b":2 }'],
    ["an empty object takes a key", "{ }", [set(2, "b")], '{"b":2 }'],
    ["objects on the way are made", '{"a":1}', [set(2, "r", "e")], '{"a":1,"r":{"e":2}}'],
    ["null on the way becomes an object", '{"r":null}', [set(2, "r", "e")], '{"r":{"e":2}}'],
    ["a nested object keeps its neighbours", '{"r":{ "e":1, "s" :2 }}', [set(3, "r", "e")], '{"r":{ "e":3, "s" :2 }}'],
    ["an item of a list", '{"m":[{"c":"x"}, {"c":"y"}]}', [set("z", "m", 1, "c")], '{"m":[{"c":"x"}, {"c":"z"}]}'],
    ["a place that a list does not have", '{"m":[1]}', [set(2, "m", 4)], '{"m":[1]}'],
    ["the first goes with its comma", '{"a":1, "b":2}', [cut("a")], '{"b":2}'],
    ["one in the middle goes with its comma", '{"a":1, "b":2 , "c":3}', [cut("b")], '{"a":1, "c":3}'],
    ["the last goes with the comma before it", '{"a":1 , "b":2 }', [cut("b")], '{"a":1 }'],
    ["the only one", '{ "a":1 }', [cut("a")], "{  }"],
    ["the last two", '{"a":1,"b":2,"c":3}', [cut("b"), cut("c")], '{"a":1}'],
    ["all of them, and a new one", '{"a":1,"b":2}', [cut("a"), cut("b"), set(3, "c")], '{"c":3}'],
    ["the last and a new one", '{"a":1,"b":2}', [cut("b"), set(3, "c")], '{"a":1,"c":3}'],
    ["removing what is not there", '{"a":1}', [cut("b"), cut("a", "b"), cut("x", "y")], '{"a":1}'],
    ["the later of two edits wins", '{"a":1}', [set(2, "a"), set(3, "a")], '{"a":3}'],
    ["a whole object wins over its inside", '{"a":{"b":1}}', [set(2, "a", "b"), set(3, "a")], '{"a":3}'],
    ["__proto__ is a key like any other", '{"__proto__":1}', [set(2, "__proto__")], '{"__proto__":2}'],
    ["a number in a list of one", "[1]", [cut(0)], "[]"],
    ["a whole text that is no object", "1", [set(2)], "2"],
  ];
  test.each(CASES)("%s", (_claim, text, edits, expected) => {
    expect(applyEdits(text, edits)).toBe(expected);
    const value = JSON.parse(text) as Json;
    if (isObject(value)) expect(applyEdits(text, edits, value)).toBe(expected);
  });

  test("for any JSON text and edits, the text reads as the edited value", () => {
    fc.assert(
      fc.property(oddObject, editList, ({ text }, edits) => {
        const value = JSON.parse(text) as Json;
        expect(JSON.parse(applyEdits(text, edits)) as Json).toEqual(edits.reduce(edited, value) as Json);
        expect(applyEdits(text, edits, value as JsonObject)).toBe(applyEdits(text, edits));
      }),
      { numRuns: 2_000 },
    );
  });

  test("for any JSON text, an edit of one field leaves all bytes before and behind it", () => {
    fc.assert(
      fc.property(oddObject, fc.nat(), ({ text, fields }, pick) => {
        const field = fields[pick % fields.length];
        if (!field) return;
        const expected = text.slice(0, field.start) + '"✎"' + text.slice(field.end);
        expect(edit(text, [field.key], "✎")).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a text that is no JSON ends the scan, whatever it holds", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{}[\]",:\\ a1]*$/), (text) => {
        try {
          applyEdits(text, [set(1, "a"), cut("b"), set(2, "a", 0)]);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });

  test("a body of 8 MB is edited in a moment", () => {
    const text = JSON.stringify({ messages: [{ content: 'a "quoted" line\n'.repeat(500_000) }], model: "a" });
    const start = process.cpuUsage();
    expect(edit(text, ["model"], "b").endsWith('"model":"b"}')).toBe(true);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1_000);
  });
});

function set(value: Json, ...path: (string | number)[]): SpanEdit {
  return { path, value };
}
function cut(...path: (string | number)[]): SpanEdit {
  return { path, value: undefined };
}

const KEYS = ["a", "b", "c", "model", "é", '"', "\\"];
const space = fc.stringMatching(/^[ \n\t\r]{0,3}$/);
const printedKey = (key: string, escaped: boolean): string =>
  escaped
    ? `"${[...key].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
    : JSON.stringify(key);

const scalar = fc.oneof(
  fc.constantFrom("9007199254740993", "1.0", "-0", "1e3", "true", "false", "null", '"\\u00e9\\""', '"{\\\\"', '"],}"'),
  fc.string().map((text) => JSON.stringify(text)),
);
const { value: oddValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    list(tie("value")),
    object(tie("value")).map(({ text }) => text),
  ),
}));
const oddObject = object(oddValue);

function list(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(space, value, space), { maxLength: 3 })
    .map((items) => `[${items.map((i) => i.join("")).join(",")}]`);
}

interface Field {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}
function object(value: fc.Arbitrary<string>): fc.Arbitrary<{ text: string; fields: Field[] }> {
  const field = fc.tuple(
    fc.constantFrom(...KEYS),
    fc.boolean(),
    fc.array(space, { minLength: 4, maxLength: 4 }),
    value,
  );
  return fc.uniqueArray(field, { maxLength: 4, selector: ([key]) => key }).map((members) => {
    let text = "{";
    const fields = members.map(([key, escaped, [s0, s1, s2, s3], body], index): Field => {
      text += `${index ? "," : ""}${s0}${printedKey(key, escaped)}${s1}:${s2}`;
      const start = text.length;
      text += body + s3;
      return { key, start, end: start + body.length };
    });
    return { text: `${text}}`, fields };
  });
}

const editList = fc.uniqueArray(
  fc.record({
    path: fc
      .array(fc.constantFrom(...KEYS, 0, 1), { minLength: 1, maxLength: 3 })
      .filter(([first]) => typeof first === "string"),
    value: fc.option(fc.constantFrom<Json>(1, "two", null, [3], { four: 5 }), { nil: undefined }),
  }),
  // One edit on a branch: which of two wins has cases of its own above.
  { maxLength: 4, selector: ({ path }) => path[0] },
);

/** The same edit on the parsed value, as simply as it can be written. */
function edited(value: Json, { path, value: next }: SpanEdit): Json {
  const [key, ...rest] = path;
  if (key === undefined) return next ?? null;
  if (Array.isArray(value)) {
    if (typeof key !== "number" || key >= value.length) return value;
    const copy = [...(value as Json[])];
    if (rest.length === 0 && next === undefined) copy.splice(key, 1);
    else copy[key] = edited(copy[key] as Json, { path: rest, value: next });
    return copy;
  }
  const isRecord = typeof value === "object" && value !== null;
  if (next === undefined && !(isRecord && Object.hasOwn(value, String(key)))) return value;
  const copy: Record<string, Json> = isRecord ? { ...(value as Record<string, Json>) } : {};
  if (rest.length === 0 && next === undefined) delete copy[String(key)];
  else copy[String(key)] = edited(copy[String(key)] ?? null, { path: rest, value: next });
  return copy;
}
