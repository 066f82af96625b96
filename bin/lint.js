#!/usr/bin/env node
/** `npm run lint`: format and lint, mending what can be mended. `-- --check` only looks. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { helpIfAsked } from "./help.js";
import { ROOT } from "./runtime.js";
import { program, step } from "./step.js";

export const FOLDERS = ["src", "test", "bench", "bin"].filter((folder) => existsSync(join(ROOT, folder)));

export const format = (mode) => step([...program("oxfmt"), ...(mode === "check" ? ["--check"] : []), ...FOLDERS]);
export const lint = (mode) =>
  step([...program("oxlint"), "--deny-warnings", ...(mode === "check" ? [] : ["--fix"]), ...FOLDERS]);

if (process.argv[1]?.endsWith("lint.js")) {
  helpIfAsked(import.meta.url);
  const unknown = process.argv.slice(2).find((argument) => argument !== "--check");
  if (unknown !== undefined) {
    console.error(`${unknown} is not a flag of lint. Did you mean --check?`);
    process.exit(2);
  }
  const mode = process.argv.includes("--check") ? "check" : "fix";
  const results = [format(mode), lint(mode)];
  process.exit(results.every(Boolean) ? 0 : 1);
}
