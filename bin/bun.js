#!/usr/bin/env node
/** `node bin/bun.js SCRIPT …`: any script of this project, run as the gateway itself is. */
import { BUN_FLAGS, runBun } from "./runtime.js";

runBun([...BUN_FLAGS, ...process.argv.slice(2)]);
