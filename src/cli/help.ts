/** `--help`: the front page by hand, each command's page from its own definition, in lines that every terminal holds. */
import type { ArgDef, ArgsDef, CommandDef, CommandMeta } from "citty";
import type { Chosen } from "./usage.ts";
import { VERSION } from "./version.ts";

export function help({ command, path }: Chosen): string {
  if (path.length === 1) return FRONT;
  const args = Object.entries((command.args ?? {}) as ArgsDef);
  const words = args.filter(([, arg]) => arg.type === "positional");
  const flags = args.filter(([, arg]) => arg.type !== "positional");
  const commands = Object.entries((command.subCommands ?? {}) as Readonly<Record<string, CommandDef>>);
  const usage = [
    path.join(" "),
    ...(commands.length > 0 ? ["COMMAND"] : []),
    ...(flags.length > 0 ? ["[OPTIONS]"] : []),
    ...words.map(([name, arg]) => `[${valueOf(name, arg)}]`),
  ];
  return [
    ...wrapped(descriptionOf(command), WIDTH),
    "",
    "Usage",
    `  ${usage.join(" ")}`,
    ...table(
      "Commands",
      commands.map(([name, one]) => [name, descriptionOf(one)]),
    ),
    ...table(
      "Arguments",
      words.map(([name, arg]) => [valueOf(name, arg), arg.description ?? ""]),
    ),
    ...table(
      "Options",
      flags.map(([name, arg]) => [flagOf(name, arg), arg.description ?? ""]),
    ),
  ].join("\n");
}

const WIDTH = 80;

const descriptionOf = ({ meta }: CommandDef): string => (meta as CommandMeta | undefined)?.description ?? "";

const valueOf = (name: string, arg: ArgDef): string =>
  "valueHint" in arg && arg.valueHint !== undefined ? arg.valueHint : name.toUpperCase();

function flagOf(name: string, arg: ArgDef): string {
  const alias = "alias" in arg && arg.alias !== undefined ? `-${[arg.alias].flat()[0]}, ` : "    ";
  return `${alias}--${name}${arg.type === "boolean" ? "" : ` ${valueOf(name, arg)}`}`;
}

type Row = readonly [left: string, right: string];
function table(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.flatMap(([left, right]) =>
    wrapped(right, WIDTH - width - 2).map((line, at) => `  ${(at === 0 ? left : "").padEnd(width)}${line}`.trimEnd()),
  );
  return ["", title, ...lines];
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
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
