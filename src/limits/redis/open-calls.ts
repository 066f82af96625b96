/** The open calls of this replica as they were let in, so that Redis can be told them. */
import type { OpenCall } from "../away.ts";
import type { Admission, Admit } from "../counters.ts";
import type { RemoteCounters } from "./remote.ts";

export interface OpenCalls {
  has(id: string): boolean;
  all(): Iterable<OpenCall>;
  /** `by`: who let it in. */
  note(call: Admit, said: Admission, by: "redis" | "here"): Admission;
  end(id: string): OpenCall | undefined;
  /** Redis knows none of them any more. */
  forgotten(): void;
  /** Tells so many that Redis does not know; what fails stays untold. */
  tell(count: number, remote: RemoteCounters): Promise<void>[];
}

export function openCallsOf(): OpenCalls {
  const open = new Map<string, OpenCall>();
  const tellOne = async (call: OpenCall, remote: RemoteCounters): Promise<void> => {
    const { id, leaseMs, holds } = call;
    open.set(id, { ...call, untold: false });
    try {
      await remote.tell({
        id,
        leaseMs,
        meters: call.meters.map((meter, at) => ({ ...meter, amount: holds[at] ?? 0 })),
      });
    } catch (error) {
      if (open.has(id)) open.set(id, call);
      throw error;
    }
  };
  return {
    has: (id) => open.has(id),
    all: () => open.values(),
    note: (call, said, by) => {
      if (said.kind !== "admitted") return said;
      const { id, meters, leaseMs } = call;
      const before = open.get(id);
      const untold = by === "here" || before?.untold === true;
      if (before === undefined) open.set(id, { id, meters, holds: said.holds, leaseMs, untold });
      else
        open.set(id, {
          id,
          meters: [...before.meters, ...meters],
          holds: [...before.holds, ...said.holds],
          leaseMs,
          untold,
        });
      return said;
    },
    end: (id) => {
      const call = open.get(id);
      open.delete(id);
      return call;
    },
    forgotten: () => {
      for (const call of open.values()) open.set(call.id, { ...call, untold: true });
    },
    tell: (count, remote) => {
      const told: Promise<void>[] = [];
      for (const call of open.values()) {
        if (told.length === count) break;
        if (call.untold) told.push(tellOne(call, remote));
      }
      return told;
    },
  };
}
