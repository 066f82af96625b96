/** The programs under test: how each is told where the gateway is, and which of its own tools writes a file and reads an image. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Asked, Offered, Part } from "../../src/simulator/index.ts";
import type { Json } from "../../src/wire/json.ts";
import { KEY, run, type Ran, type Stage } from "./stage.ts";

export interface Client {
  /** A row of docs/COMPATIBILITY.md. */
  readonly name: string;
  readonly installed: boolean;
  ask(stage: Stage, prompt: string, how?: How): Promise<Ran>;
  /** The call with which the model writes `text` into `file`; undefined where no such tool is offered. */
  writing(asked: Asked, file: string, text: string): Part | undefined;
  reading(asked: Asked, file: string): Part | undefined;
}
export interface How {
  readonly resume?: boolean;
  /** The client's own retries are on. */
  readonly retries?: boolean;
}

/** Set by `npm run test:clients`. Without it, as in `npm test`, only the lightest client runs. */
export const IS_FULL_RUN = process.env.CODESWITCH_CLIENTS === "1";

const MODULES = join(import.meta.dir, "node_modules");
const inModules = (path: string): string => join(MODULES, path);

/** In its platform's package, since install scripts do not run everywhere. */
export const CLAUDE = inModules(`@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`);
export const CODEX = inModules("@openai/codex/bin/codex.js");
export const OPENCODE = inModules(`opencode-${process.platform}-${process.arch}/bin/opencode`);
/** The lightest, installed beside the SDKs: every `npm test` runs it. */
export const PI = join(import.meta.dir, "../clients/node_modules/@mariozechner/pi-coding-agent/dist/cli.js");

/** Names are flattened for dialects without namespaces: `functions__exec`. */
const offered = ({ tools }: Asked, name: string): Offered | undefined =>
  tools.find((tool) => tool.name === name || tool.name.endsWith(`__${name}`));

/** A freeform tool takes text as it is; one that was lowered takes it as a string. */
function call(asked: Asked, name: string, input: Json): Part | undefined {
  const tool = offered(asked, name);
  if (tool === undefined) return undefined;
  if (typeof input !== "string") return { kind: "call", tool, pieces: halves(JSON.stringify(input)) };
  return { kind: "call", tool, pieces: halves(tool.kind === "freeform" ? input : JSON.stringify({ input })) };
}
const halves = (text: string): readonly string[] => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)];

const claudeCode: Client = {
  name: "Claude Code 2.1.329",
  installed: existsSync(CLAUDE),
  ask: (stage, prompt, how = {}) => claude(stage, [...(how.resume ? ["--continue"] : []), prompt], how),
  writing: (asked, file, text) => call(asked, "Write", { file_path: file, content: text }),
  reading: (asked, file) => call(asked, "Read", { file_path: file }),
};

export const claude = (
  stage: Stage,
  args: readonly string[],
  how: How = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  run([CLAUDE, "-p", "--dangerously-skip-permissions", ...args], stage, {
    // It refuses to skip permissions as root, except in a sandbox.
    IS_SANDBOX: "1",
    ANTHROPIC_BASE_URL: stage.url,
    ANTHROPIC_AUTH_TOKEN: KEY,
    DISABLE_TELEMETRY: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ...(!how.retries && { CLAUDE_CODE_MAX_RETRIES: "0" }),
    ...env,
  });

/** `model` undefined: the default of Codex. */
const codex = (title: string, model: string | undefined, tools: Pick<Client, "writing" | "reading">): Client => ({
  name: `Codex 0.169.0, ${title}`,
  installed: existsSync(CODEX),
  ask: (stage, prompt, how = {}) => {
    stage.write(".codex/config.toml", codexConfig(stage.url, model, how));
    return codexExec(stage, [...(how.resume ? ["resume", "--last"] : []), prompt]);
  },
  ...tools,
});

export const codexExec = (stage: Stage, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run(
    [process.execPath, CODEX, "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", ...args],
    stage,
    { CODESWITCH_KEY: KEY, ...env },
  );

export const codexConfig = (url: string, model: string | undefined, how: How = {}): string => `
${model === undefined ? "" : `model = "${model}"`}
model_provider = "codeswitch"
[model_providers.codeswitch]
name = "codeswitch"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "CODESWITCH_KEY"
${how.retries ? "" : "request_max_retries = 0\nstream_max_retries = 0"}
`;

const patch = (file: string, text: string): string =>
  `*** Begin Patch\n*** Add File: ${file}\n${text
    .split("\n")
    .map((line) => `+${line}\n`)
    .join("")}*** End Patch\n`;
const printf = (file: string, text: string): string => `cat > '${file}' <<'END'\n${text}\nEND\n`;

const VIEW_IMAGE: Client["reading"] = (asked, file) => call(asked, "view_image", { path: file });
const codexes: readonly Client[] = [
  codex("gpt-5.5", "gpt-5.5", {
    writing: (asked, file, text) => call(asked, "apply_patch", patch(file, text)),
    reading: VIEW_IMAGE,
  }),
  codex("its default model", undefined, {
    writing: (asked, file, text) =>
      call(asked, "exec", `text(await tools.exec_command(${JSON.stringify({ cmd: printf(file, text) })}));`),
    reading: (asked, file) => call(asked, "exec", `image(await tools.view_image(${JSON.stringify({ path: file })}));`),
  }),
  codex("an unknown model", "my-own-model", {
    writing: (asked, file, text) => call(asked, "exec_command", { cmd: printf(file, text) }),
    reading: VIEW_IMAGE,
  }),
];

const opencode = (title: string, npm: string, model: string): Client => ({
  name: `OpenCode 1.18.33, ${title}`,
  installed: existsSync(OPENCODE),
  ask: (stage, prompt, how = {}) => {
    stage.write("work/opencode.json", JSON.stringify(opencodeConfig(stage.url, npm, model)));
    const args = ["run", "--title", "t", ...(how.resume ? ["--continue"] : []), prompt];
    return run([OPENCODE, ...args], stage, {
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    });
  },
  writing: (asked, file, text) =>
    call(asked, "write", { filePath: file, content: text }) ??
    call(asked, "apply_patch", { patchText: patch(file, text) }),
  reading: (asked, file) => call(asked, "read", { filePath: file }),
});

const opencodeConfig = (url: string, npm: string, model: string): object => ({
  autoupdate: false,
  share: "disabled",
  model: `codeswitch/${model}`,
  small_model: `codeswitch/${model}`,
  enabled_providers: ["codeswitch"],
  provider: {
    codeswitch: {
      npm,
      options: { baseURL: `${url}/v1`, apiKey: KEY },
      models: {
        [model]: {
          name: model,
          reasoning: true,
          attachment: true,
          modalities: { input: ["text", "image"], output: ["text"] },
          limit: { context: 200_000, output: 32_000 },
          ...(npm.endsWith("anthropic") && { options: { thinking: { type: "enabled", budgetTokens: 4_000 } } }),
        },
      },
    },
  },
});

const opencodes: readonly Client[] = [
  opencode("openai-compatible", "@ai-sdk/openai-compatible", "any-model"),
  opencode("openai", "@ai-sdk/openai", "gpt-5.5"),
  opencode("anthropic", "@ai-sdk/anthropic", "claude-opus-5"),
];

const pi = (title: string, api: string, path: string): Client => ({
  name: `pi 0.73.1, ${title}`,
  installed: existsSync(PI),
  ask: (stage, prompt, how = {}) => {
    stage.write(".pi/agent/models.json", JSON.stringify(piModels(stage.url + path, api)));
    const args = ["-p", "--provider", "codeswitch", "--model", "any-model", "--thinking", "high"];
    // Its own runtime is Node 20.6 or newer; it also runs in ours, which is there in the right version.
    return run([process.execPath, PI, ...args, ...(how.resume ? ["--continue"] : []), prompt], stage, {
      PI_OFFLINE: "1",
    });
  },
  writing: (asked, file, text) => call(asked, "write", { path: file, content: text }),
  reading: (asked, file) => call(asked, "read", { path: file }),
});

const piModels = (baseUrl: string, api: string): object => ({
  providers: {
    codeswitch: {
      baseUrl,
      api,
      apiKey: KEY,
      models: [
        {
          id: "any-model",
          name: "any-model",
          reasoning: true,
          input: ["text", "image"],
          contextWindow: 200_000,
          maxTokens: 32_000,
          cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        },
      ],
    },
  },
});

export const CLIENTS: readonly Client[] = [
  claudeCode,
  ...codexes,
  ...opencodes,
  pi("openai-completions", "openai-completions", "/v1"),
  pi("openai-responses", "openai-responses", "/v1"),
  pi("anthropic-messages", "anthropic-messages", ""),
];
