/** Each finding names tests that are there, or says why it has none. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIDELITY } from "./fidelity.ts";
import { LIGHTS } from "./lights.ts";
import { SAFETY } from "./safety.ts";

const FINDINGS = [...SAFETY, ...FIDELITY, ...LIGHTS];

const isThere = (claim: string): boolean => {
  const [file = "", name = ""] = claim.split(" > ");
  return readFileSync(join(import.meta.dir, "../..", file), "utf8").includes(name);
};

test("no finding stands twice", () => {
  const ids = FINDINGS.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

for (const { id, tests, left } of FINDINGS)
  test(`${id} is held by a test, or its reason is told`, () => {
    expect(tests.length > 0 || left !== undefined).toBe(true);
    expect(tests.filter((claim) => !isThere(claim))).toEqual([]);
  });
