/** What a person reads when the gateway is up: where it is, what it has, and what to paste where. */
import type { Config } from "../config/config.ts";
import { variableOfKey } from "../config/env.ts";
import { command } from "../typed/command.ts";
import { configFile } from "./setup-connection.ts";
import { table } from "./table.ts";

export function greeting(config: Config, url: string, version: string, cursor: string = cursorLine(config)): string {
  const key = config.keys.length > 0 ? "YOUR_KEY" : "anything";
  const model = config.models.find(({ name }) => !name.includes("*"))?.name ?? "MODEL";
  const has = [
    ["Config", config.source],
    ["Providers", providersLine(config)],
    ["Models", modelsLine(config)],
    ["Keys", keysLine(config)],
  ];
  const uses = [
    ["Claude Code", `ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude --model ${shellWord(model)}`],
    ["OpenAI SDKs", `OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${key}`],
    ["Cursor", cursor],
    ["curl", curl(url, key, model)],
  ];
  return [
    "",
    `  codeswitch ${version} is ready on ${url}`,
    "",
    table(has, { indent: "  " }),
    ...(isDemo(config) ? ["", ...DEMO.map((line) => `  ${line}`)] : []),
    "",
    "  To use it",
    table(uses, { indent: "    ", gap: 3 }),
    "",
  ].join("\n");
}

/** Which key a client presents, in words: the key itself is never printed. */
export function keyWords(config: Config): string {
  const [key] = config.keys;
  if (!key) return "anything";
  if (configFile(config) === undefined) return `the value of ${variableOfKey(key)}`;
  return `the key ${key.name} of ${config.source} (${command("setup cursor")} shows it)`;
}

const DEMO = [
  "No vendor's key was found, so a simulator answers. For the real thing set one",
  "(ANTHROPIC_API_KEY, OPENAI_API_KEY, AZURE_BASE_URL and AZURE_API_KEY, KIMI_API_KEY, …),",
  "or write a codeswitch.yaml: codeswitch.example.yaml is a start.",
];

const isDemo = ({ providers }: Config): boolean =>
  Object.values(providers).every(({ kind, baseUrl }) => kind === "simulator" && baseUrl === "");

function providersLine({ providers }: Config): string {
  const all = Object.values(providers).map(({ name, baseUrl }) =>
    baseUrl === "" ? `${name} (inside)` : `${name} (${hostOf(baseUrl)})`,
  );
  return all.length > 0 ? all.join(", ") : "none: nothing can be answered";
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const SHOWN = 6;
function modelsLine(config: Config): string {
  const models = config.models.filter(({ onceSeen }) => !onceSeen);
  const names = models.slice(0, SHOWN).map(({ name }) => name);
  const more = models.length - names.length;
  return names.length === 0 ? "none" : names.join(", ") + (more > 0 ? ` and ${more} more (${command("models")})` : "");
}

function keysLine(config: Config): string {
  const { keys } = config;
  if (keys.length === 0) return "none: this machine only, any key is accepted";
  return keys.map((key) => (configFile(config) === undefined ? variableOfKey(key) : key.name)).join(", ");
}

/** Cursor's servers call, so that only a public address reaches us, and nothing from outside is answered without a key. */
const cursorLine = ({ keys }: Config): string =>
  `${command("start --tunnel")} makes it reachable${keys.length === 0 ? ", and needs a key" : ""} (docs/clients/cursor.md)`;

const curl = (url: string, key: string, model: string): string =>
  `curl ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d ${quoted(JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }))}`;

/** A name may hold what a shell would read. */
const shellWord = (name: string): string => (/^[\w.:/@-]+$/.test(name) ? name : quoted(name));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
