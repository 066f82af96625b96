/** `npm ci` in a folder that has a lockfile of its own. */
import { step } from "./step.js";

export function npmCi(folder, message) {
  console.log(message);
  // npm is a script on Windows, which only a shell can start; its own file, when npm started us, needs none.
  const npm = process.env.npm_execpath;
  const ok = npm?.endsWith(".js")
    ? step([process.execPath, npm, "ci"], { cwd: folder })
    : step(["npm", "ci"], { cwd: folder, shell: true });
  if (ok) return;
  console.error(`${folder} could not be installed. Without a network, run single tests: npm test -- src`);
  process.exit(1);
}
