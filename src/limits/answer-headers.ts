/** What is left of a key's limits, in the head of its answers. */
import { DIALECTS } from "../dialects/index.ts";
import type { LimitLeft } from "../dialects/limit-headers.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Level } from "./counters.ts";
import { type Measure, type Metered, MINUTE } from "./meters.ts";

export interface Left {
  readonly metered: Metered;
  /** After the call. */
  readonly level: Level;
}

/** Of the key alone: what others have left is nobody's business. `now`: when the levels were read. */
export function headersOf(all: readonly Left[], reply: DialectId, now: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { metered, level } of all) {
    const { scope, measure, meter } = metered;
    if (scope.kind !== "key" || !isPrinted(measure)) continue;
    const left = Math.max(0, meter.max - level.spent);
    const fullMs = level.spent === 0 ? 0 : wholeMs(now);
    Object.assign(headers, DIALECTS[reply].limitHeaders({ of: measure, max: meter.max, left, fullMs, now }));
  }
  return headers;
}

const isPrinted = (measure: Measure): measure is LimitLeft["of"] => measure !== "cost" && measure !== "parallel";

/** Until all that counts now has left the window: what came last stays longest. */
const wholeMs = (now: number): number =>
  (Math.floor(now / MINUTE.bucketMs) + MINUTE.buckets + 1) * MINUTE.bucketMs - now;
