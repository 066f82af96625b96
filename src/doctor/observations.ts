/** Observations in the store. One that does not work costs a warning, never what was observed. */
import type { CapabilityRow } from "../store/store.ts";
import type { Observed } from "./probe-model.ts";
import { type Finding, warning } from "./finding.ts";
import { withStore } from "./with-store.ts";
import { reasonOf } from "../wire/reason.ts";

export interface Keeper {
  /** At once for each, since whoever interrupts has paid for it. */
  keep(observed: Observed): Promise<Finding[]>;
}

export function keeperIn(dir: string): Keeper {
  let isTold = false;
  return {
    keep: async (observed) => {
      try {
        await withStore(dir, ({ capabilities }) => capabilities.put(rowOf(observed)));
        return [];
      } catch (error) {
        if (isTold) return [];
        isTold = true;
        return [unusable(dir, error)];
      }
    },
  };
}

const rowOf = ({ provider, model, dialect, at, ...values }: Observed): CapabilityRow => ({
  provider,
  model,
  dialect,
  observed: JSON.stringify(values),
  probedAt: Date.parse(at),
});

function unusable(dir: string, error: unknown): Finding {
  const says = `The data folder ${dir} cannot be used (${reasonOf(error)}), so what models can do is told here and not kept. A damaged codeswitch.db in it may be deleted.`;
  return warning("this machine", "data", says);
}
