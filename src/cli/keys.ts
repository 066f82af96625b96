/** `codeswitch keys`: keys that are made, beside those of the configuration. A gateway that runs obeys within a second. */
import { defineCommand } from "citty";
import { type KeyBook, keyBook } from "../access/key-book.ts";
import { whereKeyIs } from "../config/load.ts";
import type { KeyRow } from "../store/store.ts";
import { command } from "../typed/command.ts";
import { didYouMean } from "../config/nearest.ts";
import { matches } from "../ir/model-name.ts";
import { flag, toggle, word } from "./flags.ts";
import { expiryOf, KEY_ARGS, settingsOf, spanOf, valuesIn } from "./key-flags.ts";
import { asJson, asPage, asTable, listedKey, listedRow } from "./key-print.ts";
import { type KeptHere, withKept } from "./kept-here.ts";
import { spentOf } from "./key-spent.ts";
import { complain, paint } from "./paint.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";

const JSON_ARG = toggle("JSON, one object a line.");
const NAME_ARG = word("NAME", "The key's name.");

interface Here extends KeptHere {
  readonly book: KeyBook;
}

const withBook = <T>(file: string | undefined, work: (here: Here) => Promise<T>): Promise<T> =>
  withKept(file, (kept) => work({ ...kept, book: keyBook(kept.store.keys, kept.hashes, Date.now) }));

const add = defineCommand({
  meta: { name: "add", description: "Make a key. It is shown this once; only its hash is kept." },
  args: { name: NAME_ARG, ...KEY_ARGS, config: CONFIG_ARG, json: JSON_ARG },
  run: async ({ args, rawArgs }) => {
    const settings = settingsOf(given(args.name), valuesIn(rawArgs), args.strict === true);
    const expiresAt = args.expires === undefined ? undefined : expiryOf(args.expires, Date.now());
    await withBook(args.config, async ({ config, book }) => {
      const { name } = settings;
      const filed = config.keys.find((key) => key.name.trim() === name);
      if (filed)
        throw new Failure(`There is a key called ${name} already: ${whereKeyIs(config, filed)}. Choose another name.`);
      const isFirst = config.keys.length === 0 && config.ownerKey === undefined && (await book.all()).length === 0;
      const made = await book.add(settings, expiresAt);
      if (!made)
        throw new Failure(
          `There is a key called ${name} already. Choose another name, or make it anew: ${command(`keys rotate ${name}`)}`,
        );
      tellUnknown(settings.models ?? [], config);
      shown(made.key, made.row, args.json);
      if (isFirst) complain(FIRST);
    });
  },
});

const FIRST = "It is the first key: from now on the gateway answers nobody without one.";

/** The key alone on stdout, so that a script can take it. */
function shown(key: string, row: KeyRow, json: boolean | undefined): void {
  if (json) return console.log(asJson(listedRow(row, Date.now()), key));
  console.log(key);
  complain(`${paint("✓", process.stderr)} The key of ${row.name}. Keep it now: it cannot be shown again.`);
}

/** A pattern that lets nothing through is rather a slip; a model may also come later. */
function tellUnknown(patterns: readonly string[], { models, providers, source }: Here["config"]): void {
  const names = models.flatMap(({ name, targets }) => [name, ...targets.map(({ model }) => model)]);
  for (const pattern of patterns) {
    const bare = pattern.slice(pattern.indexOf("/") + 1);
    const isProviders =
      bare !== pattern && Object.keys(providers).some((name) => matches(pattern.split("/")[0] ?? "", name));
    const asked = isProviders ? bare : pattern;
    const isKnown = names.some(
      (name) =>
        matches(asked, name) || matches(name, asked) || asked.toLowerCase().startsWith(`${name.toLowerCase()}-`),
    );
    if (!isKnown)
      complain(
        `${paint("!", process.stderr)} ${pattern} is no model of ${source}, so that it allows nothing now. ${didYouMean(pattern, names)}`.trimEnd(),
      );
  }
}

const list = defineCommand({
  meta: { name: "list", description: "List all keys: those of the configuration, and those that were made." },
  args: { config: CONFIG_ARG, json: JSON_ARG },
  run: ({ args }) =>
    withBook(args.config, async ({ config, book }) => {
      const now = Date.now();
      const all = [
        ...config.keys.map((key) => listedKey(config, key, now)),
        ...(await book.all())
          .map((row) => listedRow(row, now))
          .toSorted((a, b) => a.settings.name.localeCompare(b.settings.name)),
      ];
      if (args.json) for (const one of all) console.log(asJson(one));
      else if (all.length > 0) console.log(asTable(all));
      else
        console.log(`There are no keys: the gateway serves this machine only. Make one: ${command("keys add laptop")}`);
    }),
});

const show = defineCommand({
  meta: {
    name: "show",
    description: "Show what a key may do, and what it has spent of its budgets. The key itself cannot be shown.",
  },
  args: { name: NAME_ARG, config: CONFIG_ARG, json: JSON_ARG },
  run: ({ args }) =>
    withBook(args.config, async ({ config, book, store }) => {
      const name = given(args.name);
      const filed = config.keys.find((key) => key.name === name);
      const now = Date.now();
      const one = filed ? listedKey(config, filed, now) : listedRow(await madeKey({ config, book }, name), now);
      const spent = await spentOf(store.calls, one.settings, now);
      console.log(args.json ? asJson(one, undefined, spent) : asPage(one, spent));
    }),
});

/** A command that changes one made key. */
const changing = (
  name: string,
  description: string,
  change: (book: KeyBook, row: KeyRow) => Promise<{ readonly row: KeyRow; readonly words: string }>,
) =>
  defineCommand({
    meta: { name, description },
    args: { name: NAME_ARG, config: CONFIG_ARG, json: JSON_ARG },
    run: ({ args }) =>
      withBook(args.config, async (here) => {
        const { row, words } = await change(here.book, await madeKey(here, given(args.name)));
        console.log(args.json ? asJson(listedRow(row, Date.now())) : words);
      }),
  });

const block = changing("block", "Refuse a key until it is unblocked.", async (book, row) => ({
  row: await book.setBlocked(row, true),
  words: `${row.name} is blocked. Gateways that run refuse it within a second; calls that are open go on. To let it in again: ${command(`keys unblock ${row.name}`)}`,
}));

const unblock = changing("unblock", "Take a key again that was blocked.", async (book, row) => ({
  row: await book.setBlocked(row, false),
  words: `${row.name} is taken again.`,
}));

const remove = changing("delete", "Delete a key. The record of its calls stays.", async (book, row) => {
  await book.delete(row);
  const isLast = (await book.all()).length === 0 ? ` ${LAST}` : "";
  return { row, words: `${row.name} is deleted. Gateways that run refuse it within a second.${isLast}` };
});
const LAST =
  "No made key is left. Where the configuration has none either, a gateway that runs stays shut, and one that is started again serves this machine without a key.";

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description: "Replace a key by a new one, which is shown this once. What the key may do stays.",
  },
  args: {
    name: NAME_ARG,
    grace: flag("24h", "How long the old key is taken beside the new one. Default 0s: no more."),
    config: CONFIG_ARG,
    json: JSON_ARG,
  },
  run: ({ args }) => {
    const grace = args.grace === undefined ? 0 : args.grace === "0" ? 0 : spanOf(args.grace);
    if (grace === undefined) throw new UsageError(`--grace: "${args.grace}" is no span of time. Write 30m, 24h or 7d.`);
    return withBook(args.config, async (here) => {
      const { key, row } = await here.book.rotate(await madeKey(here, given(args.name)), grace);
      shown(key, row, args.json);
      if (!args.json)
        complain(
          grace > 0
            ? `The old one is taken for ${args.grace} more.`
            : "Gateways that run refuse the old one within a second.",
        );
    });
  },
});

/** Throws Failure where it is not there, or is not ours to change. */
async function madeKey({ config, book }: Pick<Here, "config" | "book">, name: string): Promise<KeyRow> {
  const row = await book.named(name);
  if (row) return row;
  const filed = config.keys.find((key) => key.name === name);
  if (filed)
    throw new Failure(
      `${name} was not made here: it is ${whereKeyIs(config, filed)}, and is changed there. A gateway reads it when it starts again.`,
    );
  const names = (await book.all()).map((one) => one.name);
  throw new Failure(
    `There is no key called ${JSON.stringify(name)}. ${didYouMean(name, names)}All of them: ${command("keys list")}`,
  );
}

function given(name: string | undefined): string {
  if (name !== undefined && name.trim() !== "") return name;
  throw new UsageError(`Which key? Give its name: ${command("keys add laptop")}`);
}

export const keysCommand = defineCommand({
  meta: { name: "keys", description: "Make, list, block, rotate and delete the keys that callers present." },
  subCommands: { add, list, show, block, unblock, rotate, delete: remove },
});
