/** `npm run SCRIPT -- --help`: what stands at the head of the script's own file. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Prints it and ends, where somebody asked. `url`: import.meta.url of the script. */
export function helpIfAsked(url) {
  if (!process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) return;
  const path = fileURLToPath(url);
  const [, head = basename(path)] = /\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path, "utf8")) ?? [];
  console.log(head.replace(/^[ \t]*\*? ?/gm, "").trim());
  process.exit(0);
}
