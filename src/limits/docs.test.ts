import { expect, test } from "bun:test";
import { Glob } from "bun";
import { join } from "node:path";
import { isQuotedIn } from "../../test/fixtures/named-test.ts";

test("every promise of docs/OPERATIONS.md about what counts names a test that is there", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/OPERATIONS.md")).text();
  const [, part = ""] = page.split("### What counts: memory or Redis");
  const table = part.split("\n").filter((line) => line.startsWith("|"));
  const names = [...table.join("\n").matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(15);
  const files = [...new Glob("**/*.test.ts").scanSync(import.meta.dir)].filter((file) => file !== "docs.test.ts");
  const paths = [
    ...files.map((file) => join(import.meta.dir, file)),
    join(import.meta.dir, "../../test/fixtures/counters-contract.ts"),
  ];
  const sources = await Promise.all(paths.map((path) => Bun.file(path).text()));
  expect(names.filter((name) => !sources.some((text) => isQuotedIn(text, name)))).toEqual([]);
});
