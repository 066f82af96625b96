/** `--help`: the front page by hand, each command's page from its own definition. */
import { stripVTControlCharacters } from "node:util";
import { renderUsage } from "citty";
import { VERSION } from "./version.ts";
import type { Chosen } from "./usage.ts";

export async function help({ command, parent, path }: Chosen): Promise<string> {
  if (path.length === 1) return FRONT;
  const above = parent && { ...parent, meta: { ...(parent.meta as object), name: path.slice(0, -1).join(" ") } };
  const page = await renderUsage(command, above);
  // The library colours whatever it writes to.
  return process.stdout.isTTY ? page : stripVTControlCharacters(page);
}

const FRONT = `codeswitch ${VERSION}: every coding tool, every model, one gateway you own.

Usage
  codeswitch start [--config FILE] [--host H] [--port N] [--log-format text|json] [--tunnel]
  codeswitch setup CLIENT      connect claude-code, codex, opencode, …; --undo, --print
  codeswitch doctor [NAME]     what is wrong with providers, models, clients; --deep, --json
  codeswitch config check      what is wrong with the configuration, with line and fix
  codeswitch config print      what the gateway makes of it, secrets masked
  codeswitch config schema     JSON Schema, for editors
  codeswitch secret rotate     a new secret for what is kept on disk
  codeswitch --version

Try it without any key
  codeswitch start
  curl http://127.0.0.1:4141/v1/chat/completions -H "Content-Type: application/json" \\
    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'

With one key, such as Anthropic's
  ANTHROPIC_API_KEY=… codeswitch start

Its configuration is the first of: --config FILE, CODESWITCH_CONFIG, ./codeswitch.yaml,
the environment (docs/CONFIG.md lists every variable), a simulator.`;
