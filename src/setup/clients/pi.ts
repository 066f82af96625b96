/** pi: a provider in models.json, chosen in settings.json. */
import { join } from "node:path";
import type { Json } from "../../wire/json.ts";
import { editJson, refuseBlocked } from "../json-edit.ts";
import type { Change, Connection, Place, Setup } from "../setup.ts";

// models.json may hold comments, settings.json may not (read in 0.73.1).
const folderOf = ({ home, env }: Place): string => env.PI_CODING_AGENT_DIR ?? join(home, ".pi", "agent");

/** Limits that hold for most of today's models; the gateway clamps what a model takes. */
const model = (id: string): Json => ({
  id,
  name: id,
  reasoning: true,
  input: ["text", "image"],
  contextWindow: 200_000,
  maxTokens: 32_000,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
});

const provider = ({ url, key, models }: Connection): Json => ({
  baseUrl: `${url}/v1`,
  api: "openai-completions",
  apiKey: key,
  models: models.map(model),
});

export const pi = {
  kind: "files",
  id: "pi",
  title: "pi",
  dialect: "openai-chat",
  plan: (read, place, connection) => {
    const change = (file: string, edit: (path: string, before: string | undefined) => string): Change => {
      const path = join(folderOf(place), file);
      const before = read(path);
      return { path, before, after: edit(path, before) };
    };
    return [
      change("models.json", (path, before) => {
        refuseBlocked(path, before, ["providers", "codeswitch"]);
        return editJson(path, before, "jsonc", [[["providers", "codeswitch"], provider(connection)]]);
      }),
      change("settings.json", (path, before) =>
        editJson(path, before, "json", [
          [["defaultProvider"], "codeswitch"],
          [["defaultModel"], connection.model],
        ]),
      ),
    ];
  },
  values: (connection) => [
    ["~/.pi/agent/models.json, providers.codeswitch", JSON.stringify(provider(connection), null, 2)],
    ["~/.pi/agent/settings.json, defaultProvider", "codeswitch"],
    ["~/.pi/agent/settings.json, defaultModel", connection.model],
  ],
  notes: ["Start it as always: pi. /model lists what the gateway serves."],
  rivals: [],
  program: {
    command: "pi",
    install: "npm install -g @mariozechner/pi-coding-agent",
    args: (prompt, { model }) => ["-p", "--no-session", "--provider", "codeswitch", "--model", model, prompt],
    env: () => ({ PI_OFFLINE: "1" }),
  },
} satisfies Setup;
