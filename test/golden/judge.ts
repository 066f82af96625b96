/** Each request that a golden sends upstream is judged by what vendors refuse in a conversation, by their own types, and by their published descriptions, which judge what its client reads, too. */
import { TRUSTING } from "../../src/simulator/seals.ts";
import { checkRequest } from "../../src/simulator/strict.ts";
import { createJudge, type Vendor } from "../judge/schema.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { answerFaults, requestFaults } from "../judge/answers.ts";
import type { Case } from "./case.ts";
import type { Crossing } from "./replay.ts";

const vendorOf = ({ target }: Crossing): Vendor =>
  target.provider.kind === "openai" || target.provider.kind === "azure" ? "openai" : "any";

/** Throws with the sentence that the vendor would answer. */
export function judgeUpstreamRequest(crossing: Crossing): void {
  const { target, body } = crossing;
  const refusal = checkRequest(target.dialect, body, { seals: TRUSTING, vendor: vendorOf(crossing) });
  if (refusal !== undefined)
    throw new Error(`the vendor would refuse the upstream request: ${refusal}\n${JSON.stringify(body, null, 1)}`);
}

/** What the vendors' types do not have, over all of these. */
export async function typeFaults(crossings: ReadonlyMap<string, Crossing>): Promise<readonly string[]> {
  const types = createJudge();
  for (const [name, crossing] of crossings) types.add(crossing.target.dialect, crossing.body, name, vendorOf(crossing));
  return types.verdict();
}

export function descriptionFaults(crossing: Crossing, { sections }: Case): readonly string[] {
  const { client, target, body } = crossing;
  const stream = (sections.get("client stream") ?? "").split("\n").filter((line) => line.startsWith("{"));
  const reply = sections.get("client reply");
  const read = [...stream, ...(reply?.startsWith("{") ? [reply] : [])].map((text) => JSON.parse(text) as JsonObject);
  const isSent = vendorOf(crossing) === "openai" && target.dialect !== "anthropic-messages";
  return [...answerFaults(client.id, read), ...(isSent ? requestFaults(target.dialect, body) : [])];
}
