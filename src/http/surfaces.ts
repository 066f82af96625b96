/** What each path promises: which bodies it takes and in which dialect it answers. */
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Surface } from "../relay/call.ts";

export const surfaceOf = (reply: DialectId): Surface => ({ reply, dialectOf: DIALECTS[reply].paths.bodyDialect });
