/** `codeswitch usage`: what was spent, by what one wants to know. */
import { defineCommand } from "citty";
import { didYouMean } from "../config/nearest.ts";
import { USAGE_BY, type CallRows, type UsageBy, type UsageFilter, type UsageSum } from "../store/store.ts";
import { escaped, shortened } from "../wire/printable.ts";
import { money, share, shortCount } from "./call-table.ts";
import { withCalls } from "./calls-here.ts";
import { countOf } from "./count.ts";
import { flag, toggle } from "./flags.ts";
import { jsonOf } from "./logs.ts";
import { checkZone, momentOf } from "./moment.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { UsageError } from "./usage.ts";

const LIMIT = 50;
const LIMIT_MAX = 100_000;

export const usageCommand = defineCommand({
  meta: { name: "usage", description: "Show what was spent, by model, key, session, repository, day and more." },
  args: {
    config: CONFIG_ARG,
    by: flag("WHAT", `One line for each ${USAGE_BY.join(", ")}. Default model.`),
    since: flag("MOMENT", "From then on: 12h, 7d, 2026-11-01. Default 30d."),
    until: flag("MOMENT", "Up to then. Default: now."),
    key: flag("KEY", "Only calls with this key, by its name."),
    zone: flag("ZONE", "Whose days: Europe/Berlin. Default: this machine's."),
    limit: flag("N", `The dearest so many. Default ${LIMIT}.`),
    json: toggle("One JSON object a line."),
  },
  run: async ({ args }) => {
    const by = byOf(args.by ?? "model");
    const now = Date.now();
    const zone = args.zone === undefined ? Intl.DateTimeFormat().resolvedOptions().timeZone : checkZone(args.zone);
    const filter: UsageFilter = {
      from: momentOf("--since", args.since ?? "30d", now, zone),
      to: args.until === undefined ? now + 1 : momentOf("--until", args.until, now, zone),
      zone,
      ...(args.key !== undefined && { key: args.key }),
    };
    if (filter.from >= filter.to) throw new UsageError("--since is not before --until: no call lies between them.");
    const limit = countOf("--limit", args.limit, LIMIT, LIMIT_MAX);
    await withCalls(args.config, async (calls) => {
      const sums = await calls.usage(by, filter, limit);
      if (args.json) return sums.forEach((sum) => console.log(jsonOf({ by, ...sum })));
      console.log(report(by, sums, await total(calls, filter), limit));
    });
  },
});

function byOf(typed: string): UsageBy {
  const by = USAGE_BY.find((one) => one === typed);
  if (by === undefined)
    throw new UsageError(`--by: "${typed}" is none. ${didYouMean(typed, USAGE_BY)}There are ${USAGE_BY.join(", ")}.`);
  return by;
}

/** Of all calls, also where a call has several tags, or only the dearest lines are shown. */
async function total(calls: Pick<CallRows, "usage">, filter: UsageFilter): Promise<UsageSum> {
  return (await calls.usage("day", filter, LIMIT_MAX)).reduce(added, NOTHING);
}

const NOTHING: UsageSum = {
  value: "all",
  calls: 0,
  failed: 0,
  tokens_input: 0,
  tokens_cache_read: 0,
  tokens_cache_write: 0,
  tokens_output: 0,
  tokens_reasoning: 0,
  cost_nano: 0,
  unpriced_calls: 0,
  estimated_calls: 0,
  total_ms: 0,
};

const added = (sum: UsageSum, more: UsageSum): UsageSum => ({
  value: sum.value,
  calls: sum.calls + more.calls,
  failed: sum.failed + more.failed,
  tokens_input: sum.tokens_input + more.tokens_input,
  tokens_cache_read: sum.tokens_cache_read + more.tokens_cache_read,
  tokens_cache_write: sum.tokens_cache_write + more.tokens_cache_write,
  tokens_output: sum.tokens_output + more.tokens_output,
  tokens_reasoning: sum.tokens_reasoning + more.tokens_reasoning,
  cost_nano: sum.cost_nano + more.cost_nano,
  unpriced_calls: sum.unpriced_calls + more.unpriced_calls,
  estimated_calls: sum.estimated_calls + more.estimated_calls,
  total_ms: sum.total_ms + more.total_ms,
});

const HEAD = ["CALLS", "FAILED", "IN", "CACHED", "OUT", "COST"];

/** `IN`: everything that went in, `CACHED`: how much of it was read from a cache. */
export function report(by: UsageBy, sums: readonly UsageSum[], all: UsageSum, limit: number): string {
  if (all.calls === 0) return "No call that is remembered fits.";
  const shown = by === "day" ? [...sums].sort((a, b) => (String(a.value) < String(b.value) ? -1 : 1)) : sums;
  const rows = [[by.toUpperCase(), ...HEAD], ...shown.map(cells), ["all", ...cells(all).slice(1)]];
  return [
    aligned(rows),
    ...(sums.length === limit
      ? [`\nOnly the dearest ${limit} are listed; --limit shows more. The last line counts all.`]
      : []),
    ...(all.unpriced_calls > 0
      ? [
          `\n${all.unpriced_calls} of the calls have no known price: they cost something, which is in none of the sums (?).`,
        ]
      : []),
    ...(all.estimated_calls > 0
      ? [`\n${all.estimated_calls} of the calls are counted by estimate: their vendor told no usage.`]
      : []),
  ].join("\n");
}

function cells(sum: UsageSum): string[] {
  const input = sum.tokens_input + sum.tokens_cache_read + sum.tokens_cache_write;
  return [
    escaped(shortened(sum.value ?? "(none)")),
    String(sum.calls),
    String(sum.failed),
    shortCount(input),
    input === 0 ? "-" : share(sum.tokens_cache_read, input),
    shortCount(sum.tokens_output),
    costOf(sum),
  ];
}

/** Nothing of it is priced: not $0. Some of it is not: the sum, and that there is more. */
const costOf = ({ cost_nano, calls, unpriced_calls }: UsageSum): string =>
  unpriced_calls === 0 ? money(cost_nano) : unpriced_calls === calls ? "?" : `${money(cost_nano)} + ?`;

/** Numbers to the right, under each other. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => Bun.stringWidth(row[at] ?? ""))));
  return rows
    .map((row) =>
      row
        .map((text, at) => {
          const room = " ".repeat((widths[at] ?? 0) - Bun.stringWidth(text));
          return at === 0 ? text + room : room + text;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
