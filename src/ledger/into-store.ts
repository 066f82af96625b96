/** Rows on their way into the database: in batches, and those that it refuses for good set aside. */
import { join } from "node:path";
import type { CallRows } from "../store/store.ts";
import { putAside } from "./aside.ts";
import { sendInParts } from "./into-parts.ts";
import { reasonOf } from "../wire/reason.ts";
import type { ReaderNeeds } from "./reader.ts";

export interface StoreSide {
  /** Opens it where it is not open. Throws while it cannot be. */
  readonly calls: () => Promise<Pick<CallRows, "insert">>;
  readonly rowsAtOnce: number;
  /** Where the rows go that are refused. */
  readonly root: string;
  readonly warn: (message: string) => void;
}

export function intoStore({ calls, rowsAtOnce, root, warn }: StoreSide): ReaderNeeds {
  const refused = asideIn(join(root, "refused-by-store.jsonl"), "The database refuses the row of a call", warn);
  return {
    name: "store",
    rowsAtOnce,
    take: async (rows) => {
      const { insert } = await calls();
      await sendInParts(rows, { send: (part) => insert(`[${part.join(",")}]`), isRefusal, refused });
    },
    away: (error) => warn(`The database takes no rows now (${reasonOf(error)}). They wait, and it is tried again.`),
    back: () => warn("The database takes rows again."),
  };
}

export function asideIn(
  path: string,
  what: string,
  warn: (message: string) => void,
): (row: string, error: unknown) => void {
  return (row, error) => {
    const where = putAside(path, row) ? `It is kept in ${path}` : "It is lost";
    warn(`${what} (${reasonOf(error)}). ${where}; the others go on.`);
  };
}

/**
 * Only what speaks of the row itself: everything else, a full disk among it, may pass. PostgreSQL's classes 22 (data) and
 * 23 (integrity): https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(2[23][0-9A-Z]{3}|SQLITE_(CONSTRAINT|MISMATCH|TOOBIG).*)$/.test(code) || /malformed JSON/i.test(error.message)
  );
}
