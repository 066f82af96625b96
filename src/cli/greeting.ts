/** What a person reads when the gateway is up: where it is, what it has, and what to paste where. */
import type { Config } from "../config/config.ts";
import { isDemo, variableOfKey } from "../config/env/environment.ts";
import { isOfVariables, whereKeyIs } from "../config/load.ts";
import { hostOf } from "../doctor/refusal.ts";
import { command } from "../typed/command.ts";
import { table } from "./table.ts";

interface Beside {
  /** How other machines may reach it. */
  readonly elsewhere?: readonly string[];
  /** Callers need a key, be it one that was made. */
  readonly isShut?: boolean;
  /** Instead of how to make it reachable for Cursor. */
  readonly cursor?: string;
}

export function greeting(config: Config, url: string, version: string, beside: Beside = {}): string {
  const { elsewhere = [], isShut = hasKeys(config), cursor = cursorLine(isShut) } = beside;
  const has = [
    ["Config", config.source],
    ["Providers", providersLine(config)],
    ["Models", modelsLine(config)],
    ["Keys", keysLine(config, isShut)],
  ];
  return [
    "",
    `  codeswitch ${version} is ready on ${url}`,
    ...(elsewhere.length > 0 ? [`  for other machines on ${elsewhere.join(", ")}`] : []),
    "",
    table(has, { indent: "  " }),
    ...(isDemo(config) ? ["", ...demo(config).map((line) => `  ${line}`)] : []),
    "",
    ...(config.models.length > 0
      ? uses(config, url, { isShut, cursor })
      : [`  ${command("config check")} says what is missing.`]),
    "",
  ].join("\n");
}

/** Which key a client presents, in words: the key itself is never printed. */
export function keyWords(config: Config): string {
  const [key] = config.keys;
  if (!key) return "anything";
  // A variable's value is known to who set it, and to no other terminal.
  return whereKeyIs(config, key) + (isOfVariables(config) ? "" : ` (${command("setup cursor")} shows it)`);
}

const hasKeys = ({ keys, ownerKey }: Config): boolean => keys.length > 0 || ownerKey !== undefined;

function uses(config: Config, url: string, { isShut, cursor }: { isShut: boolean; cursor: string }): string[] {
  const key = isShut ? "YOUR_KEY" : "anything";
  const model = config.models.find(({ name }) => !name.includes("*"))?.name ?? "MODEL";
  const lines = [
    ["Claude Code", `ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude --model ${shellWord(model)}`],
    ["OpenAI SDKs", `OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${key}`],
    ["Cursor", cursor],
    ["curl", curl(url, key, model)],
    ["Costs", `${command("usage")}, and ${command("logs -f")} shows calls as they end`],
  ];
  return ["  To use it", table(lines, { indent: "    ", gap: 3 })];
}

const demo = ({ switchedOff = [] }: Config): string[] =>
  switchedOff.length > 0
    ? [
        "No vendor is fully set up, so a simulator answers.",
        ...switchedOff.map(({ why }) => why),
        "Set what is missing and start again, or write a codeswitch.yaml: codeswitch.example.yaml is a start.",
      ]
    : [
        "No vendor's key was found, so a simulator answers. For the real thing set one",
        "(ANTHROPIC_API_KEY, OPENAI_API_KEY, AZURE_BASE_URL and AZURE_API_KEY, KIMI_API_KEY, …)",
        `in the environment, or in a .env that you name: ${command("start --config .env")}`,
        "Or write a codeswitch.yaml: codeswitch.example.yaml is a start.",
      ];

function providersLine({ providers }: Config): string {
  const all = Object.values(providers).map(({ name, baseUrl }) =>
    baseUrl === "" ? `${name} (inside)` : `${name} (${hostOf(baseUrl)})`,
  );
  return all.length > 0 ? all.join(", ") : "none: nothing can be answered";
}

const SHOWN = 6;
function modelsLine(config: Config): string {
  const models = config.models.filter(({ onceSeen }) => !onceSeen);
  const names = models.slice(0, SHOWN).map(({ name }) => name);
  const more = models.length - names.length;
  return names.length === 0 ? "none" : names.join(", ") + (more > 0 ? ` and ${more} more (${command("models")})` : "");
}

/** As a person wrote them: the variables, or the names in the file. */
function keysLine(config: Config, isShut: boolean): string {
  const names = config.keys.map((key) => (isOfVariables(config) ? variableOfKey(key) : key.name));
  const all = config.ownerKey === undefined ? names : [...names, "the owner's"];
  if (all.length > 0) return all.join(", ");
  return isShut ? `those that were made (${command("keys list")})` : "none: this machine only, any key is accepted";
}

/** Cursor's servers call, so that only a public address reaches us, and nothing from outside is answered without a key. */
const cursorLine = (isShut: boolean): string =>
  `${command("start --tunnel")} makes it reachable${isShut ? "" : ", and needs a key"} (docs/clients/cursor.md)`;

const curl = (url: string, key: string, model: string): string =>
  `curl ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d ${quoted(JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }))}`;

/** A name may hold what a shell would read. */
export const shellWord = (name: string): string => (/^[\w.:/@-]+$/.test(name) ? name : quoted(name));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
