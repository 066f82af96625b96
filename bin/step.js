/** One step of a check: a program that runs to its end. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { BUN_FLAGS, findBun, ROOT } from "./runtime.js";

const require = createRequire(import.meta.url);

/** A package's own program, by its file and not by the shell script in .bin, which Windows cannot spawn. */
export function program(name, bin = name) {
  const manifest = needed(name);
  const entry = require(manifest).bin;
  return [process.execPath, join(dirname(manifest), typeof entry === "string" ? entry : entry[bin])];
}

/** The manifest of a package that development needs. */
export function needed(name) {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    console.error(
      `${name} is not installed. It comes with "npm ci"; "--omit=dev" and NODE_ENV=production leave it out.`,
    );
    process.exit(1);
  }
}

export const bun = () => [findBun() ?? "bun", ...BUN_FLAGS];

/** Runs it in the project's folder. True when it went well. */
export function step([command, ...args], options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", ...options });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  return status === 0;
}
