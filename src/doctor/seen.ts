/** What models were seen to do, as kept.ts kept it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { objectIn } from "../probe/call.ts";
import type { CapabilityRow } from "../store/store.ts";
import type { Observed } from "./capabilities.ts";

export interface Model {
  readonly provider: string;
  readonly model: string;
}

/** In the order of the models; none for those that nobody asked. Throws where the folder cannot be used. */
export async function seenIn(dir: string, models: readonly Model[]): Promise<readonly Observed[]> {
  // Loaded here, so that --help stays quick.
  const { DATABASE_FILE, sqliteStore } = await import("../store/sqlite.ts");
  // A look makes no folder.
  if (!existsSync(join(dir, DATABASE_FILE))) return [];
  const store = await sqliteStore(dir);
  try {
    const rows = await Promise.all(models.map(({ provider, model }) => store.capabilities.get(provider, model)));
    return rows.flat().flatMap(observedOf);
  } finally {
    await store.close();
  }
}

/** An older version may have kept something else. */
function observedOf({ provider, model, dialect, observed, probedAt }: CapabilityRow): Observed[] {
  const values = objectIn(observed);
  if (!Array.isArray(values?.efforts)) return [];
  return [{ ...values, provider, model, dialect, at: new Date(probedAt).toISOString() } as Observed];
}
