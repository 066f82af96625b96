/** Where a conversation is at home: at the target that can read its last seals. After a failover that is not the first one. */
import type { Entry } from "../ir/request.ts";
import { canRead, holdsWrappedSeal, type Seal } from "../ir/seal.ts";
import type { Target } from "../routing/target.ts";
import type { Attempt, Call } from "./call.ts";
import { restored, wantsReasoningBack } from "./kept.ts";

/** The plan's targets, the home of the conversation in front. Seals that the first one reads too keep the plan's order. */
export async function homeFirst(call: Call): Promise<readonly Target[]> {
  const { targets } = call.plan;
  const [first] = targets;
  if (!first || targets.every((target) => isSameReader(target, first))) return targets;
  const attempt = { call, target: first };
  if (passesUnread(attempt)) return targets;
  const entries = await restored(attempt);
  const seal = lastSeal(entries);
  if (!seal || canRead(first.reader, seal)) return targets;
  const home = targets.find((target) => canRead(target.reader, seal));
  return home ? [home, ...targets.filter((target) => target !== home)] : targets;
}

function isSameReader(one: Target, other: Target): boolean {
  const [a, b] = [one.reader, other.reader];
  return a.dialect === b.dialect && a.issuer === b.issuer && a.family === b.family;
}

/** The target made every seal that the gateway knows of: its bytes pass without a look at the seals. */
const passesUnread = (attempt: Attempt): boolean => {
  const { call, target } = attempt;
  return (
    call.dialect === target.dialect &&
    !call.gateway.provenance.isMixed(target.reader) &&
    !holdsWrappedSeal(call.text) &&
    !wantsReasoningBack(attempt)
  );
};

function lastSeal(entries: readonly Entry[]): Seal | undefined {
  for (const entry of entries.toReversed()) if ("seal" in entry && entry.seal) return entry.seal;
  return undefined;
}
