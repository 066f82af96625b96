/** Clients that keep their settings where nobody should write from outside, or that change them often: what to paste. */
import { NATIVE_GPT } from "../../config/env/azure.ts";
import type { Connection, Printed, Unsupported, Value } from "../setup.ts";

const base = ({ url }: Connection): string => `${url}/v1`;
const form = (settings: string, provider: string, connection: Connection): Value[] => [
  [`${settings}, API Provider`, provider],
  [`${settings}, Base URL`, base(connection)],
  [`${settings}, API Key`, connection.key],
  [`${settings}, Model ID`, connection.model],
];
const json = (value: unknown): string => JSON.stringify(value, null, 2);

const printed = (
  id: string,
  title: string,
  values: (connection: Connection) => Value[],
  notes: readonly string[] = [],
): Printed => ({ kind: "printed", id, title, values, notes, needsPublicUrl: false });

/** A name that Cursor has built in is refused as a custom model ("already available as"), or never leaves for here. */
function customModels({ models }: Connection): readonly string[] {
  const free = models.filter((name) => !NATIVE_GPT.includes(name.toLowerCase()));
  return free.length > 0 ? free : ["a name of your own: Cursor keeps those that your configuration lists for itself"];
}

export const cursor: Printed = {
  ...printed(
    "cursor",
    "Cursor",
    (connection) => [
      ["Cursor Settings → Models → API Keys, OpenAI API Key", connection.key],
      ["Cursor Settings → Models → API Keys, Override OpenAI Base URL", `${connection.url}/cursor/v1`],
      ...customModels(connection).map((value) => ["Cursor Settings → Models, Add Custom Model", value] as const),
    ],
    [
      "Tab, inline edit, Auto and Composer never use your key.",
      "Cursor cannot be configured from outside, and calls from its own cloud: only a public HTTPS address reaches us.",
    ],
  ),
  needsPublicUrl: true,
};

export const cline = printed(
  "cline",
  "Cline",
  (connection) => [
    ...form("Cline settings", "OpenAI Compatible", connection),
    ["or in a terminal", `cline auth -p openai -k ${connection.key} -m ${connection.model} -b ${base(connection)}`],
  ],
  ["The terminal version leaves a process called cline-hub-daemon running."],
);

export const roo = printed("roo", "Roo Code", (connection) =>
  form("Roo Code settings → Providers", "OpenAI Compatible", connection),
);

export const kilo = printed("kilo", "Kilo Code", (connection) => [
  ...form("Kilo Code settings → Providers", "OpenAI Compatible", connection),
  [
    "or in ~/.config/kilo/kilo.jsonc",
    json({
      provider: {
        codeswitch: {
          options: { baseURL: base(connection), apiKey: connection.key },
          models: Object.fromEntries(connection.models.map((id) => [id, { name: id }])),
        },
      },
      model: `codeswitch/${connection.model}`,
    }),
  ],
]);

export const aider = printed("aider", "Aider", (connection) => [
  ["~/.aider.conf.yml, model", `openai/${connection.model}`],
  ["~/.aider.conf.yml, weak-model", `openai/${connection.model}`],
  ["~/.aider.conf.yml, openai-api-base", base(connection)],
  ["~/.aider.conf.yml, openai-api-key", connection.key],
  ["~/.aider.conf.yml, show-model-warnings", "false"],
]);

export const zed = printed(
  "zed",
  "Zed",
  (connection) => [
    [
      "settings.json",
      json({
        language_models: {
          openai_compatible: {
            codeswitch: {
              api_url: base(connection),
              available_models: connection.models.map((name) => ({
                name,
                max_tokens: 200_000,
                max_output_tokens: 32_000,
                capabilities: { tools: true, images: true, parallel_tool_calls: true, prompt_cache_key: true },
              })),
            },
          },
        },
      }),
    ],
    ["environment, CODESWITCH_API_KEY, or Agent settings → codeswitch", connection.key],
  ],
  ["Zed keeps keys in the system's keychain, never in settings.json."],
);

export const factory = printed("factory", "Factory Droid", (connection) => [
  [
    "~/.factory/settings.json",
    json({
      customModels: connection.models.map((model) => ({
        model,
        displayName: `codeswitch ${model}`,
        baseUrl: base(connection),
        apiKey: connection.key,
        provider: "generic-chat-completion-api",
        maxOutputTokens: 32_000,
      })),
    }),
  ],
]);

export const geminiCli: Unsupported = {
  kind: "unsupported",
  id: "gemini-cli",
  title: "Gemini CLI",
  reason:
    "Gemini CLI speaks Google's generateContent only, and this gateway does not answer that protocol yet. Nothing was changed: a configuration that points here would not work.",
};
