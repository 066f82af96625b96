/** How chunks look before they are parsed. */
import type { Marks } from "../dialect.ts";

export const marks: Marks = {
  answer: /"choices"\s*:\s*\[\s*\{/,
  isUsageOnly: (event) => NO_CHOICES.test(event) && USAGE.test(event),
  inert: new Set(["id", "created", "model", "obfuscation", "system_fingerprint"]),
};

const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/;
const USAGE = /"usage"\s*:\s*\{/;
