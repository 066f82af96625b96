#!/usr/bin/env node
/** `npm run dev`: start, and again on every change. Arguments are those of `codeswitch start`. */
import { join } from "node:path";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

runBun([...BUN_FLAGS, "--watch", "--no-clear-screen", join(ROOT, "src", "main.ts"), "start", ...process.argv.slice(2)]);
