/** How events look before they are parsed. */
import type { Marks } from "../dialect.ts";

export const marks: Marks = {
  answer: /"type"\s*:\s*"(?:message_|content_block_)/,
  isUsageOnly: () => false,
  inert: new Set(),
};
