#!/usr/bin/env node
// A hundred thousand mutated bodies and streams. `FUZZ_SEED=7 npm run fuzz` repeats a run, FUZZ_BODIES and FUZZ_STREAMS size it.
import { runBun } from "./bun.js";

process.exitCode = await runBun(["test", "./test/fuzz/fuzz.test.ts"], {
  FUZZ_BODIES: process.env.FUZZ_BODIES ?? "100000",
  FUZZ_STREAMS: process.env.FUZZ_STREAMS ?? "100000",
  FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 1_000_000),
});
