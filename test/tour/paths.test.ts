import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "../..");
const NAMES = new Set([...new Glob("{src,test}/**/*.{ts,json}").scanSync(ROOT)].map((file) => basename(file)));

/** From the root or from `src/`; a bare name is a file of the folder that is spoken of. */
const isThere = (path: string): boolean =>
  NAMES.has(path) || [path, `src/${path}`].some((one) => existsSync(join(ROOT, one)));

test("every file and folder that TOUR names is there", () => {
  const tour = readFileSync(join(ROOT, "docs/TOUR.md"), "utf8");
  const spans = [...tour.matchAll(/`([\w./-]+)`/g)].map(([, span = ""]) => span);
  const isMadeUp = (path: string): boolean => /VENDOR|STORY|CLIENT|COMMAND|DIALECT/.test(path);
  const paths = spans.filter((span) => /[\w-]\/|\.(ts|md|json)$/.test(span) && !isMadeUp(span));
  expect(paths.length).toBeGreaterThan(60);
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});
