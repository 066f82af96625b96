#!/usr/bin/env node
/** The command `codeswitch`. */
import { join } from "node:path";
import { BUN_FLAGS, ROOT, becomeBun } from "./runtime.js";

// Bun sees src/main.ts in its place, and messages name the command as it was typed (src/typed/command.ts).
process.env._CODESWITCH_LAUNCHER = process.argv[1];
becomeBun([...BUN_FLAGS, join(ROOT, "src", "main.ts"), ...process.argv.slice(2)]);
