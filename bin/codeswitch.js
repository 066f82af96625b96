#!/usr/bin/env node
/** The command `codeswitch`. */
import { join } from "node:path";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

runBun([...BUN_FLAGS, join(ROOT, "src", "main.ts"), ...process.argv.slice(2)]);
