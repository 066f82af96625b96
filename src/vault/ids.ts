/** Whether a call's id can be anybody else's. */
import type { ToolRef } from "../ir/request.ts";

/**
 * True of an id as a random generator writes it: `toolu_01A09q90qw90lq917835lq9`, `call_Ab3dE…`, a UUID. False of
 * counters and names, which every conversation has: `call_0`, `functions.ls:0`, `run_3_call_12`. In doubt false: then
 * what stood in front of the call must tell it apart.
 */
export function isOnesOwn({ id, tool }: { readonly id: string; readonly tool: ToolRef }): boolean {
  if (UUID.test(id)) return true;
  // Kimi's ids hold the tool's name, which may be long and mixed itself.
  const runs = (tool.name === "" ? id : id.replaceAll(tool.name, " ")).match(/[A-Za-z0-9]{16,}/g) ?? [];
  return runs.some((run) => /\d/.test(run) && isMixed(run));
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** Of sixteen random characters in hexadecimal, one run in a hundred has fewer. */
const CHANGES_MIN = 4;

/** It goes from digits to small or capital letters, or between these, often enough. */
function isMixed(run: string): boolean {
  let changes = 0;
  for (let at = 1; at < run.length; at++)
    if (kindOf(run.charCodeAt(at)) !== kindOf(run.charCodeAt(at - 1)) && ++changes === CHANGES_MIN) return true;
  return false;
}

const kindOf = (char: number): number => (char <= 0x39 ? 0 : char <= 0x5a ? 1 : 2);
