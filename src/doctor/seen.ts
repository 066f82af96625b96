/** What models were seen to do, as kept.ts kept it. */
import { readDialectId } from "../ir/dialect-id.ts";
import { objectIn } from "../probe/call.ts";
import type { CapabilityRow } from "../store/store.ts";
import type { Observed } from "./probe-model.ts";
import { hasStore, withStore } from "./with-store.ts";

export interface Model {
  readonly provider: string;
  readonly model: string;
}

/** In the order of the models; none for those that nobody asked. Throws where the folder cannot be used. */
export async function seenIn(dir: string, models: readonly Model[]): Promise<readonly Observed[]> {
  if (!hasStore(dir)) return [];
  return withStore(dir, async ({ capabilities }) => {
    const rows = await Promise.all(models.map(({ provider, model }) => capabilities.get(provider, model)));
    return rows.flatMap(observedIn);
  });
}

/** An older version may have kept something else, or the same under a dialect's old name: then the newest counts. */
function observedIn(rows: readonly CapabilityRow[]): Observed[] {
  const byDialect = new Map<string, Observed>();
  for (const one of rows.flatMap(observedOf)) {
    const known = byDialect.get(one.dialect);
    if (!known || known.at < one.at) byDialect.set(one.dialect, one);
  }
  return [...byDialect.values()];
}

function observedOf({ provider, model, dialect, observed, probedAt }: CapabilityRow): Observed[] {
  const values = objectIn(observed);
  if (!Array.isArray(values?.efforts)) return [];
  return [
    { ...values, provider, model, dialect: readDialectId(dialect), at: new Date(probedAt).toISOString() } as Observed,
  ];
}
