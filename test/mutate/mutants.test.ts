/** The tool that judges the tests, judged: what it draws, and what it keeps of a person's judgement. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draw } from "./draw.ts";
import { JUDGED, outdated } from "./judged.ts";
import { applied, type Mutant } from "./mutant.ts";
import { OPERATORS } from "./operators.ts";
import { type Finding, isEnough } from "./report.ts";
import { ROOMS } from "./rooms.ts";
import { sitesIn } from "./sites.ts";

const ROOT = join(import.meta.dir, "../..");

/** A statement, and what each operator makes of it. */
const STATEMENTS: Readonly<Record<string, readonly (readonly [operator: string, mutated: string])[]>> = {
  "if (ä) b = 7;": [
    ["negate condition", "if (!(ä)) b = 7;"],
    ["ten times", "if (ä) b = (7 * 10);"],
  ],
  "function f() { if (a) return; g(); }": [
    ["negate condition", "function f() { if (!(a)) return; g(); }"],
    ["drop early exit", "function f() { ; g(); }"],
    ["empty function", "function f() {}"],
    ["drop call", "function f() { if (a) return; ; }"],
  ],
  "b = a < c;": [["move bound", "b = a <= c;"]],
  "b = a === c;": [["turn equality", "b = a !== c;"]],
  "b = a && c;": [["exchange and, or", "b = a || c;"]],
  "b = a ?? c;": [["drop default", "b = a;"]],
  "b = a + c;": [["exchange plus, minus", "b = a - c;"]],
  "a++;": [["exchange plus, minus", "a--;"]],
  "b = [a, c];": [
    ["drop element", "b = [c];"],
    ["drop element", "b = [a, ];"],
  ],
  "b = { a, ...c };": [
    ["drop property", "b = { ...c };"],
    ["drop property", "b = { a, };"],
  ],
  'b = "word";': [["other string", 'b = "word_x";']],
  'b = "A sentence for people.";': [],
  "b = true;": [["turn boolean", "b = false;"]],
  "await g();": [
    ["drop await", "g();"],
    ["drop call", ";"],
  ],
  "b = g(a, /* third */ c, 0);": [["swap arguments", "b = g(c, a, 0);"]],
  'type T = { a: "b" | 1 };': [],
  'import x from "y";': [],
};

describe("operators", () => {
  let folder: string;
  let sites: readonly Mutant[];
  const files = Object.keys(STATEMENTS);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "codeswitch-mutants-"));
    mkdirSync(join(folder, "src/http"), { recursive: true });
    writeFileSync(join(folder, "tsconfig.json"), '{ "include": ["src"] }');
    files.forEach((statement, at) => writeFileSync(join(folder, `src/http/${at}.ts`), `// ä\n${statement}\n`));
    sites = await sitesIn(folder, ["http"]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(files)("%s", (statement) => {
    const its = sites.filter(({ file }) => file === `src/http/${files.indexOf(statement)}.ts`);
    const made = its.map(({ operator, mutated }) => `${operator}: ${mutated}`).sort();
    expect(made).toEqual(STATEMENTS[statement]?.map(([operator, mutated]) => `${operator}: ${mutated}`).sort() ?? []);
    for (const mutant of its) {
      expect(mutant).toMatchObject({ source: statement, line: 2 });
      expect(applied(`// ä\n${statement}\n`, mutant)).toContain(mutant.mutated.slice(0, 8));
    }
  });

  test("every operator is shown here", () => {
    const shown = Object.values(STATEMENTS).flatMap((mutants) => mutants.map(([operator]) => operator));
    expect(new Set(shown)).toEqual(new Set(Object.keys(OPERATORS)));
  });
});

describe("a draw", () => {
  const site = (room: string, file: string, operator: string, line: number): Mutant => ({
    ...{ room, file, operator, line, start: line, end: line, text: "", source: `${line}`, mutated: "" },
  });
  const sites = ["http", "relay"].flatMap((room) =>
    Array.from({ length: 400 }, (_, at) => site(room, `${room}/${at % 40}`, at % 10 === 0 ? "rare" : "common", at)),
  );
  const shares = [
    { room: "http", weight: 1 },
    { room: "relay", weight: 3 },
  ];
  const countOf = (drawn: readonly Mutant[], holds: (mutant: Mutant) => boolean): number => drawn.filter(holds).length;

  test("gives each room its share, each operator alike, and of a file at most three", () => {
    const drawn = draw(sites, shares, 40, 5);
    expect(countOf(drawn, ({ room }) => room === "http")).toBe(10);
    expect(countOf(drawn, ({ room }) => room === "relay")).toBe(30);
    expect(countOf(drawn, ({ room, operator }) => room === "http" && operator === "rare")).toBe(5);
    for (const { file } of drawn) expect(countOf(drawn, (mutant) => mutant.file === file)).toBeLessThanOrEqual(3);
    expect(new Set(drawn).size).toBe(40);
  });

  test("is repeated by its seed, and by no other", () => {
    expect(draw(sites, shares, 40, 5)).toEqual(draw(sites, shares, 40, 5));
    expect(draw(sites, shares, 40, 6)).not.toEqual(draw(sites, shares, 40, 5));
  });
});

describe("what is kept of a person's judgement", () => {
  test("every source is still there, and every entry has a reason", () => {
    expect(outdated(ROOT)).toEqual([]);
    for (const { reason, operator, verdict } of JUDGED) {
      expect(reason.length).toBeGreaterThan(10);
      expect(Object.keys(OPERATORS)).toContain(operator);
      expect(["equivalent", "harmless"]).toContain(verdict);
    }
  });
});

test("one in twenty may survive, not counting those judged", () => {
  const mutant = { file: "src/a.ts" } as Mutant;
  const killed: Finding = { mutant, killed: { stage: "types", why: "" }, seconds: 1 };
  const survivor: Finding = { mutant, seconds: 1 };
  const judged = { ...survivor, judged: JUDGED[0] ?? ({} as NonNullable<Finding["judged"]>) };
  const findings = (kills: number, judgements: number): Finding[] => [
    survivor,
    ...Array.from({ length: kills }, () => killed),
    ...Array.from({ length: judgements }, () => judged),
  ];
  expect(isEnough(findings(19, 0))).toBe(true);
  expect(isEnough(findings(18, 0))).toBe(false);
  expect(isEnough(findings(18, 9))).toBe(false);
  expect(isEnough([judged])).toBe(true);
});

test("every room is there", () => {
  for (const { folders } of Object.values(ROOMS))
    for (const folder of folders) expect(existsSync(join(ROOT, folder)), folder).toBe(true);
});
