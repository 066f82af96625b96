/** Each request that a golden sends upstream is judged twice: by what vendors refuse in a conversation, and by their own types. */
import { TRUSTING } from "../../src/simulator/seals.ts";
import { checkRequest } from "../../src/simulator/strict.ts";
import { createJudge } from "../judge/schema.ts";
import type { Crossing } from "./replay.ts";

const types = createJudge();

/** Throws with the sentence that the vendor would answer. */
export function judgeUpstreamRequest({ target, body }: Crossing, name: string): void {
  const vendor = target.provider.kind === "openai" || target.provider.kind === "azure" ? "openai" : "any";
  const refusal = checkRequest(target.dialect, body, { seals: TRUSTING, vendor });
  if (refusal !== undefined)
    throw new Error(`the vendor would refuse the upstream request: ${refusal}\n${JSON.stringify(body, null, 1)}`);
  types.add(target.dialect, body, name, vendor);
}

/** What the vendors' types do not have, over all goldens of this run. */
export const typeFaults = (): Promise<readonly string[]> => types.verdict();
