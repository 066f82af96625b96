/** Which headers of a Messages caller go upstream, and which every upstream gets. */
import { oneOf } from "../../wire/name-list.ts";
import type { DialectHeaders } from "../dialect.ts";

export const headers: DialectHeaders = {
  // https://platform.claude.com/docs/en/api/versioning: what every client but the newest SDK sends, and what our decoder knows.
  fixed: { "anthropic-version": "2023-06-01" },
  native: oneOf(["anthropic-*", "idempotency-key"]),
  // A translated body may still hold fields of a beta, where it was a Messages body that only carried a wrapped seal.
  translated: oneOf(["anthropic-beta"]),
};
