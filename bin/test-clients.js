#!/usr/bin/env node
/** `npm run test:clients`: the real command line clients. They are large, so they are installed apart and only for this. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmCi } from "./npm.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

const folder = join(ROOT, "test", "clis");
if (!existsSync(join(folder, "node_modules"))) npmCi(folder, "Installing the command line clients (test/clis), once …");
/** Without it, only the fastest of them runs: `npm test`. */
process.env.CODESWITCH_CLIENTS = "1";
/** The clients mostly wait; more at once than this, and two cores are what they wait for. */
const AT_ONCE = "4";
runBun(
  [...BUN_FLAGS, "test", "--timeout", "180000", "--max-concurrency", AT_ONCE, "./test/clis", ...process.argv.slice(2)],
  { cwd: ROOT },
);
