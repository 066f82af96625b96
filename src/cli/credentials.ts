/** `codeswitch credentials`: keys at vendors, sealed in the store, for providers that the configuration has no api_key for. */
import { defineCommand } from "citty";
import { credentialSeal } from "../access/credentials.ts";
import { keyFault } from "../config/api-keys.ts";
import type { Config } from "../config/config.ts";
import { whyUnused } from "../config/credentials.ts";
import { didYouMean } from "../config/nearest.ts";
import { command } from "../typed/command.ts";
import { toggle, word } from "./flags.ts";
import { withKept } from "./kept-here.ts";
import { secretInput } from "./secret-input.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { table } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

const PROVIDER_ARG = word("PROVIDER", "A name under providers.");
const JSON_ARG = toggle("JSON, one object a line.");

const set = defineCommand({
  meta: {
    name: "set",
    description:
      "Store the key of a provider: from stdin, or asked for. Never as a word of the command line, which others can see.",
  },
  args: { provider: PROVIDER_ARG, config: CONFIG_ARG },
  run: ({ args }) =>
    withKept(args.config, async ({ config, store, secrets }) => {
      const provider = given(args.provider);
      checkProvider(config, provider);
      const value = await secretInput(`The key of ${provider}: `);
      const fault = keyFault(value) ?? (/^[\x21-\x7e]+$/.test(value) ? undefined : "not one word of plain letters");
      if (fault !== undefined) throw new Failure(`Nothing was changed: the key is ${fault}.`);
      await store.credentials.put(credentialSeal(secrets).seal(provider, value, Date.now()));
      console.log(`The key of ${provider} is stored, sealed. Gateways that run use it within a second.`);
    }),
});

/** Stored for nobody, a key would be forgotten there. */
function checkProvider(config: Config, provider: string): void {
  const why = whyUnused(config, provider);
  if (why === undefined) return;
  const known = [...Object.keys(config.providers), ...Object.keys(config.awaiting?.providers ?? {})];
  throw new Failure(
    `Provider ${JSON.stringify(provider)} ${why}. ${didYouMean(
      provider,
      known.filter((name) => whyUnused(config, name) === undefined),
    )}`.trimEnd(),
  );
}

const list = defineCommand({
  meta: { name: "list", description: "List the providers whose keys are stored. The keys themselves are never shown." },
  args: { config: CONFIG_ARG, json: JSON_ARG },
  run: ({ args }) =>
    withKept(args.config, async ({ config, store, secrets }) => {
      const seal = credentialSeal(secrets);
      const rows = (await store.credentials.all()).map((row) => ({
        provider: row.provider,
        changed_at: new Date(row.changed_at).toISOString(),
        state:
          seal.open(row) === undefined ? "cannot be read: sealed under another secret" : stateOf(config, row.provider),
      }));
      if (args.json) for (const row of rows) console.log(JSON.stringify(row));
      else if (rows.length === 0) console.log(`No key is stored. To store one: ${command("credentials set PROVIDER")}`);
      else
        console.log(
          table([
            ["PROVIDER", "SET", "STATE"],
            ...rows.map((row) => [row.provider, row.changed_at.slice(0, 10), row.state]),
          ]),
        );
    }),
});

function stateOf(config: Config, provider: string): string {
  const why = whyUnused(config, provider);
  return why === undefined ? "used" : `not used: it ${why}`;
}

const remove = defineCommand({
  meta: {
    name: "delete",
    description: "Delete the stored key of a provider. Gateways that run stop using it within a second.",
  },
  args: { provider: PROVIDER_ARG, config: CONFIG_ARG },
  run: ({ args }) =>
    withKept(args.config, async ({ store }) => {
      const provider = given(args.provider);
      if (!(await store.credentials.delete(provider)))
        throw new Failure(
          `No key is stored for ${JSON.stringify(provider)}. All of them: ${command("credentials list")}`,
        );
      console.log(`The key of ${provider} is deleted.`);
    }),
});

function given(provider: string | undefined): string {
  if (provider !== undefined && provider.trim() !== "") return provider;
  throw new UsageError(`Which provider? Give its name: ${command("credentials set PROVIDER")}`);
}

export const credentialsCommand = defineCommand({
  meta: {
    name: "credentials",
    description: "Store, list and delete your keys at vendors, sealed by the server's secret.",
  },
  subCommands: { set, list, delete: remove },
});
