#!/usr/bin/env node
/** `npm test`: everything. Arguments go to `bun test`: `npm test -- -t NAME`, `npm test -- src/config`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";
import { step } from "./step.js";

const args = process.argv.slice(2);
// Whoever names a folder of the source needs no clients, and perhaps has no network.
if (!args.some((argument) => /^(\.[\\/])?(src|bench)\b/.test(argument))) installClients();
runBun([...BUN_FLAGS, "test", "--timeout", "60000", ...args], { cwd: ROOT });

/** The official SDKs that play the clients. They are heavy, so that nobody installs them who only wants to run the gateway. */
function installClients() {
  const folder = join(ROOT, "test", "clients");
  if (!existsSync(join(folder, "package-lock.json")) || existsSync(join(folder, "node_modules"))) return;
  console.log("Installing the clients that the tests use (test/clients), once …");
  // npm is a script on Windows, which only a shell can start; its own file, when npm started us, needs none.
  const npm = process.env.npm_execpath;
  const ok = npm?.endsWith(".js")
    ? step([process.execPath, npm, "ci"], { cwd: folder })
    : step(["npm", "ci"], { cwd: folder, shell: true });
  if (!ok) {
    console.error("The test clients could not be installed. Without a network, run single tests: npm test -- src");
    process.exit(1);
  }
}
