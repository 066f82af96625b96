/** The rows of one model, ready for a call: regions multiplied, times read, tiers of service named. */
import { clockOf } from "./clock.ts";
import type { PriceRow, PriceTable, TieredRates, VendorPrices } from "./price-table.ts";
import { scaledTiers } from "./rates.ts";

/** What a target's calls cost. */
export interface TargetPrices {
  /** undefined: no table knows the model. */
  readonly own: ModelPrices | undefined;
  /** Of another model that took part in the answer. */
  model(name: string): ModelPrices | undefined;
}

export interface ModelPrices {
  readonly version: string;
  /** Where the price was found. */
  readonly level: PriceLevel;
  readonly rows: readonly PriceRow[];
  /** undefined: it has no price at that moment. */
  at(ms: number): Moment | undefined;
}

export type PriceLevel = "target" | "provider" | "file" | "updated" | "bundled";

/** What holds at a moment. */
export interface Moment {
  /** By the name of the tier that served. known: false: the table has no price of that tier, and the standard one stands for it. */
  mode(name: string | undefined): { readonly rates: TieredRates; readonly known: boolean };
  /** What a call of a tool costs, in pico-dollars. */
  fee(tool: string): number | undefined;
  /** What the rates are multiplied by where the answer says in which region it was made. */
  times(region: string | undefined): number;
}

export interface Around {
  readonly table: PriceTable;
  readonly version: string;
  readonly level: PriceLevel;
  /** The region that the target is known to be in. */
  readonly region?: string;
}

const STANDARD: ReadonlySet<string> = new Set(["default", "standard", "auto", "scale"]);

/** `rows`: of one model, in the order of their times. */
export function modelPrices(rows: readonly PriceRow[], around: Around): ModelPrices {
  const { version, level } = around;
  const dated = rows.map((row) => ({
    from: row.from === undefined ? -Infinity : Date.parse(row.from),
    until: row.until === undefined ? Infinity : Date.parse(row.until),
    at: momentsOf(row, around),
  }));
  return {
    version,
    level,
    rows,
    at: (ms) => {
      for (let at = dated.length - 1; at >= 0; at--) {
        const one = dated[at];
        if (one && ms >= one.from) return ms < one.until ? one.at(ms) : undefined;
      }
      return undefined;
    },
  };
}

/** Of a row: one moment, or two where its price goes by the hour. */
function momentsOf(row: PriceRow, { table, region }: Around): (ms: number) => Moment {
  const vendor = table.vendors[row.vendor] ?? {};
  const regions = { ...vendor.regions, ...row.regions };
  const inRegion = region === undefined ? 1 : (regions[region] ?? 1);
  const plain = momentOf(row, vendor, inRegion, regions);
  const rule = row.clock && table.clocks[row.clock.rule];
  if (!row.clock || !rule) return () => plain;
  const within = momentOf(row, vendor, inRegion * row.clock.times, regions);
  const isWithin = clockOf(rule, rule.notOn === undefined ? undefined : table.calendars[rule.notOn]);
  return (ms) => (isWithin(ms) ? within : plain);
}

function momentOf(
  row: PriceRow,
  vendor: VendorPrices,
  times: number,
  regions: Readonly<Record<string, number>>,
): Moment {
  const standard = { rates: scaledTiers(row, times), known: true };
  const unknown = { rates: standard.rates, known: false };
  const modes = new Map(
    Object.entries(row.modes ?? {}).map(([mode, rates]) => [mode, { rates: scaledTiers(rates, times), known: true }]),
  );
  const tools = { ...vendor.tools, ...row.tools };
  return {
    mode: (name) => {
      if (name === undefined) return standard;
      const meant = own(vendor.tiers, name) ?? name;
      return STANDARD.has(meant) ? standard : (modes.get(meant) ?? unknown);
    },
    fee: (tool) => own(tools, tool),
    times: (told) => (told === undefined ? 1 : (own(regions, told) ?? 1)),
  };
}

/** A name that a vendor sent is looked up, and may be `constructor`. */
const own = <Value>(of: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined =>
  of && Object.hasOwn(of, name) ? of[name] : undefined;
