/** Copilot CLI: its own provider comes from the environment alone, so it gets a file to source. `copilot help providers` has the list. */
import { join } from "node:path";
import { marked } from "../block.ts";
import { refuseTaken } from "../refusals.ts";
import type { Connection, Setup } from "../setup.ts";

const variables = ({ url, key, model }: Connection): [name: string, value: string][] => [
  // No log-in at GitHub, and nothing sent there.
  ["COPILOT_OFFLINE", "true"],
  ["COPILOT_PROVIDER_BASE_URL", `${url}/v1`],
  ["COPILOT_PROVIDER_API_KEY", key],
  ["COPILOT_MODEL", model],
];

const exports_ = (connection: Connection): string[] =>
  variables(connection).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);

export const copilotCli = {
  kind: "files",
  id: "copilot-cli",
  title: "Copilot CLI",
  dialect: "openai-chat",
  plan: (read, { home, env }, connection) => {
    const path = join(env.COPILOT_HOME ?? join(home, ".copilot"), "codeswitch.sh");
    refuseTaken(path, read);
    return [{ path, after: `${marked(exports_(connection))}\n` }];
  },
  values: (connection) => variables(connection).map(([name, value]) => [`environment, ${name}`, value] as const),
  notes: ["It reads its provider from the environment only. In the shell that starts it: . ~/.copilot/codeswitch.sh"],
  rivals: ["COPILOT_PROVIDER_TYPE", "COPILOT_PROVIDER_WIRE_API", "COPILOT_PROVIDER_TRANSPORT"],
  program: {
    command: "copilot",
    install: "npm install -g @github/copilot",
    args: (prompt) => ["-p", prompt],
    env: (connection) => Object.fromEntries(variables(connection)),
  },
} satisfies Setup;
