/** Folders with a lockfile of their own: the clients that the tests use. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { step } from "./step.js";

/** `npm ci` where nothing is installed, or an older lockfile's packages are. */
export function installWhenStale(folder, message) {
  if (!isStale(folder)) return;
  console.log(message);
  // npm is a script on Windows, which only a shell can start; its own file, when npm started us, needs none.
  const npm = process.env.npm_execpath;
  const ok = npm?.endsWith(".js")
    ? step([process.execPath, npm, ...CI], { cwd: folder })
    : step(["npm", ...CI], { cwd: folder, shell: true });
  if (ok) return;
  console.error(`${folder} could not be installed. Without a network, run single tests: npm test -- src`);
  process.exit(1);
}

/** Some ask for a newer Node than npm runs on. It is Bun that runs them, so that npm's warning would only be wondered about. */
const CI = ["ci", "--loglevel=error"];

/** npm writes the hidden lockfile when it has installed: an older one knows nothing of what was locked since. */
function isStale(folder) {
  const [locked, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((name) =>
    join(folder, name),
  );
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs;
}
