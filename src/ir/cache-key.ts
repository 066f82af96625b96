/** A cache key that vendors accept: longer ones are refused. https://platform.openai.com/docs/api-reference/responses/create */
import { createHash } from "node:crypto";

const LENGTH_MAX = 64;

export const cacheKeyOf = (key: string): string =>
  key.length <= LENGTH_MAX ? key : createHash("sha256").update(key).digest("hex");
