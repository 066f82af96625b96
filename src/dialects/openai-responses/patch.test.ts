import { expect, test } from "bun:test";
import { patchFault, takesPatch } from "./patch.ts";

const patch = (...lines: readonly string[]): string => ["*** Begin Patch", ...lines, "*** End Patch", ""].join("\n");

test("patches as Codex's grammar has them have no fault", () => {
  for (const good of [
    patch("*** Add File: a.txt", "+one", "+"),
    patch("*** Update File: a.ts", "*** Move to: b.ts", "@@ class A", " kept", "-old", "+new", "*** End of File"),
    patch("*** Delete File: a b.txt"),
    patch("*** Update File: a.ts", "@@", " kept", "", "+new").replaceAll("\n", "\r\n"),
  ])
    expect(patchFault(good)).toBeUndefined();
});

test.each([
  ["", "does not begin"],
  ["diff --git a b", "does not begin"],
  ["*** Begin Patch\n*** Add File: a\n+x", "does not end"],
  [patch("*** Add File: a", "x"), "line 3"],
  ['{"input":"*** Begin Patch"}', "does not begin"],
])("%j is told", (text, fault) => {
  expect(patchFault(text)).toContain(fault);
});

test("only the tools of that name take patches", () => {
  expect(["apply_patch", "ApplyPatch", "exec", "apply_patches"].map(takesPatch)).toEqual([true, true, false, false]);
});
