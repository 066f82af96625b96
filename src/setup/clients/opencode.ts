/** OpenCode: a provider of its own in opencode.json. https://opencode.ai/docs/providers/#custom-provider */
import { isAbsolute, join } from "node:path";
import type { Json } from "../../wire/json.ts";
import { editJson, readJson, refuseBlocked, type JsonEdits } from "../json-edit.ts";
import type { Connection, Place, Read, Setup } from "../setup.ts";

/** "All paths set in these environment variables must be absolute": XDG Base Directory Specification. */
const configHome = ({ home, env }: Place): string =>
  env.XDG_CONFIG_HOME !== undefined && isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : join(home, ".config");

function configOf(read: Read, place: Place): string {
  if (place.env.OPENCODE_CONFIG !== undefined) return place.env.OPENCODE_CONFIG;
  const folder = join(configHome(place), "opencode");
  const withComments = join(folder, "opencode.jsonc");
  return read(withComments) === undefined ? join(folder, "opencode.json") : withComments;
}

/** Without modalities it puts "this model does not support image input" in a picture's place (measured, 1.18.33). */
const ABLE = { reasoning: true, attachment: true, modalities: { input: ["text", "image"], output: ["text"] } };

/** openai-compatible sends reasoning back as `reasoning_content` and takes any model (measured, 1.18.33). */
const provider = ({ url, key, models, labels }: Connection): Json => ({
  npm: "@ai-sdk/openai-compatible",
  name: "codeswitch",
  options: { baseURL: `${url}/v1`, apiKey: key, ...(labels && { headers: labels }) },
  models: Object.fromEntries(models.map((id) => [id, { name: id, ...ABLE }])),
});

export const opencode = {
  kind: "files",
  id: "opencode",
  title: "OpenCode",
  dialect: "openai-chat",
  takesLabels: true,
  plan: (read, place, connection) => {
    const path = configOf(read, place);
    const before = read(path);
    refuseBlocked(path, before, ["provider", "codeswitch"]);
    const name = `codeswitch/${connection.model}`;
    const edits: JsonEdits = [
      ...(before === undefined ? [[["$schema"], "https://opencode.ai/config.json"] as const] : []),
      [["model"], name],
      [["small_model"], name],
      ...allowed(path, before),
      [["provider", "codeswitch"], provider(connection)],
    ];
    return [{ path, before, after: editJson(path, before, "jsonc", edits) }];
  },
  values: (connection) => [
    ["opencode.json, provider.codeswitch", JSON.stringify(provider(connection), null, 2)],
    ["opencode.json, model and small_model", `codeswitch/${connection.model}`],
  ],
  notes: ["Start it as always: opencode. /models lists what the gateway serves."],
  rivals: ["OPENCODE_CONFIG_CONTENT"],
  program: {
    command: "opencode",
    install: "npm install -g opencode-ai",
    args: (prompt) => ["run", "--title", "codeswitch setup", prompt],
    env: () => ({
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    }),
  },
} satisfies Setup;

/** A list of providers that are switched on must have ours too. */
function allowed(path: string, before: string | undefined): JsonEdits {
  const list = before === undefined || before.trim() === "" ? undefined : readJson(path, before).enabled_providers;
  if (!Array.isArray(list) || list.includes("codeswitch")) return [];
  return [[["enabled_providers"], [...(list as Json[]), "codeswitch"]]];
}
