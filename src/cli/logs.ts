/** `codeswitch logs`: the calls that are remembered, and those that end from now on. */
import { defineCommand } from "citty";
import type { CallRow } from "../store/call-row.ts";
import type { CallFilter, CallRows } from "../store/store.ts";
import { escaped } from "../wire/printable.ts";
import { didYouMean } from "../config/nearest.ts";
import { callPage, callTable } from "./call-table.ts";
import { eachCall, withCalls } from "./calls-here.ts";
import { countOf } from "./count.ts";
import { flag, toggle } from "./flags.ts";
import { followed } from "./follow.ts";
import { momentOf } from "./moment.ts";
import { complain } from "./paint.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { TERMINAL } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

const OUTCOMES = ["ended", "failed", "abandoned", "unknown"] as const;
const LIMIT = 50;
const LIMIT_MAX = 1_000_000;

const FILTER_ARGS = {
  session: flag("SESSION", "Only calls of this conversation, as its client names it."),
  key: flag("KEY", "Only calls with this key, by its name."),
  model: flag("MODEL", "Only calls of this model: the name that was asked for, its entry, or the one that answered."),
  client: flag("CLIENT", "Only calls of this program: claude-code, codex …"),
  repo: flag("REPO", "Only calls from this repository: github.com/owner/name."),
} as const;

export const logsCommand = defineCommand({
  meta: { name: "logs", description: "Show the calls that are remembered: who, what, how long, for how much." },
  args: {
    config: CONFIG_ARG,
    follow: { ...toggle("Go on with the calls that end from now on."), alias: "f" },
    ...FILTER_ARGS,
    outcome: flag("OUTCOME", `Only calls that came to this: ${OUTCOMES.join(", ")}.`),
    since: flag("MOMENT", "From then on: 30m, 12h, 7d, 2026-11-22 or 2026-11-22T14:00."),
    limit: flag("N", `The newest so many. Default ${LIMIT}.`),
    id: flag(
      "ID",
      "One call, with all that is known of it: the x-codeswitch-request-id of its answer, or the beginning of it that the log shows.",
    ),
    json: toggle("One JSON object a line."),
  },
  run: async ({ args }) => {
    const { session, key, model, client, repo, id } = args;
    const filter: CallFilter = {
      ...{ session, key, model, client, repo, id },
      ...(args.outcome !== undefined && { outcome: outcomeOf(args.outcome) }),
      ...(args.since !== undefined && { from: momentOf("--since", args.since, Date.now()) }),
    };
    const limit = countOf("--limit", args.limit, LIMIT, LIMIT_MAX);
    const form = args.json ? "json" : id === undefined ? "table" : "page";
    await withCalls(args.config, (calls) => show(calls, filter, { limit, form, follow: args.follow === true }));
  },
});

interface Shown {
  readonly limit: number;
  readonly form: "json" | "table" | "page";
  readonly follow: boolean;
}

async function show(calls: CallRows, filter: CallFilter, { limit, form, follow }: Shown): Promise<void> {
  const found: CallRow[] = [];
  for await (const row of eachCall(calls, filter, limit)) found.push(row);
  if (found.length === 0 && filter.id !== undefined)
    throw new Failure(`No call of the id ${escaped(filter.id)} is remembered.`);
  if (found.length === 0 && !follow) return complain("No call that is remembered fits.");
  const table = callTable(process.stdout.isTTY ? (process.stdout.columns ?? TERMINAL) : WIDE);
  const print: Readonly<Record<Shown["form"], (row: CallRow) => string>> = {
    json: jsonOf,
    table: table.line,
    page: callPage,
  };
  if (form === "table") console.log(table.head);
  const rows = found.reverse();
  for (const row of rows) console.log(print[form](row));
  if (!follow) return;
  for await (const row of followed(calls, filter, rows, { clock: Date.now, wait: Bun.sleep }))
    console.log(print[form](row));
}
/** Into a file or a pipe: every column. */
const WIDE = 200;

/** JSON leaves some characters as they are that a terminal obeys. */
export const jsonOf = (row: object): string => escaped(JSON.stringify(row));

function outcomeOf(typed: string): CallRow["outcome"] {
  const outcome = OUTCOMES.find((one) => one === typed);
  if (outcome === undefined)
    throw new UsageError(
      `--outcome: "${typed}" is none. ${didYouMean(typed, OUTCOMES)}There are ${OUTCOMES.join(", ")}.`,
    );
  return outcome;
}
