/** Qwen Code: settings.json. https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings */
import { join } from "node:path";
import { editJson, refuseBlocked, type JsonEdits } from "../json-edit.ts";
import type { Connection, Setup } from "../setup.ts";

const edits = ({ url, key, model }: Connection): JsonEdits => [
  [["security", "auth", "selectedType"], "openai"],
  [["model", "name"], model],
  [["env", "OPENAI_API_KEY"], key],
  [["env", "OPENAI_BASE_URL"], `${url}/v1`],
  [["env", "OPENAI_MODEL"], model],
];

export const qwenCode = {
  kind: "files",
  id: "qwen-code",
  title: "Qwen Code",
  dialect: "openai-chat",
  plan: (read, { home }, connection) => {
    const path = join(home, ".qwen", "settings.json");
    const before = read(path);
    for (const [at] of edits(connection)) refuseBlocked(path, before, at);
    return [{ path, before, after: editJson(path, before, "jsonc", edits(connection)) }];
  },
  values: (connection) =>
    edits(connection).map(([at, value]) => [`~/.qwen/settings.json, ${at.join(".")}`, String(value)]),
  notes: ["Start it as always: qwen."],
  rivals: ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"],
  program: {
    command: "qwen",
    install: "npm install -g @qwen-code/qwen-code",
    args: (prompt) => ["-p", prompt],
  },
} satisfies Setup;
