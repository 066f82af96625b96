/** What must happen once, whichever replica comes first. */
import type { Counters, Window } from "./counters.ts";

const LEASE_MS = 1_000;

/**
 * Whether nobody was first before within the window: a meter with room for one. Redis is asked by all replicas; without
 * it each process is first for itself. What the counters lose may happen again.
 */
export async function isFirst(counters: Counters, what: string, window: Window): Promise<boolean> {
  const meter = { id: `once:${what}`, max: 1, counts: "charged", amount: 1, window } as const;
  const id = crypto.randomUUID();
  const answer = await counters.admit({ id, meters: [meter], leaseMs: LEASE_MS });
  if (answer.kind !== "admitted") return false;
  await counters.settle(id, [{ meter, held: 1, actual: 1 }]);
  return true;
}
