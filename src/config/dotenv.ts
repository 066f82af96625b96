/** The `.env` beside a configuration. Bun is started with --no-env-file, so that a stray one in somebody's repository sets nothing. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { readVariable, type Variables } from "./substitute.ts";

export const isDotenv = (file: string): boolean => /(^|[\\/])(\.env(\.[\w-]+)?|[^\\/]*\.env)$/.test(file);

export const parseDotenv = (text: string): Variables => parseEnv(text.replace(/^\uFEFF/, ""));

/** A folder of that name is somebody's Python environment. */
export const hasDotenv = (folder: string): boolean =>
  statSync(join(folder, ".env"), { throwIfNoEntry: false })?.isFile() === true;

export const dotenvBeside = (configFile: string): Variables =>
  hasDotenv(dirname(configFile)) ? parseDotenv(readFileSync(join(dirname(configFile), ".env"), "utf8")) : {};

/** The real environment wins. A blank there is unset, so the file's value stands. */
export function over(real: Variables, file: Variables): Variables {
  const merged: Record<string, string | undefined> = { ...file };
  for (const name of Object.keys(real)) if (readVariable(real, name) !== undefined) merged[name] = real[name];
  return merged;
}
