/** Ids that a vendor accepts: long or strange ones become a deterministic hash, the same in call and result. */
import { createHash } from "node:crypto";

export interface IdRule {
  readonly lengthMax: number;
  readonly allowed: RegExp;
}

/** The same id for the same input, always: nothing is stored, and a cached prefix keeps its bytes. */
export function safeId(id: string, rule: IdRule): string {
  if (id.length <= rule.lengthMax && rule.allowed.test(id)) return id;
  const hash = createHash("sha256").update(id).digest("hex");
  const readable = `call_${hash}`.slice(0, Math.min(rule.lengthMax, 45));
  // Mistral allows nine letters and digits: no room for a prefix, no underscore.
  return rule.lengthMax >= 20 && rule.allowed.test(readable) ? readable : hash.slice(0, rule.lengthMax);
}

const CACHE_KEY_LENGTH_MAX = 64;

/** A longer one is refused. https://platform.openai.com/docs/api-reference/responses/create */
export const cacheKeyOf = (key: string): string =>
  key.length <= CACHE_KEY_LENGTH_MAX ? key : createHash("sha256").update(key).digest("hex");
