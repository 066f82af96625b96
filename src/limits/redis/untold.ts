/** What Redis is to be told when it is back: ends of calls, and admits that nobody waited for. */
import { LIMITS } from "../../wire/limits.ts";
import type { Settlement } from "../counters.ts";
import type { RemoteCounters } from "./remote.ts";

export interface Untold {
  end(id: string, settlements: readonly Settlement[]): void;
  /** An admit that came too late: where the call went on without it, its end takes it back. */
  late(id: string): void;
  /** How many ends found no room since it was last asked. */
  takeDropped(): number;
  readonly size: number;
  /** Takes so many out, to be sent now; what fails stays untold. */
  take(count: number): readonly ((remote: RemoteCounters) => Promise<void>)[];
}

export function untoldOf(isOpen: (id: string) => boolean): Untold {
  const ends = new Map<string, readonly Settlement[]>();
  const lateIds = new Set<string>();
  let dropped = 0;
  const end = (id: string, settlements: readonly Settlement[]): void => {
    lateIds.delete(id);
    if (ends.size >= LIMITS.endsUntoldMax) dropped++;
    else ends.set(id, settlements);
  };
  return {
    end,
    late: (id) => void (lateIds.size < LIMITS.endsUntoldMax && lateIds.add(id)),
    takeDropped: () => {
      const count = dropped;
      dropped = 0;
      return count;
    },
    get size() {
      return ends.size + lateIds.size;
    },
    take: (count) => {
      const told: ((remote: RemoteCounters) => Promise<void>)[] = [];
      for (const [id, settlements] of ends) {
        if (told.length >= count) return told;
        ends.delete(id);
        told.push((remote) =>
          remote.settle(id, settlements).catch((error) => (end(id, settlements), Promise.reject(error))),
        );
      }
      for (const id of lateIds) {
        if (told.length >= count) return told;
        lateIds.delete(id);
        if (!isOpen(id))
          told.push((remote) => remote.release(id).catch((error) => (lateIds.add(id), Promise.reject(error))));
      }
      return told;
    },
  };
}
