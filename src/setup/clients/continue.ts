/** Continue: models in config.yaml. https://docs.continue.dev/reference */
import { join } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { endsLine, hasMark, marked, withLineEnds } from "../block.ts";
import { notValid } from "../refusals.ts";
import { type Connection, type Setup, SetupRefused } from "../setup.ts";

/** The first is what it starts with; more are a click away. */
const MODELS_MAX = 5;

const modelLines = ({ url, key }: Connection, model: string): string[] => [
  `- name: ${JSON.stringify(`codeswitch ${model}`)}`,
  "  provider: openai",
  `  model: ${JSON.stringify(model)}`,
  `  apiBase: ${JSON.stringify(`${url}/v1/`)}`,
  `  apiKey: ${JSON.stringify(key)}`,
  "  roles: [chat, edit, apply]",
  "  capabilities: [tool_use, image_input]",
];

const entries = (connection: Connection): string[] =>
  connection.models.slice(0, MODELS_MAX).flatMap((model) => modelLines(connection, model));

const NEW = ["name: My assistant", "version: 1.0.0", "schema: v1"];

export const continueDev = {
  kind: "files",
  id: "continue",
  title: "Continue",
  dialect: "openai-chat",
  plan: (read, { home, env }, connection) => {
    const path = join(env.CONTINUE_GLOBAL_DIR ?? join(home, ".continue"), "config.yaml");
    const before = read(path);
    const lines = entries(connection);
    const made = `${[...NEW, "models:", marked(lines, "  ")].join("\n")}\n`;
    return [{ path, before, after: before?.trim() ? insert(path, before, lines) : made }];
  },
  values: (connection) => [["~/.continue/config.yaml, models", entries(connection).join("\n")]],
  notes: ["In the editor choose a model called codeswitch …; in the terminal: cn."],
  rivals: [],
  program: {
    command: "cn",
    install: "npm install -g @continuedev/cli",
    args: (prompt) => ["-p", prompt],
  },
} satisfies Setup;

/** As the first models of the list, which are what it starts with. */
function insert(path: string, text: string, lines: readonly string[]): string {
  const document = parseDocument(text, { logLevel: "error", prettyErrors: true });
  const [error] = document.errors;
  if (error) throw notValid(path, "YAML", error.message);
  if (!isMap(document.contents))
    throw new SetupRefused(`${path} holds no mapping, so that nothing was changed. Correct it first.`);
  if (hasMark(text))
    throw new SetupRefused(`${path} holds lines of codeswitch already. Take them out and run this again.`);
  const models = document.get("models", true);
  if (models === undefined) return `${endsLine(text)}${withLineEnds(`models:\n${marked(lines, "  ")}\n`, text)}`;
  const start = isSeq(models) && !models.flow ? models.range?.[0] : undefined;
  if (start === undefined)
    throw new SetupRefused(
      `${path}: models is not a list with one entry a line, so that nothing was changed. Write it as a list (models:, then - name: … below), or add by hand what --print shows.`,
    );
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const block = marked(lines, text.slice(lineStart, start));
  return `${text.slice(0, lineStart)}${withLineEnds(`${block}\n`, text)}${text.slice(lineStart)}`;
}
