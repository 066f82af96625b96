#!/usr/bin/env node
/** `npm run fuzz`: a hundred thousand mutated bodies and streams. FUZZ_SEED repeats a run; FUZZ_BODIES and FUZZ_STREAMS size it. */
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

process.env.FUZZ_BODIES ||= "100000";
process.env.FUZZ_STREAMS ||= "100000";
process.env.FUZZ_SEED ||= String(Date.now() % 1_000_000);
console.log(`FUZZ_SEED=${process.env.FUZZ_SEED}`);
runBun([...BUN_FLAGS, "test", "./test/fuzz/fuzz.test.ts"], { cwd: ROOT });
