#!/usr/bin/env node
/** `npm run check`: format, lint, types, import arrows and the fast tests. All of them run, so that one look shows everything. */
import { helpIfAsked } from "./help.js";
import { format, lint } from "./lint.js";
import { bun, program, step } from "./step.js";

helpIfAsked(import.meta.url);

const STEPS = [
  ["format", () => format("check")],
  ["lint", () => lint("check")],
  ["types", () => step([...program("typescript", "tsc"), "--noEmit"])],
  ["arrows", () => step([...bun(), "test", "./test/arrows.test.ts"])],
  ["fast tests", () => step([...bun(), "test", "--timeout", "20000", "src/"])],
];

const started = Date.now();
const failed = STEPS.filter(([name, run]) => {
  console.log(`\n== ${name}`);
  return !run();
}).map(([name]) => name);
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `\nAll in order, in ${seconds} s.`
    : `\nFailed: ${failed.join(", ")} (${seconds} s). "npm run lint" mends format and some of lint.`,
);
process.exit(failed.length === 0 ? 0 : 1);
