/** How chunks look before they are parsed. */
import type { Marks } from "../dialect.ts";

const ANSWER = /"choices"\s*:\s*\[\s*\{/;
const USAGE = /"usage"\s*:\s*\{/;

export const marks: Marks = {
  answer: ANSWER,
  isUsageOnly: (event) => USAGE.test(event) && !ANSWER.test(event),
  inert: new Set(["id", "created", "model", "obfuscation", "system_fingerprint"]),
};
