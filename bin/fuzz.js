#!/usr/bin/env node
/**
 * `npm run fuzz`: a hundred thousand mutated bodies and streams, thousands of everything else. FUZZ_SEED repeats a run;
 * FUZZ_BODIES, FUZZ_STREAMS, FUZZ_FRAMES, FUZZ_VENDORS, FUZZ_LISTS, FUZZ_NAMES and FUZZ_TWINS say how many. Which to run: `-- -t twins`.
 */
import { helpIfAsked } from "./help.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);

const SIZES = {
  FUZZ_BODIES: 100_000,
  FUZZ_STREAMS: 100_000,
  FUZZ_FRAMES: 1_000_000,
  FUZZ_VENDORS: 2_000,
  FUZZ_LISTS: 300,
  FUZZ_NAMES: 100_000,
  FUZZ_TWINS: 10_000,
};
for (const [name, size] of Object.entries(SIZES)) process.env[name] ||= String(size);
process.env.FUZZ_SEED ||= String(Date.now() % 1_000_000);
console.log(`FUZZ_SEED=${process.env.FUZZ_SEED}`);
runBun([...BUN_FLAGS, "test", "./test/fuzz/fuzz.test.ts", ...process.argv.slice(2)], { cwd: ROOT });
