/** The data folder: made for this user alone. One that was there keeps its mode, since it may be somebody's mount. */
import { existsSync, mkdirSync } from "node:fs";

export function privateFolder(dir: string): string {
  if (!existsSync(dir)) mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}
