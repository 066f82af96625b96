/** What calls are summed by: a value of each row, "" where it has none. */
import type { Engine } from "./call-columns.ts";
import { DAY, type Grain, HOUR, QUARTER } from "./slices.ts";
import type { SpentScope, UsageBy } from "./store.ts";

export const DIMENSIONS = [
  "model",
  "entry",
  "asked",
  "key",
  "client",
  "session",
  "repo",
  "provider",
  "outcome",
  "tag",
  "time",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

interface Words {
  /** The rows `c`, each as often as it has values. */
  readonly rows: string;
  readonly value: string;
}

export const dimensionIn = (engine: Engine, dimension: Dimension): Words =>
  dimension === "tag" ? tagsIn("calls")[engine] : { rows: "calls c", value: VALUES[dimension] };

const VALUES: Readonly<Record<Exclude<Dimension, "tag">, string>> = {
  model: "coalesce(c.model_served, '')",
  entry: "coalesce(c.model_entry, '')",
  asked: "coalesce(c.model_asked, '')",
  key: "c.key",
  client: "c.client",
  session: "coalesce(c.session, '')",
  repo: "coalesce(c.repo, '')",
  provider: "coalesce(c.provider, '')",
  outcome: "c.outcome",
  // All calls, in slices of which days of any zone can be made.
  time: "''",
};
const TAG = "coalesce(tag.key || '=' || tag.value, '')";
const tagsIn = (table: string): Readonly<Record<Engine, Words>> => ({
  sqlite: { rows: `${table} c left join json_each(c.tags) tag`, value: TAG },
  postgres: { rows: `${table} c left join lateral json_each_text(c.tags::json) tag on true`, value: TAG },
});

/** What tells apart calls that are summed together; of it, each dimension's value can be told. */
const PART = ["model", "entry", "asked", "key", "client", "session", "repo", "provider", "outcome"] as const;
export const PART_COLUMNS = [...PART, "tags"].join(", ");
/** PostgreSQL does not compare JSON. */
export const partColumnsIn = (engine: Engine): string =>
  [...PART.map((name) => `${VALUES[name]} as ${name}`), `${TAGS_TEXT[engine]} as tags`].join(", ");
const TAGS_TEXT: Readonly<Record<Engine, string>> = { sqlite: "c.tags", postgres: "c.tags::text" };

/** The same of a table of these columns. */
export function ofParts(engine: Engine, table: string, dimension: Dimension): Words {
  if (dimension === "time") return { rows: `${table} c`, value: "''" };
  return dimension === "tag" ? tagsIn(table)[engine] : { rows: `${table} c`, value: `c.${dimension}` };
}

/** What is made of the rows; days are made of these. Of the days of any zone are asked: all calls, and those of a key. */
export const finestOf = (dimension: Dimension): Grain => (dimension === "time" || dimension === "key" ? QUARTER : HOUR);
/** All calls are summed without telling keys apart: a month has 2,880 quarters of an hour, and as many again for each key. */
export const keyIn = (dimension: Dimension): string => (dimension === "time" ? "''" : "c.key");
export const grainsOf = (dimension: Dimension): readonly Grain[] => [DAY, finestOf(dimension)];

export const dimensionBy = (by: UsageBy): Dimension => (by === "day" ? "time" : by);

export function dimensionOf(scope: SpentScope): { readonly dimension: Dimension; readonly value: string } {
  if (scope.kind === "global") return { dimension: "time", value: "" };
  return { dimension: scope.kind === "model" ? "entry" : scope.kind, value: scope.value };
}
