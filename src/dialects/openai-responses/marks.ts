/** How events look before they are parsed. */
import type { Marks } from "../dialect.ts";

export const marks: Marks = {
  answer: /"type"\s*:\s*"response\./,
  isUsageOnly: () => false,
  // Not item_id: an item is found by it where two share an index.
  inert: new Set(["sequence_number", "obfuscation"]),
};
