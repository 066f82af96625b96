/** Where data lives: CODESWITCH_DATA_DIR, else where the platform keeps an application's data. */
import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import { readVariable, type Variables } from "./substitute.ts";

export function dataDir(
  variables: Variables,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { join, isAbsolute } = platform === "win32" ? win32 : posix;
  const own = readVariable(variables, "CODESWITCH_DATA_DIR");
  if (own !== undefined) return own;
  if (platform === "win32")
    return join(readVariable(variables, "LOCALAPPDATA") ?? join(home, "AppData", "Local"), "codeswitch");
  if (platform === "darwin") return join(home, "Library", "Application Support", "codeswitch");
  // "All paths set in these environment variables must be absolute. If … relative … ignore it": XDG Base Directory Specification.
  const xdg = readVariable(variables, "XDG_DATA_HOME");
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".local", "share"), "codeswitch");
}
