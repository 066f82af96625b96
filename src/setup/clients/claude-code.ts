/** Claude Code: `env` in its settings. https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/llm-gateway */
import { join } from "node:path";
import { isObject } from "../../wire/json.ts";
import { editJson, readJson, refuseBlocked, type JsonEdits } from "../json-edit.ts";
import type { Connection, Setup } from "../setup.ts";

/** Its own names for models are asked for by subagents and background work, haiku all the time; a gateway without Claude has none of them. */
const SLOTS = [
  ["ANTHROPIC_DEFAULT_FABLE_MODEL", "high"],
  ["ANTHROPIC_DEFAULT_OPUS_MODEL", "high"],
  ["ANTHROPIC_DEFAULT_SONNET_MODEL", "medium"],
  ["ANTHROPIC_DEFAULT_HAIKU_MODEL", "low"],
] as const;

/** The efforts of the chosen model where the gateway has a name for each; else the chosen model. */
function slots({ model, models }: Connection): [name: string, value: string][] {
  const base = model.replace(/-(high|medium|low)$/, "");
  const efforts = SLOTS.map(([name, effort]): [string, string] => [name, `${base}-${effort}`]);
  const isWhole = efforts.every(([, name]) => models.includes(name));
  return isWhole ? efforts : SLOTS.map(([name]) => [name, model]);
}

/** Of a name that it does not know it assumes a million tokens (2.1.329), and would compact too late. */
function windowOf({ model, catalogue = [] }: Connection): [name: string, value: string][] {
  const tokens = catalogue.find(({ slug }) => slug === model)?.["context_window"];
  return typeof tokens === "number" ? [["CLAUDE_CODE_MAX_CONTEXT_TOKENS", String(tokens)]] : [];
}

/** Sent with each request, a line each: `Name: value`. https://code.claude.com/docs/en/llm-gateway */
const HEADERS = "ANTHROPIC_CUSTOM_HEADERS";

const headerLines = (labels: Readonly<Record<string, string>>, theirs: string): string =>
  [
    ...theirs.split("\n").filter((line) => line.trim() !== "" && !/^x-codeswitch-/i.test(line.trim())),
    ...Object.entries(labels).map(([name, value]) => `${name}: ${value}`),
  ].join("\n");

/** What the person's own file says there already. */
function headersIn(path: string, text: string | undefined): string {
  const { env } = text === undefined || text.trim() === "" ? {} : readJson(path, text);
  const said = isObject(env) ? env[HEADERS] : undefined;
  return typeof said === "string" ? said : "";
}

function variables(connection: Connection, theirs = ""): [name: string, value: string][] {
  const { url, key, model, labels } = connection;
  return [
    ["ANTHROPIC_BASE_URL", url],
    ["ANTHROPIC_AUTH_TOKEN", key],
    // Lists our models under /model: GET /v1/models?limit=1000, of which it keeps what clients/claude-code.ts calls as it wants it.
    ["CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", "1"],
    ...(labels ? [[HEADERS, headerLines(labels, theirs)] as [string, string]] : []),
    ...(/claude/i.test(model) ? [] : [...slots(connection), ...windowOf(connection)]),
  ];
}

export const claudeCode = {
  kind: "files",
  id: "claude-code",
  title: "Claude Code",
  dialect: "anthropic-messages",
  takesLabels: true,
  plan: (read, { home, env }, connection) => {
    const path = join(env.CLAUDE_CONFIG_DIR ?? join(home, ".claude"), "settings.json");
    const before = read(path);
    refuseBlocked(path, before, ["env", "ANTHROPIC_BASE_URL"]);
    // "These settings files did not load … Invalid or malformed JSON": said of a file with a comment (2.1.329).
    const edits: JsonEdits = [
      ...variables(connection, connection.labels && headersIn(path, before)).map(
        ([name, value]) => [["env", name], value] as const,
      ),
      [["model"], connection.model],
    ];
    return [{ path, before, after: editJson(path, before, "json", edits) }];
  },
  values: (connection) => [
    ...variables(connection).map(([name, value]) => [`~/.claude/settings.json, env.${name}`, value] as const),
    ["~/.claude/settings.json, model", connection.model],
  ],
  notes: ["Start it as always: claude. /model lists what the gateway serves, From gateway."],
  rivals: ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL"],
  program: {
    command: "claude",
    install: "npm install -g @anthropic-ai/claude-code",
    args: (prompt, { model }) => ["-p", prompt, "--model", model],
    env: () => ({
      DISABLE_TELEMETRY: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "0",
    }),
  },
} satisfies Setup;
