/** A record as the text of its row: the line of the journal, and the element of a batch. */
import type { CallRecord } from "./ledger.ts";
import { shortRowOf } from "./row.ts";

export const endText = (record: CallRecord): string => storable(JSON.stringify(shortRowOf(record)));

/** What is remembered of a call whose end nobody saw. What a budget held for it is what it cost, as far as anybody knows: the lease ended in that. */
export function startText(record: CallRecord): string {
  const row = shortRowOf(record);
  row.outcome = "unknown";
  row.status = 0;
  row.estimated = true;
  row.cost_nano = row.held_nano > 0 ? row.held_nano : undefined;
  row.settled = false;
  return storable(JSON.stringify(row));
}

/**
 * PostgreSQL's json takes neither U+0000 nor half a surrogate pair (https://www.postgresql.org/docs/15/datatype-json.html),
 * and JSON.stringify writes both as escapes. A caller that names its session so must not keep its calls from being remembered.
 */
export const storable = (json: string): string =>
  json.includes("\\u") ? json.replace(/\\(\\|u(?:0000|d[89a-f][0-9a-f]{2}))/g, replaced) : json;

const replaced = (escape: string): string => (escape === "\\\\" ? escape : "\\ufffd");
