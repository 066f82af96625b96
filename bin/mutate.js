#!/usr/bin/env node
/**
 * `npm run mutate`: two hundred single faults put into a copy of the source; the tests must see 95 of a hundred. Takes hours.
 * MUTATE_SEED draws others, MUTATE_COUNT says how many, MUTATE_ROOMS=http,relay which (test/mutate/rooms.ts), MUTATE_AT_ONCE how many side by side.
 * MUTATE_LIST=1 only shows them. A run that was ended goes on where it was; MUTATE_AGAIN=1 tries its survivors again.
 */
import { helpIfAsked } from "./help.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);

runBun([...BUN_FLAGS, "test/mutate/run.ts"], { cwd: ROOT });
