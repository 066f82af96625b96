/** Which headers of a Chat caller go upstream. */
import { oneOf } from "../../wire/name-list.ts";
import type { DialectHeaders } from "../dialect.ts";

export const headers: DialectHeaders = {
  fixed: {},
  native: oneOf(["openai-beta", "idempotency-key", "x-client-request-id"]),
  translated: oneOf([]),
};
