/** What calls are summed by: a value of each row, "" where it has none. */
import type { Engine } from "./call-columns.ts";
import { DAY, type Grain, HOUR, QUARTER } from "./slices.ts";
import type { SpentScope, UsageBy } from "./store.ts";

export const DIMENSIONS = [
  "model",
  "entry",
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
  dimension === "tag" ? TAGS[engine] : { rows: "calls c", value: VALUES[dimension] };

const VALUES: Readonly<Record<Exclude<Dimension, "tag">, string>> = {
  model: "coalesce(c.model_served, '')",
  entry: "coalesce(c.model_entry, '')",
  key: "c.key",
  client: "c.client",
  session: "coalesce(c.session, '')",
  repo: "coalesce(c.repo, '')",
  provider: "coalesce(c.provider, '')",
  outcome: "c.outcome",
  // All calls, in slices of which days of any zone can be made.
  time: "''",
};
const TAGS: Readonly<Record<Engine, Words>> = {
  sqlite: { rows: "calls c left join json_each(c.tags) tag", value: "coalesce(tag.key || '=' || tag.value, '')" },
  postgres: {
    rows: "calls c left join lateral json_each_text(c.tags) tag on true",
    value: "coalesce(tag.key || '=' || tag.value, '')",
  },
};

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
