/** What `keys add` is told about a key, in the shape that the configuration's file has for it. */
import type { KeySettings } from "../config/config.ts";
import { looksLikeKey } from "../config/api-keys.ts";
import { MOMENT_FIX, momentOf } from "../config/moment.ts";
import { didYouMean } from "../config/nearest.ts";
import { RESERVED_NAMES } from "../config/reserved-names.ts";
import { KeySettingsSchema } from "../config/schema/schema.ts";
import { inCamel } from "../config/schema/spelling.ts";
import { settingFaults } from "../config/setting-faults.ts";
import { isPrintable } from "../wire/printable.ts";
import { flag, toggle } from "./flags.ts";
import { UsageError } from "./usage.ts";

export const KEY_ARGS = {
  models: flag("GLOB,…", "Models that it may ask for; * matches any run of characters. Default all."),
  limit: flag(
    "NAME=COUNT",
    "requests/min, input-tokens/min, output-tokens/min, tokens/min or parallel. May stand several times.",
  ),
  budget: flag("USD/WINDOW", "1.00/30d, 5/day, 50/month, 100/total. May stand several times."),
  zone: flag("ZONE", "Where the days of its budgets begin: Europe/Berlin. Default UTC."),
  soft: flag("SHARE,…", "Shares of its budgets at which alerts tell: 0.5,0.8."),
  degrade: flag(
    "SHARE:WHAT",
    "0.8:effort=low or 0.9:model=NAME, from that share of its budgets on. May stand several times.",
  ),
  expires: flag("30d|DATE", "When it ends: after 12h, 30d, 8w, or on 2027-01-31. Default never."),
  tag: flag("NAME=VALUE", "Written into the record of each call. May stand several times."),
  address: flag("NETWORK,…", "Where it may be used from: 10.0.0.0/8, 2001:db8::/32. Default everywhere."),
  strict: toggle("What a model cannot express is refused instead of left out."),
  "show-reasoning": flag("auto|think|none", "How reasoning is shown to it."),
  content: flag("never", "never: what is said with it is never recorded."),
  vault: flag("disk|memory|off", "Where the reasoning is kept that its clients drop."),
  metadata: flag("NAME=VALUE", "What else you want to know of it. May stand several times."),
} as const;

/** Every value of a flag that may stand several times: the library keeps the last alone. */
export type Values = (flag: string) => readonly string[];

export const valuesIn =
  (rawArgs: readonly string[]): Values =>
  (name) =>
    rawArgs.filter((one) => one.startsWith(`--${name}=`)).map((one) => one.slice(name.length + 3));

/** Throws UsageError. */
export function settingsOf(name: string, values: Values, isStrict: boolean): KeySettings {
  checkName(name);
  const last = (flag: string): string | undefined => values(flag).at(-1);
  const budgets = budgetsOf(values);
  const written = {
    name,
    models: someOf(listed(values("models"))),
    limits: paired("limit", values, limitOf),
    budgets: someOf(budgets),
    tags: paired("tag", values, textOf),
    addresses: someOf(listed(values("address"))),
    strict: isStrict || undefined,
    show_reasoning: last("show-reasoning"),
    content: last("content"),
    vault: last("vault"),
    metadata: paired("metadata", values, textOf),
  };
  const read = KeySettingsSchema.safeParse(written);
  if (!read.success) throw misshapen(read.error.issues, written);
  const settings: KeySettings = inCamel(read.data, KeySettingsSchema);
  const [fault] = settingFaults(settings);
  if (fault) throw new UsageError(`--${flagOf(fault.path)}: ${fault.value} ${fault.fault}. ${fault.fix}`);
  return settings;
}

/** Milliseconds since 1970. */
export function expiryOf(written: string, now: number): number {
  const span = spanOf(written);
  const at = span === undefined ? momentOf(written) : now + span;
  if (at === undefined)
    throw new UsageError(
      `--expires: "${written}" is no time. Write 12h, 30d or 8w, or a day: 2027-01-31. ${MOMENT_FIX}`,
    );
  if (at <= now) throw new UsageError(`--expires: ${written} is past. Write a day to come, or a span: 30d.`);
  return at;
}

/** `24h`, `30d`. undefined: it is none. */
export function spanOf(written: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,5})\s*([smhdw])$/.exec(written.trim()) ?? [];
  return number === "" ? undefined : Number(number) * (UNIT_MS[unit] ?? 0);
}
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const NAME_MAX = 100;
function checkName(name: string): void {
  const fault =
    name.trim() === "" || name !== name.trim()
      ? "is empty, or has a blank at its end"
      : name.length > NAME_MAX
        ? `is longer than ${NAME_MAX} characters`
        : !isPrintable(name)
          ? "holds a character that cannot be seen"
          : RESERVED_NAMES.includes(name)
            ? "is what callers without a key of theirs are called"
            : looksLikeKey(name)
              ? "looks like a key, and names are shown in the log"
              : undefined;
  if (fault !== undefined)
    throw new UsageError(`The name ${JSON.stringify(name)} ${fault}. Choose another: keys add laptop`);
}

const listed = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(",").map((one) => one.trim())).filter((one) => one !== "");
const someOf = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

type Pair = readonly [name: string, value: unknown];

function paired(flag: string, values: Values, read: (name: string, value: string) => Pair): object | undefined {
  const pairs = values(flag).map((written) => {
    const at = written.indexOf("=");
    if (at <= 0)
      throw new UsageError(`--${flag}: "${written}" has no = between its name and its value. ${EXAMPLE[flag]}`);
    return read(written.slice(0, at).trim(), written.slice(at + 1).trim());
  });
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}
const EXAMPLE: Readonly<Record<string, string>> = {
  limit: "Write it like --limit requests/min=20",
  tag: "Write it like --tag team=search",
  metadata: "Write it like --metadata ticket=OPS-7",
};

const textOf = (name: string, value: string): Pair => [name, value];

/** As people say them, and as the file does. */
export const LIMIT_NAMES: Readonly<Record<string, string>> = {
  "requests/min": "requests_per_minute",
  "input-tokens/min": "input_tokens_per_minute",
  "output-tokens/min": "output_tokens_per_minute",
  "tokens/min": "tokens_per_minute",
  parallel: "parallel",
};

function limitOf(name: string, value: string): Pair {
  const names = Object.keys(LIMIT_NAMES);
  const known = Object.hasOwn(LIMIT_NAMES, name) ? LIMIT_NAMES[name] : undefined;
  if (known === undefined)
    throw new UsageError(`--limit: "${name}" is no limit. ${didYouMean(name, names)}Limits: ${names.join(", ")}.`);
  if (!/^\d{1,13}$/.test(value) || Number(value) < 1)
    throw new UsageError(`--limit ${name}: "${value}" is no number from 1 on. ${EXAMPLE.limit}`);
  return [known, Number(value)];
}

/** What is said of budgets holds for each of them. */
function budgetsOf(values: Values): object[] {
  const [zone, soft, degrade] = [values("zone").at(-1), listed(values("soft")), values("degrade")];
  const more = { zone, soft: soft.map((one) => shareOf("soft", one)), degrade: degradesOf(degrade) };
  const budgets = values("budget").map((written) => ({ ...budgetOf(written), ...more }));
  const [lonely] = budgets.length > 0 ? [] : ["zone", "soft", "degrade"].filter((name) => values(name).length > 0);
  if (lonely !== undefined)
    throw new UsageError(`--${lonely} says something of a budget, and there is none. Add one: --budget 50/month`);
  return budgets;
}

const WINDOW = /^(\d{1,4}\s*[hd]|day|week|month|year|total)$/;
function budgetOf(written: string): { usd: number; per: string } {
  const [amount = "", per = "month", ...rest] = written.split("/").map((part) => part.trim());
  const usd = amount.replace(/^\$/, "");
  const how = "Write dollars and a window: 1.00/30d, 5/day, 50/month, 100/total.";
  if (!/^\d{1,7}(\.\d{1,9})?$/.test(usd) || Number(usd) <= 0)
    throw new UsageError(`--budget: "${amount}" is no amount of dollars. ${how}`);
  if (rest.length > 0 || !WINDOW.test(per)) throw new UsageError(`--budget: "${per}" is no window. ${how}`);
  return { usd: Number(usd), per };
}

function shareOf(flag: string, written: string): number {
  const share = /^\d+(\.\d+)?%?$/.test(written) ? Number.parseFloat(written) / (written.endsWith("%") ? 100 : 1) : NaN;
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--${flag}: "${written}" is no share of a budget. Write a number up to 1: 0.8`);
}

/** Two of one share are one mark. */
function degradesOf(written: readonly string[]): object[] {
  const marks = new Map<number, Record<string, unknown>>();
  for (const one of written) {
    const [share = "", what = ""] = one.split(/:(.*)/s);
    const [, name = "", value = ""] = /^(effort|model)=(.+)$/.exec(what.trim()) ?? [];
    if (name === "")
      throw new UsageError(`--degrade: "${one}" says no effort and no model. Write 0.8:effort=low or 0.9:model=NAME`);
    const at = shareOf("degrade", share.trim());
    marks.set(at, { at, ...marks.get(at), [name]: value });
  }
  return [...marks.values()];
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function misshapen([issue]: readonly Issue[], written: object): UsageError {
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], written);
  const hint = flagOf(path) in KEY_ARGS ? KEY_ARGS[flagOf(path) as keyof typeof KEY_ARGS] : undefined;
  const choices = hint && "valueHint" in hint ? ` It takes ${hint.valueHint}.` : "";
  return new UsageError(`--${flagOf(path)}: ${JSON.stringify(value)} cannot be read (${issue?.message}).${choices}`);
}

/** The flag that a part of the settings was written with. */
function flagOf([group = "", at, field]: readonly PropertyKey[]): string {
  const named: Readonly<Record<string, string>> = {
    ...{ limits: "limit", tags: "tag", addresses: "address", show_reasoning: "show-reasoning" },
    budgets: typeof at === "number" && (field === "zone" || field === "soft" || field === "degrade") ? field : "budget",
  };
  return named[String(group)] ?? String(group);
}
