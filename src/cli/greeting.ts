/** What a person reads when the gateway is up: where it is, what it has, and what to paste where. */
import type { Config } from "../config/config.ts";

export function greeting(config: Config, url: string, version: string): string {
  const key = config.keys.length > 0 ? "YOUR_KEY" : "anything";
  const model = config.models[0]?.name ?? "MODEL";
  const lines = [
    "",
    `  codeswitch ${version} is ready on ${url}`,
    "",
    `  Config     ${config.source}`,
    `  Providers  ${providersLine(config)}`,
    `  Models     ${modelsLine(config)}`,
    `  Keys       ${keysLine(config)}`,
    ...(isDemo(config) ? ["", ...DEMO.map((line) => `  ${line}`)] : []),
    "",
    "  To use it",
    `    Claude Code   ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude --model ${model}`,
    `    OpenAI SDKs   OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${key}`,
    `    Cursor        ${cursor(config)}`,
    `    curl          ${curl(url, key, model)}`,
    "",
  ];
  return lines.join("\n");
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
  return names.length === 0
    ? "none"
    : names.join(", ") + (more > 0 ? ` and ${more} more (codeswitch config print)` : "");
}

function keysLine({ keys }: Config): string {
  return keys.length > 0 ? keys.map(({ name }) => name).join(", ") : "none: this machine only, any key is accepted";
}

/** Cursor's servers call, so that only a public address reaches us, and nothing through a tunnel is answered without a key. */
function cursor({ keys }: Config): string {
  if (keys.length === 0)
    return "needs a tunnel, and a tunnel needs a key: set SERVICE_API_KEY (docs/clients/cursor.md)";
  return "Override OpenAI Base URL: https://YOUR_TUNNEL/cursor/v1, OpenAI API Key: YOUR_KEY (docs/clients/cursor.md)";
}

const curl = (url: string, key: string, model: string): string =>
  `curl ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '{"model":"${model}","messages":[{"role":"user","content":"Hello"}]}'`;
