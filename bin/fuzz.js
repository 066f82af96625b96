#!/usr/bin/env node
/** `npm run fuzz`: a hundred thousand mutated bodies and streams, thousands of everything else. FUZZ_SEED repeats a run; the sizes below can be set too. */
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

const SIZES = {
  FUZZ_BODIES: 100_000,
  FUZZ_STREAMS: 100_000,
  FUZZ_VENDORS: 2_000,
  FUZZ_LISTS: 300,
  FUZZ_NAMES: 100_000,
  FUZZ_TWINS: 10_000,
};
for (const [name, size] of Object.entries(SIZES)) process.env[name] ||= String(size);
process.env.FUZZ_SEED ||= String(Date.now() % 1_000_000);
console.log(`FUZZ_SEED=${process.env.FUZZ_SEED}`);
// Which to run: npm run fuzz -- -t twins
runBun([...BUN_FLAGS, "test", "./test/fuzz/fuzz.test.ts", ...process.argv.slice(2)], { cwd: ROOT });
