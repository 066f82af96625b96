/** `codeswitch config check|schema|print`. */
import { defineCommand } from "citty";
import type { Config } from "../config/config.ts";
import { printConfig } from "../config/print.ts";
import { configJsonSchema } from "../config/schema/json-schema.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";
import { word } from "./flags.ts";

const ARGS = {
  file: word("FILE", "The same as --config FILE."),
  config: CONFIG_ARG,
} as const;

function fileOf({ file, config }: { readonly file?: string; readonly config?: string }): string | undefined {
  if (file !== undefined && config !== undefined)
    throw new UsageError(`Two configurations are named, ${file} and ${config}. Name one.`);
  return file ?? config;
}

const check = defineCommand({
  meta: { name: "check", description: "Say what is wrong with the configuration: line, value and fix." },
  args: ARGS,
  run: ({ args }) => {
    const config = loadHere(fileOf(args), {});
    printWarnings(config);
    const isOff = Object.keys(config.providers).length === 0;
    const why = isOff ? "no provider is switched on" : "no model has a provider that is switched on";
    if (config.models.length === 0)
      throw new Failure(
        `! ${capital(config.source)} has nothing that can answer: ${why}. Mend one of those named above.`,
      );
    console.log(`${capital(config.source)} is in order: ${summary(config)}.`);
  },
});

const print = defineCommand({
  meta: { name: "print", description: "Show what the gateway makes of it: defaults filled in, secrets masked." },
  args: ARGS,
  run: ({ args }) => {
    const config = loadHere(fileOf(args), {});
    printWarnings(config);
    console.log(printConfig(config).trimEnd());
  },
});

const schema = defineCommand({
  meta: { name: "schema", description: "Print the JSON Schema, for editors that complete and check as you type." },
  run: () => console.log(JSON.stringify(configJsonSchema(), null, 2)),
});

export const configCommand = defineCommand({
  meta: { name: "config", description: "Check the configuration, show it, or print its schema." },
  subCommands: { check, print, schema },
});

function summary({ providers, models, keys }: Config): string {
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  return [
    count(Object.keys(providers).length, "provider"),
    count(models.length, "model"),
    count(keys.length, "key"),
  ].join(", ");
}

/** A file keeps its name as it is. */
const capital = (source: string): string =>
  source.startsWith("the ") ? source[0]?.toUpperCase() + source.slice(1) : source;
