/** Prices of rows that are there already, corrected a batch at a time. */
import { CALL_COLUMNS, callRow, type Engine } from "./call-columns.ts";
import { markOpen } from "./roll-up.ts";
import { HOUR, startOf } from "./slices.ts";
import type { SqlStore } from "./sql.ts";
import type { CallRows, CallSteps } from "./store.ts";

const AT_ONCE = 200;

/** `priced` is a function, which cannot go to the thread of the database: it is asked here, between two steps that can. */
export const repriceBy =
  ({ toPrice, setPrices }: Pick<CallSteps, "toPrice" | "setPrices">): CallRows["reprice"] =>
  async (span, priced) => {
    const told = { seen: 0, changed: 0 };
    for (let after = ""; ;) {
      const rows = await toPrice(span, after);
      const changes = rows.flatMap((row) => {
        const next = priced(row);
        return next && isOther(row, next) ? [{ id: row.id, ended_at: row.ended_at, ...next }] : [];
      });
      if (changes.length > 0) await setPrices(JSON.stringify(changes));
      told.seen += rows.length;
      told.changed += changes.length;
      const last = rows.at(-1);
      if (last === undefined) return told;
      after = last.id;
    }
  };

const PRICE = ["cost_nano", "price_version", "priced"] as const;
const isOther = <T extends Record<(typeof PRICE)[number], unknown>>(
  row: T,
  next: T | Pick<T, (typeof PRICE)[number]>,
): boolean => PRICE.some((name) => row[name] !== next[name]);

export const repriceSteps = (db: SqlStore): Pick<CallSteps, "toPrice" | "setPrices" | "reprice"> => {
  const steps: Pick<CallSteps, "toPrice" | "setPrices"> = {
    toPrice: async ({ from, to }, after) => {
      const found = await db.all<Record<string, unknown>>(
        `select ${CALL_COLUMNS} from calls where id > $1 and ended_at >= $2 and ended_at < $3 order by id limit ${AT_ONCE}`,
        after,
        from,
        to,
      );
      return found.map(callRow);
    },
    setPrices: (changes) =>
      db.write(async (sql) => {
        const changed = await sql.all<{ ended_at: unknown }>(SET[sql.engine], changes);
        await markOpen(
          sql,
          changed.map(({ ended_at }) => startOf(HOUR, Number(ended_at))),
        );
      }),
  };
  return { ...steps, reprice: repriceBy(steps) };
};

const SET: Readonly<Record<Engine, string>> = {
  sqlite: `update calls set cost_nano = told.cost_nano, price_version = told.price_version, priced = told.priced
    from (select value ->> '$.id' as id, value ->> '$.ended_at' as ended_at, value ->> '$.cost_nano' as cost_nano,
      value ->> '$.price_version' as price_version, value ->> '$.priced' as priced from json_each($1)) as told
    where calls.id = told.id returning calls.ended_at`,
  postgres: `update calls set cost_nano = told.cost_nano, price_version = told.price_version, priced = told.priced
    from json_to_recordset($1::text::json) as told(id text, ended_at bigint, cost_nano bigint, price_version text, priced boolean)
    where calls.id = told.id and calls.ended_at = told.ended_at returning calls.ended_at`,
};
