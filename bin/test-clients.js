#!/usr/bin/env node
/** `npm run test:clients`: the real command line clients. They are large, so they are installed apart and only for this. */
import { join } from "node:path";
import { helpIfAsked } from "./help.js";
import { installWhenStale } from "./npm.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);

for (const name of ["clients", "clis"])
  installWhenStale(join(ROOT, "test", name), `Installing the clients in test/${name}, once …`);
/** Without it, only the lightest of them runs: `npm test`. */
process.env.CODESWITCH_CLIENTS = "1";
/** The clients mostly wait; more at once than this, and two cores are what they wait for. */
const AT_ONCE = "4";
runBun(
  [...BUN_FLAGS, "test", "--timeout", "180000", "--max-concurrency", AT_ONCE, "./test/clis", ...process.argv.slice(2)],
  { cwd: ROOT },
);
