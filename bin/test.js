#!/usr/bin/env node
/** `npm test`: everything. Arguments go to `bun test`: `npm test -- -t NAME`, `npm test -- src/config`. */
import { join } from "node:path";
import { installWhenStale } from "./npm.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

/** The official SDKs that play the clients. They are heavy, so that nobody installs them who only wants to run the gateway. */
installWhenStale(join(ROOT, "test", "clients"), "Installing the clients that the tests use (test/clients), once …");
runBun([...BUN_FLAGS, "test", "--timeout", "60000", ...process.argv.slice(2)], { cwd: ROOT });
