#!/usr/bin/env node
/** `npm test`: everything. Arguments go to `bun test`: `npm test -- -t NAME`, `npm test -- src/config`. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { npmCi } from "./npm.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

/** The official SDKs that play the clients. They are heavy, so that nobody installs them who only wants to run the gateway. */
const clients = join(ROOT, "test", "clients");
/** npm writes the hidden one when it has installed: an older one knows nothing of what was locked since. */
const [locked, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((name) => join(clients, name));
const isStale = () => !existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs;
if (existsSync(locked) && isStale()) npmCi(clients, "Installing the clients that the tests use (test/clients), once …");

runBun([...BUN_FLAGS, "test", "--timeout", "60000", ...process.argv.slice(2)], { cwd: ROOT });
