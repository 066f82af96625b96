#!/usr/bin/env node
/** `npm test`: everything. Arguments go to `bun test`: `npm test -- -t NAME`, `npm test -- src/config`. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { helpIfAsked } from "./help.js";
import { installWhenStale } from "./npm.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";
import { needed } from "./step.js";

helpIfAsked(import.meta.url);
needed("fast-check");

/** The official SDKs that play the clients. They are heavy, so that nobody installs them who only wants to run the gateway. */
installWhenStale(join(ROOT, "test", "clients"), "Installing the clients that the tests use (test/clients), once …");
/** Files side by side, and one more than there are cores: much of the time a test waits. */
const workers = Math.min(availableParallelism() + 1, 5);
const flags = ["--timeout", "60000", `--parallel=${workers}`, "--no-isolate"];
runBun([...BUN_FLAGS, "test", ...flags, ...process.argv.slice(2)], { cwd: ROOT });
