/**
 * Retention in a SQLite file, which has no partitions: old rows go some at a time, in the order of time, and their pages
 * are given back to the disk. Between two small deletions others have their turn.
 */
import type { Keeping } from "./retention.ts";
import { inTurn } from "./sql.ts";

const ROWS_AT_ONCE = 200;
const PAGES_AT_ONCE = 200;

export const IN_FILE: Keeping = {
  drop: async (db, end) => {
    for (;;) {
      const gone = await inTurn(() =>
        db.write((sql) =>
          sql.all(
            `delete from calls where rowid in (select rowid from calls where ended_at < $1 order by ended_at limit ${ROWS_AT_ONCE}) returning 1`,
            end,
          ),
        ),
      );
      if (gone.length < ROWS_AT_ONCE) return;
    }
  },
  tidy: async (db) => {
    for (;;) {
      const [{ freelist_count: free = 0 } = {}] = await db.all<{ freelist_count: number }>("pragma freelist_count");
      if (free < PAGES_AT_ONCE) return [];
      await inTurn(() => db.write((sql) => sql.all(`pragma incremental_vacuum(${PAGES_AT_ONCE})`)));
      const [{ freelist_count: left = 0 } = {}] = await db.all<{ freelist_count: number }>("pragma freelist_count");
      // A file of an earlier version keeps its free pages, and uses them again.
      if (left >= free) return [];
    }
  },
};
