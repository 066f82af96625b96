/** A configuration of any size and shape is read, or refused, in a time that grows with its size. */
import { describe, expect, test } from "bun:test";
import { LineCounter } from "yaml";
import { VENDORS } from "../../providers/catalog.ts";
import { LIMITS } from "../../wire/limits.ts";
import { parseYaml } from "./parse-yaml.ts";
import { ConfigError } from "../problem.ts";
import { resolve } from "../file/resolve.ts";
import { validate } from "../file/validate.ts";
import { readYaml } from "./yaml-file.ts";

const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join("\n");
const MAX = LIMITS.configDepthMax;

function problemOf(text: string): string {
  try {
    parseYaml("x.yaml", text, new LineCounter());
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("what nests too deep is refused before it is parsed, with its line", () => {
  test.each([
    ["flow maps", (depth: number) => `x:\n  ${"{a: ".repeat(depth)}1${"}".repeat(depth)}`],
    ["flow lists", (depth: number) => `x:\n  ${"[".repeat(depth)}${"]".repeat(depth)}`],
    ["brackets that are never closed", (depth: number) => `x:\n  ${"[".repeat(depth)}`],
    ["dashes", (depth: number) => `x:\n  ${"- ".repeat(depth)}1`],
    ["question marks", (depth: number) => `x:\n  ${"? ".repeat(depth)}1`],
  ])("%s", (_name, nested) => {
    expect(problemOf(nested(MAX - 2))).toBe("");
    expect(problemOf(nested(MAX + 1))).toStartWith(`x.yaml:2: This nests deeper than ${MAX} levels.`);
    expect(problemOf(nested(100_000))).toStartWith(`x.yaml:2: This nests deeper than ${MAX} levels.`);
  });

  test("indentation, with comments between", () => {
    const staircase = (depth: number): string => lines(depth, (at) => `${" ".repeat(at)}a:\n# ${at}`);
    expect(problemOf(staircase(MAX))).toBe("");
    expect(problemOf(staircase(MAX + 1))).toStartWith(`x.yaml:${2 * MAX + 1}: This nests deeper`);
  });
});

test.each([
  ["many on a line", `x: [${"[a, {b: c}], ".repeat(100)}]`],
  ["many lines", lines(100, (at) => `k${at}:\n  - - { a: [1] }\n  -\n    b: |\n      {[ text\n      - - -`)],
  [
    "in texts",
    `x: "${"[".repeat(500)}"\ny: '${"{".repeat(500)}'\nz: a${" - ? [".repeat(500)}\nw: |\n${"  [\n".repeat(500)}`,
  ],
  ["in comments", "# [[[[ - - - -\n".repeat(500)],
])("brackets and dashes that do not nest are no depth: %s", (_name, text) => expect(problemOf(text)).toBe(""));

test("repeated keys are told, and merge keys are none", () => {
  const faults = (text: string): string[] =>
    parseYaml("x.yaml", text, new LineCounter()).errors.map(({ code, pos }) => `${code} ${text.slice(...pos)}`);
  expect(faults("a: 1\nb: { c: 1, c: 2 }\na: 2\n1: x\n'1': y\n")).toEqual(["DUPLICATE_KEY a", "DUPLICATE_KEY c"]);
  expect(faults("a: &a { x: 1 }\nb: &b { y: 1 }\nc: { <<: *a, <<: *b }\n")).toEqual([]);
});

describe("twice as much takes about twice the work", () => {
  const cost = (work: () => void): number => {
    const from = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(from);
    return user + system;
  };
  /** Other work on the machine makes a measure too high, so that the least of a few counts. */
  const grows = (work: (count: number) => () => void, count: number): void => {
    const [once, twice] = [work(count), work(2 * count)];
    once();
    let ratio = Infinity;
    for (let tries = 0; tries < 5 && ratio > 2.6; tries++) ratio = Math.min(ratio, cost(twice) / cost(once));
    expect(ratio).toBeLessThan(2.6);
  };

  test(
    "names in one group",
    () =>
      grows((count) => {
        const text = lines(count, (at) => `m${at}: { targets: [] }`);
        return () => void parseYaml("x.yaml", text, new LineCounter());
      }, 2_000),
    60_000,
  );

  test(
    "models with a star in their names, all the way",
    () =>
      grows((count) => {
        const models = lines(count, (at) => `  "m${at}-*": { targets: [ { provider: p, model: "*" } ] }`);
        const text = `providers: { p: { kind: simulator } }\nmodels:\n${models}\n`;
        return () => {
          const yaml = readYaml("x.yaml", text, {});
          resolve(yaml, validate(yaml), VENDORS);
        };
      }, 1_000),
    60_000,
  );

  test(
    "keys of callers",
    () =>
      grows((count) => {
        const keys = lines(count, (at) => `    - { name: k${at}, key: a-key-of-many-characters-${at} }`);
        const text = `providers: { p: { kind: simulator } }\nmodels: { m: { targets: [ { provider: p, model: demo } ] } }\nauth:\n  keys:\n${keys}\n`;
        const yaml = readYaml("x.yaml", text, {});
        const validated = validate(yaml);
        return () => void resolve(yaml, validated, VENDORS);
      }, 1_000),
    60_000,
  );

  /** Everything that reads a file, to the end or to its refusal. */
  const load = (text: string) => (): string => {
    try {
      const yaml = readYaml("x.yaml", text, {});
      resolve(yaml, validate(yaml), VENDORS);
      return "";
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  };
  const START = "providers: { p: { kind: simulator } }\nmodels: { m: { targets: [ { provider: p, model: demo } ] } }\n";
  const PROVIDERS = (provider: string) => (count: number) =>
    `models: { m: { targets: [ { provider: p0, model: demo } ] } }\nproviders:\n${lines(count, (at) => `  p${at}: ${provider}`)}\n`;

  test.each<[what: string, text: (count: number) => string]>([
    ["unknown keys", (count) => START + lines(count, (at) => `k${at}: 1`)],
    ["keys that stand twice", (count) => START + lines(count, (at) => `k${at >> 1}: 1`)],
    [
      "variables that are not set",
      (count) => `${START}auth:\n  keys:\n${lines(count, (at) => `    - { name: k${at}, key: "\${K${at}}" }`)}`,
    ],
    ["variables that begin nothing", (count) => START + lines(count, (at) => `k${at}: "\${"`)],
    ["names that a variable should bring", (count) => START + lines(count, (at) => `"\${K${at}}": 1`)],
    ["providers whose kind is not set", PROVIDERS('{ kind: "${KIND}" }')],
    ["providers whose address is not set", PROVIDERS('{ kind: openai, api_key: k-1234, base_url: "${URL}" }')],
    [
      "models of no provider",
      (count) =>
        `${PROVIDERS("{ kind: simulator }")(count)}models:\n${lines(count, (at) => `  m${at}: { targets: [ { provider: x${at}, model: demo } ] }`)}`.replace(
          /^models: .*\n/,
          "",
        ),
    ],
  ])(
    "%s, of which a hundred are told",
    (_what, text) => {
      const message = load(text(4_000))();
      expect(message.split("\n")).toHaveLength(100);
      expect(message.length).toBeLessThan(50_000);
      grows((count) => load(text(count)), 1_000);
    },
    60_000,
  );

  test(
    "problems of a file that is one line, each shown in it",
    () =>
      grows((count) => {
        const names = Array.from({ length: count }, (_, at) => `"m${at}": { "targts": [] }`);
        const text = `{ "providers": { "p": { "kind": "simulator" } }, "models": { ${names.join(", ")} } }`;
        return () => {
          try {
            validate(readYaml("x.yaml", text, {}));
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error;
            expect(error.report().split("\n").length).toBe(301);
          }
        };
      }, 1_000),
    60_000,
  );

  test(
    "providers that are switched off, with their models",
    () =>
      grows(
        (count) =>
          load(
            `providers:\n  p: { kind: simulator }\n${lines(count, (at) => `  p${at}: { kind: openai, api_key: "\${K${at}}" }`)}\nmodels:\n${lines(count, (at) => `  m${at}: { targets: [ { provider: p${at}, model: demo } ] }`)}`,
          ),
        1_000,
      ),
    60_000,
  );
});
