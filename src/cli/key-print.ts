/** Made keys and those of the file, as people and programs read them. Never the key itself. */
import { readSettings } from "../access/key-settings.ts";
import { momentOf } from "../config/moment.ts";
import type { Config, KeyConfig, KeySettings } from "../config/config.ts";
import { whereKeyIs } from "../config/load.ts";
import { maskSecret } from "../config/mask.ts";
import { KeySettingsSchema } from "../config/schema/schema.ts";
import { inSnake } from "../config/schema/spelling.ts";
import type { KeyRow } from "../store/store.ts";
import { shownDollars } from "../cost/money.ts";
import { spanOf } from "../limits/refusal.ts";
import { LIMIT_NAMES } from "./key-flags.ts";
import type { Spent } from "./key-spent.ts";
import { table, WIDTH } from "./table.ts";

export interface Listed {
  readonly id: string;
  readonly shown: string;
  /** made, or where it is written. */
  readonly where: string;
  readonly state: "active" | "blocked" | "expired" | "unreadable";
  readonly createdAt?: number;
  readonly expiresAt?: number;
  /** The key before the last rotation is taken until then. */
  readonly oldUntil?: number;
  readonly settings: KeySettings;
}

export function listedRow(row: KeyRow, now: number): Listed {
  const settings = readSettings(row);
  const isExpired = row.expires_at !== null && row.expires_at <= now;
  return {
    ...{ id: row.id, shown: row.shown, where: "made", createdAt: row.created_at },
    state: row.blocked ? "blocked" : isExpired ? "expired" : settings ? "active" : "unreadable",
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    ...(row.grace_until !== null && row.grace_until > now && { oldUntil: row.grace_until }),
    settings: settings ?? { name: row.name },
  };
}

export function listedKey(config: Config, key: KeyConfig, now: number): Listed {
  const { key: secret, ...settings } = key;
  const expiresAt = settings.expires === undefined ? undefined : momentOf(settings.expires);
  return {
    ...{ id: `file:${key.name}`, shown: maskSecret(secret), where: whereKeyIs(config, key), settings },
    state: expiresAt !== undefined && expiresAt <= now ? "expired" : "active",
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** In the words of the file. `key`: at its making, and never again. */
export function asJson(
  { id, shown, where, state, createdAt, expiresAt, oldUntil, settings }: Listed,
  key?: string,
  spent: readonly Spent[] = [],
): string {
  const { name, ...rest } = settings;
  const { expires: _written, ...said } = inSnake(rest, KeySettingsSchema) as Record<string, unknown>;
  return JSON.stringify({
    ...{ id, name, ...(key !== undefined && { key }), shown, where, state },
    ...{ created_at: iso(createdAt), expires_at: iso(expiresAt), old_key_until: iso(oldUntil) },
    ...said,
    ...(spent.length > 0 && {
      spent: spent.map(({ budget: { usd, per }, nano }) => ({ usd, per, spent_nano: nano })),
    }),
  });
}

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

export const asTable = (keys: readonly Listed[]): string =>
  table(
    [
      ["NAME", "KEY", "STATE", "MAY"],
      ...keys.map((one) => [
        one.settings.name,
        one.shown,
        stateOf(one),
        mayOf(one.settings).join("; ") || "everything",
      ]),
    ],
    { width: WIDTH },
  );

export const asPage = (one: Listed, spent: readonly Spent[] = []): string =>
  table(
    [
      ["Name", one.settings.name],
      ["Key", one.shown],
      ["Where", one.where === "made" ? "made here" : one.where],
      ["State", stateOf(one)],
      ...(one.createdAt === undefined ? [] : [["Made", minute(one.createdAt)]]),
      ...(one.expiresAt === undefined ? [] : [["Expires", minute(one.expiresAt)]]),
      ...(one.oldUntil === undefined ? [] : [["Old key", `taken until ${minute(one.oldUntil)}`]]),
      ["May", mayOf(one.settings).join("; ") || "everything"],
      ...spent.map((of) => ["Spent", spentOfBudget(of)]),
      ...pairs("Tags", one.settings.tags),
      ...pairs("Metadata", one.settings.metadata),
    ],
    { width: WIDTH },
  );

/** $0.0016 of $1.0000 today. */
const spentOfBudget = ({ budget, nano, max }: Spent): string =>
  `${shownDollars(nano)} of ${shownDollars(max)} ${spanOf(budget)}`;

const pairs = (name: string, of: Readonly<Record<string, string>> | undefined): string[][] =>
  of === undefined
    ? []
    : [
        [
          name,
          Object.entries(of)
            .map(([key, value]) => `${key}=${value}`)
            .join(", "),
        ],
      ];

function stateOf({ state, expiresAt, oldUntil }: Listed): string {
  if (state !== "active") return state === "unreadable" ? "of a newer version" : state;
  const end = expiresAt === undefined ? "" : `, until ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  return `active${end}${oldUntil === undefined ? "" : ", old key too"}`;
}

/** What holds it back, in the words of `keys add`. */
function mayOf(settings: KeySettings): string[] {
  const { models, addresses, budgets = [], strict, showReasoning, content, vault } = settings;
  const limits = (inSnake(settings, KeySettingsSchema) as { limits?: Record<string, number> }).limits ?? {};
  return [
    ...(models ? [models.join(", ")] : []),
    ...Object.entries(LIMIT_NAMES).flatMap(([said, name]) =>
      limits[name] === undefined ? [] : [`${said}=${limits[name]}`],
    ),
    ...budgets.map(({ usd, per, zone }) => `$${usd}/${per}${zone === undefined ? "" : ` (${zone})`}`),
    ...(addresses ? [`from ${addresses.join(", ")}`] : []),
    ...(strict ? ["strict"] : []),
    ...(showReasoning ? [`reasoning ${showReasoning}`] : []),
    ...(content ? ["content never kept"] : []),
    ...(vault ? [`vault ${vault}`] : []),
  ];
}
