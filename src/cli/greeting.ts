/** What a person reads when the gateway is up: where it is, what it has, and what to paste where. */
import type { Config } from "../config/config.ts";
import { isDemo } from "../config/env.ts";
import { whereKeyIs } from "../config/load.ts";

/** `elsewhere`: how other machines may reach it. */
export function greeting(config: Config, url: string, version: string, elsewhere: readonly string[] = []): string {
  const lines = [
    "",
    `  codeswitch ${version} is ready on ${url}`,
    ...(elsewhere.length > 0 ? [`  for other machines on ${elsewhere.join(", ")}`] : []),
    "",
    `  Config     ${config.source}`,
    `  Providers  ${providersLine(config)}`,
    `  Models     ${modelsLine(config)}`,
    `  Keys       ${keysLine(config)}`,
    ...(isDemo(config) ? ["", ...demo(config).map((line) => `  ${line}`)] : []),
    "",
    ...(config.models.length > 0 ? uses(config, url) : [NOTHING]),
    "",
  ];
  return lines.join("\n");
}

const NOTHING = "  codeswitch config check says what is missing.";

function uses(config: Config, url: string): string[] {
  const key = config.keys.length > 0 ? "YOUR_KEY" : "anything";
  const model = config.models[0]?.name ?? "MODEL";
  return [
    "  To use it",
    `    Claude Code   ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude --model ${model}`,
    `    OpenAI SDKs   OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${key}`,
    `    Cursor        ${cursor(config)}`,
    `    curl          ${curl(url, key, model)}`,
  ];
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
        "in the environment, or in a .env that you name: codeswitch start --config .env",
        "Or write a codeswitch.yaml: codeswitch.example.yaml is a start.",
      ];

function providersLine({ providers }: Config): string {
  const all = Object.values(providers).map(({ name, baseUrl }) =>
    baseUrl === "" ? `${name} (inside)` : `${name} (${hostOf(baseUrl)})`,
  );
  return all.length > 0 ? all.join(", ") : "none: nothing can be answered";
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const SHOWN = 6;
function modelsLine({ models }: Config): string {
  const names = models.slice(0, SHOWN).map(({ name }) => name);
  const more = models.length - names.length;
  return names.length === 0
    ? "none"
    : names.join(", ") + (more > 0 ? ` and ${more} more (codeswitch config print)` : "");
}

/** A single one is said where to find; of many their names. */
function keysLine(config: Config): string {
  const [first, ...more] = config.keys;
  if (!first) return "none: this machine only, any key is accepted";
  return more.length === 0 ? whereKeyIs(config, first) : config.keys.map(({ name }) => name).join(", ");
}

/** Cursor's servers call, so that only a public address reaches us, and nothing through a tunnel is answered without a key. */
function cursor({ keys }: Config): string {
  if (keys.length === 0)
    return "needs a tunnel, and a tunnel needs a key: set SERVICE_API_KEY (docs/clients/cursor.md)";
  return "Override OpenAI Base URL: https://YOUR_TUNNEL/cursor/v1, OpenAI API Key: YOUR_KEY (docs/clients/cursor.md)";
}

const curl = (url: string, key: string, model: string): string =>
  `curl ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '{"model":"${model}","messages":[{"role":"user","content":"Hello"}]}'`;
