/**
 * Makes src/cost/prices.json: bun test/prices/compile.ts LITELLM.json MODEL_PRICES.json GENAI_PRICES.json DAY
 *
 *     pip download --no-deps litellm==1.109.1 model-prices==0.0.5 genai-prices==0.2.3   and unzip the three wheels
 *     LITELLM.json        litellm/model_prices_and_context_window_backup.json
 *     MODEL_PRICES.json   model_prices/snapshot.json
 *     GENAI_PRICES.json   what genai_prices_dump.py prints of genai_prices/data.py
 *
 * Prices are LiteLLM's; which held when, and models that are sold no longer, are model-prices'; prices announced for a
 * later day are genai-prices'. What the two say of today is kept in witnesses.json, which check.test.ts compares.
 */
import { join } from "node:path";
import type { PriceRow, PriceTable } from "../../src/cost/price-table.ts";
import { periodsOf, LAB_OF, sameRates, type Snapshot } from "./history.ts";
import { type Entry, litellmRows, VENDOR_OF } from "../../src/cli/litellm-prices.ts";
import { scaledTiers } from "../../src/cost/rates.ts";
import { CLOCKS, EXACT, OURS, VENDORS } from "./rules.ts";
import { type Dump, witnessRows } from "./witness.ts";

const [litellm, history, genai, made = ""] = process.argv.slice(2);
const read = async <T>(path: string | undefined): Promise<T> => (await Bun.file(path ?? "").json()) as T;
const entries = await read<Readonly<Record<string, Entry>>>(litellm);
const snapshot = await read<Snapshot>(history);
const witnesses = witnessRows(await read<Dump>(genai), made);

const key = ({ vendor, model }: PriceRow): string => `${vendor}/${model}`;

/** LiteLLM's: one price of each model, by its key. */
const current = (): ReadonlyMap<string, PriceRow> =>
  zonesFolded(new Map(litellmRows(entries).map((row) => [key(row), { ...row, ...EXACT[key(row)] }])));

/** A data zone whose rates are all the same multiple of the model's is a region of that model's row. */
function zonesFolded(found: ReadonlyMap<string, PriceRow>): ReadonlyMap<string, PriceRow> {
  const rows = new Map(found);
  for (const [name, row] of found) {
    const [, zone, model] = /^(us|eu|apac|us-gov)\/(.+)$/.exec(row.model) ?? [];
    const base = zone === undefined ? undefined : rows.get(`${row.vendor}/${model}`);
    if (zone === undefined || !base) continue;
    const times = Math.round((row.in / base.in) * 1000) / 1000;
    // A mode that the zone's own entry does not list is billed by the same multiple (every one that is listed is).
    if (!sameRates(scaledTiers(base, times), row)) continue;
    rows.delete(name);
    rows.set(key(base), { ...base, regions: { ...base.regions, [zone]: times } });
  }
  return rows;
}

function datedRows(row: PriceRow, periods: readonly PriceRow[]): readonly PriceRow[] {
  const last = periods.at(-1);
  if (!last) return [row];
  if (OURS[key(row)] === "history") return periods.map((period) => ({ ...period, ...clockOf(period) }));
  const before = periods.slice(0, -1).map((period) => ({ ...period, ...clockOf(period) }));
  const { vendor, model, ...rates } = row;
  if (agrees(row, last)) {
    const gaps = gapsOf(row, last);

    return [...before, { vendor, model, ...(last.from !== undefined && { from: last.from }), ...rates, ...gaps }];
  }
  // Changed since, or told otherwise: from the day on which the other was still sure of its own.
  const from = snapshot.updated_at.slice(0, 10);
  return OURS[key(row)] === "always"
    ? [row]
    : [...before, { ...last, until: from, ...clockOf(last) }, { vendor, model, from, ...rates }];
}
/** What LiteLLM leaves out of a price that both have: lifetimes of writes, tiers. */
function gapsOf(row: PriceRow, other: PriceRow): Partial<PriceRow> {
  const missing = (["read", "w5m", "w1h", "w12h"] as const).filter(
    (rate) => row[rate] === undefined && other[rate] !== undefined,
  );
  const tiers = row.tiers
    ? row.tiers.map((tier, at) => ({
        ...Object.fromEntries(missing.map((rate) => [rate, other.tiers?.[at]?.[rate]])),
        ...tier,
      }))
    : other.tiers;
  return { ...Object.fromEntries(missing.map((rate) => [rate, other[rate]])), ...(tiers && { tiers }) };
}

/** What either lacks is no contradiction. */
const agrees = (row: PriceRow, other: PriceRow): boolean =>
  row.in === other.in &&
  row.out === other.out &&
  (other.read === undefined || row.read === undefined || row.read === other.read);

/** Prices by the hour, at the one vendor that has them. */
function clockOf(row: PriceRow): Pick<PriceRow, "clock"> {
  if (row.vendor !== "deepseek") return {};
  if ((row.from ?? "") >= "2025-09-05") return { clock: { rule: "peak", times: 2 } };
  const times = { "deepseek-chat": 0.5, "deepseek-reasoner": 0.25 }[row.model];
  return times === undefined ? {} : { clock: { rule: "night", times } };
}

/** A price that is announced for a later day, in the same ratio for every rate and mode. */
function withFuture(rows: readonly PriceRow[]): readonly PriceRow[] {
  const last = rows.at(-1) as PriceRow;
  const later = witnesses.find((row) => key(row) === key(last) && (row.from ?? "") > made);
  if (!later) return rows;
  const times = later.in / last.in;
  if (later.out !== last.out * times)
    throw new Error(`${key(last)}: the announced price is no multiple; write it by hand`);
  const modes = Object.entries(last.modes ?? {}).map(([mode, rates]) => [mode, scaledTiers(rates, times)] as const);
  const next = {
    ...last,
    from: later.from ?? "",
    ...scaledTiers(last, times),
    ...(last.modes && { modes: Object.fromEntries(modes) }),
  };
  return [...rows.slice(0, -1), { ...last, until: later.from ?? "" }, next];
}

/** The twelve-hour write of a maker's model where another vendor serves it, as both bill it: 2.5 times the input. */
function twelveHours(rows: ReadonlyMap<string, PriceRow>): ReadonlyMap<string, PriceRow> {
  return new Map(
    [...rows].map(([name, row]) => {
      const maker = rows.get(`openai/${row.model}`);
      if (row.vendor !== "azure" || row.w5m === undefined || row.w12h !== undefined || maker?.w12h === undefined)
        return [name, row];
      const w12h = Math.round((row.in * maker.w12h) / maker.in);
      const tiers = row.tiers?.map((tier) => ({ ...tier, w12h: Math.round((tier.in * maker.w12h!) / maker.in) }));
      return [name, { ...row, w12h, ...(tiers && { tiers }) }];
    }),
  );
}

const rows: PriceRow[] = [];
const now = twelveHours(current());
for (const vendor of new Set(Object.values(VENDOR_OF))) {
  const periods = vendor in LAB_OF ? periodsOf(snapshot, vendor) : new Map<string, readonly PriceRow[]>();
  for (const row of now.values())
    if (row.vendor === vendor) rows.push(...withFuture(datedRows(row, periods.get(row.model) ?? [])));
  for (const [model, known] of periods)
    if (!now.has(`${vendor}/${model}`)) rows.push(...known.map((row) => ({ ...row, ...clockOf(row) })));
}

/** Names and times first. */
const inOrder = ({ vendor, model, from, until, ...rest }: PriceRow): PriceRow =>
  ({ vendor, model, from, until, ...rest }) as PriceRow;

const calendars = Object.fromEntries(
  Object.entries(snapshot.schedules.holidays).map(([name, { covers_through, dates, source }]) => [
    name,
    { dates, through: covers_through, source },
  ]),
);
const table: PriceTable = { made, vendors: VENDORS, clocks: CLOCKS, calendars, rows };
const { rows: _, ...head } = table;
const lines = rows.map((row) => JSON.stringify(inOrder(row))).join(",\n");
await Bun.write(
  join(import.meta.dir, "../../src/cost/prices.json"),
  `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines}\n]}\n`,
);

const today = (row: PriceRow): boolean => (row.from ?? "") <= made && (row.until === undefined || row.until > made);
const told = {
  "model-prices": Object.keys(LAB_OF).flatMap((vendor) =>
    [...periodsOf(snapshot, vendor).values()].flat().filter(today),
  ),
  "genai-prices": witnesses.filter(today),
};
const kept = Object.entries(told).map(([source, all]) => {
  const known = all.filter((row) => now.has(key(row))).map(({ modes: _modes, ...row }) => JSON.stringify(row));
  return `${JSON.stringify(source)}:[\n${known.join(",\n")}\n]`;
});
await Bun.write(join(import.meta.dir, "witnesses.json"), `{${kept.join(",\n")}}\n`);
