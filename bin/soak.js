#!/usr/bin/env node
/**
 * `npm run soak`: callers and vendors of three dialects around the real gateway, and whether every byte, seal and record is its own's.
 * SOAK_SECONDS says how long (twenty minutes; two in .ci/run), SOAK_RATE how many calls a second, SOAK_SEED who says what.
 */
import { helpIfAsked } from "./help.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);

process.env.SOAK_SECONDS ||= "1200";
process.env.SOAK_RATE ||= "20";
process.env.SOAK_SEED ||= "1";
runBun([...BUN_FLAGS, "test/soak/run.ts"], { cwd: ROOT });
