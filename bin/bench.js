#!/usr/bin/env node
/**
 * `npm run bench`: the gateway against nginx, in one run, before the same upstream. `-- --write` rewrites RESULTS.md,
 * `-- --quick` takes a look with a tenth of the requests, `-- --only whole,large` runs some loads.
 */
import { helpIfAsked } from "./help.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);
runBun([...BUN_FLAGS, "bench/run.ts", ...process.argv.slice(2)], { cwd: ROOT });
