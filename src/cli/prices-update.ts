/** `codeswitch prices update`: new prices from a file or an address. The gateway itself asks nobody. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { defineCommand } from "citty";
import { mergePrices, type Merged } from "../cost/merge-prices.ts";
import { updatedFile } from "../cost/price-files.ts";
import type { PriceRow } from "../cost/price-table.ts";
import { command } from "../typed/command.ts";
import { toggle, word } from "./flags.ts";
import { pricesHere } from "./prices-here.ts";
import { perMillion } from "./prices-show.ts";
import { priceSource } from "./price-source.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { UsageError } from "./usage.ts";

export const updateCommand = defineCommand({
  meta: {
    name: "update",
    description:
      "Take new prices from FILE or URL, in our format or LiteLLM's. They hold from now on; calls of before keep theirs.",
  },
  args: {
    source: word("FILE", "Where they are: a file, or an address."),
    config: CONFIG_ARG,
    "dry-run": toggle("Say what would change, and change nothing."),
  },
  run: async ({ args }) => {
    if (args.source === undefined)
      throw new UsageError(`Name a file or an address: ${command("prices update prices.json")}`);
    const here = await pricesHere(args.config);
    const source = await priceSource(args.source);
    const active = here.levels().map(({ index }) => index);
    const merged = mergePrices(active, source, Date.now());
    for (const line of told(merged)) console.log(line);
    if (merged.rows.length === 0) return console.log("Nothing differs from the prices that hold here.");
    if (args["dry-run"]) return console.log("Nothing was changed: --dry-run.");
    const before = here.levels().find(({ level }) => level === "updated")?.index.table.rows ?? [];
    const path = updatedFile(here.dataDir);
    mkdirSync(here.dataDir, { recursive: true });
    writeFileSync(`${path}.new`, fileOf(before, merged.rows), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    console.log(`Written to ${path}. A gateway that runs takes them within seconds.`);
  },
});

const LINES_MAX = 40;

function told({ changed, added }: Merged): readonly string[] {
  const lines = changed.map(
    ({ vendor, model, rate, ours, theirs }) =>
      `${vendor}/${model} ${rate}: ${perMillion(ours)} → ${perMillion(theirs)} $ per million tokens`,
  );
  const more = lines.length > LINES_MAX ? [`and ${lines.length - LINES_MAX} more`] : [];
  const fresh =
    added.length === 0
      ? []
      : [
          `${added.length} models are new: ${added
            .slice(0, 8)
            .map(({ model }) => model)
            .join(", ")}${added.length > 8 ? ", …" : ""}`,
        ];
  return [...lines.slice(0, LINES_MAX), ...more, ...fresh];
}

/** Models that an earlier update named and this one does not keep their prices. */
function fileOf(before: readonly PriceRow[], rows: readonly PriceRow[]): string {
  const named = new Set(rows.map(({ vendor, model }) => `${vendor}/${model}`));
  const all = [...before.filter(({ vendor, model }) => !named.has(`${vendor}/${model}`)), ...rows];
  const made = new Date().toISOString().slice(0, 10);
  return `{"made":"${made}","rows":[\n${all.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`;
}
