/** Observations in a small file of the data folder: the store of today has a table for sealed reasoning only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CapabilityCache, Observed } from "./capabilities.ts";

const FILE = "capabilities.json";

export const readObserved = (dataDir: string): readonly Observed[] => {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) return [];
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Observed[];
  } catch {
    // Only ever an observation: the next one takes its place.
    return [];
  }
};

export const capabilityFile = (dataDir: string): CapabilityCache => ({
  put: (observed) => {
    const isSame = (one: Observed): boolean =>
      one.provider === observed.provider && one.model === observed.model && one.dialect === observed.dialect;
    const others = readObserved(dataDir).filter((one) => !isSame(one));
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, FILE), `${JSON.stringify([...others, observed], null, 2)}\n`, { mode: 0o600 });
  },
});
