/** Agent frameworks under test: the script that drives each, and what its clients ask over every backend. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON, PYTHON_ENV, WHY_NO_PYTHON } from "./python.ts";
import { IS_FULL_RUN } from "./clients.ts";

export type Column = "structured output" | "tool loop" | "stream";
export const COLUMNS: readonly Column[] = ["structured output", "tool loop", "stream"];

export interface Framework {
  /** In `frameworks/`. */
  readonly script: string;
  /** Its package, by which its version is known. */
  readonly pinned: string;
  /** How many questions each of its clients asks over one backend. */
  readonly clients: Readonly<Record<string, Readonly<Partial<Record<Column, number>>>>>;
  /** What a client of it sends to its own vendor and the vendor refuses, where its bytes pass as they are. */
  readonly refused?: { readonly client: string; readonly backend: string; readonly column: Column };
}

/** Anthropic's own SDK moves bounds into descriptions before it asks; who asks without it is refused for them. */
export const REFUSED = /output_config\.format\.schema: .* are not supported/;
export const WHY_REFUSED =
  "it sends bounds that Anthropic refuses, and a body in the vendor's own protocol passes as it is";

const once = { "structured output": 1, "tool loop": 1, stream: 1 } as const;

export const FRAMEWORKS: readonly Framework[] = [
  { script: "openai_sdk.py", pinned: "openai", clients: { "openai, Chat": once, "openai, Responses": once } },
  { script: "anthropic_sdk.py", pinned: "anthropic", clients: { anthropic: once } },
  {
    script: "pydantic_ai_agent.py",
    pinned: "pydantic-ai-slim",
    clients: {
      "pydantic-ai, Chat": { ...once, "structured output": 2 },
      "pydantic-ai, Responses": { ...once, "structured output": 2 },
    },
  },
  {
    script: "langchain_agent.py",
    pinned: "langchain",
    clients: {
      "langchain, Chat": { ...once, "structured output": 3 },
      "langchain, Responses": { ...once, "structured output": 3 },
      "langchain, Messages": { ...once, "structured output": 3 },
    },
  },
  {
    script: "openai_agents.py",
    pinned: "openai-agents",
    clients: { "openai-agents, Chat": once, "openai-agents, Responses": once },
  },
  {
    script: "llama_index_agent.py",
    pinned: "llama-index-core",
    clients: { "llama-index, Chat": once, "llama-index, Responses": once },
  },
  {
    script: "instructor_client.py",
    pinned: "instructor",
    clients: { "instructor, Chat": { "structured output": 4 }, "instructor, Messages": { "structured output": 1 } },
  },
  {
    script: "dspy_program.py",
    pinned: "dspy",
    clients: {
      "dspy, Chat": { "structured output": 2, stream: 1 },
      "dspy, Messages": { "structured output": 2, stream: 1 },
    },
    refused: { client: "dspy, Messages", backend: "Messages", column: "structured output" },
  },
  {
    script: "smolagents_agent.py",
    pinned: "smolagents",
    clients: { "smolagents, Chat": { "tool loop": 1, stream: 1 } },
  },
  { script: "litellm_client.py", pinned: "litellm", clients: { "litellm, Chat": once, "litellm, Messages": once } },
  {
    script: "outlines_model.py",
    pinned: "outlines",
    clients: { "outlines, Chat": { "structured output": 1, stream: 1 } },
  },
  { script: "llm_tool.py", pinned: "llm", clients: { "llm, Chat": once } },
  {
    script: "ai-sdk.js",
    pinned: "ai",
    clients: Object.fromEntries(
      ["Chat", "compatible", "Responses", "Messages"].map((name) => [
        `AI SDK, ${name}`,
        { "structured output": 2, "tool loop": 2, stream: 1 },
      ]),
    ),
  },
  {
    script: "openai-sdk.js",
    pinned: "openai",
    clients: { "openai (JS), Chat": once, "openai (JS), Responses": { "structured output": 1, stream: 1 } },
  },
  {
    script: "anthropic-sdk.js",
    pinned: "@anthropic-ai/sdk",
    clients: { "anthropic (JS)": { ...once, "tool loop": 2 } },
  },
  {
    script: "langchain.js",
    pinned: "langchain",
    clients: Object.fromEntries(
      ["Chat", "Responses", "Messages"].map((name) => [`LangChain.js, ${name}`, { ...once, "structured output": 3 }]),
    ),
    refused: { client: "LangChain.js, Messages", backend: "Messages", column: "structured output" },
  },
  {
    script: "openai-agents.js",
    pinned: "@openai/agents",
    clients: { "openai-agents (JS), Chat": once, "openai-agents (JS), Responses": once },
  },
  { script: "mastra.js", pinned: "@mastra/core", clients: { "Mastra, Chat": once } },
];

const isPython = ({ script }: Framework): boolean => script.endsWith(".py");

export const whyNot = (framework: Framework): string | undefined =>
  !IS_FULL_RUN ? "npm run test:clients runs it" : isPython(framework) ? WHY_NO_PYTHON : undefined;

export function command(framework: Framework): {
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
} {
  const script = join(import.meta.dir, "frameworks", framework.script);
  return isPython(framework)
    ? { argv: [PYTHON, script], env: { ...PYTHON_ENV } }
    : { argv: [process.execPath, script], env: { ...PYTHON_ENV, MASTRA_TELEMETRY_DISABLED: "1" } };
}

const PINS = readFileSync(join(import.meta.dir, "python/requirements.txt"), "utf8");
const PACKAGES = JSON.parse(readFileSync(join(import.meta.dir, "package.json"), "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};

export function versionOf(framework: Framework): string {
  const { pinned } = framework;
  const version = isPython(framework)
    ? PINS.split("\n")
        .find((line) => line.startsWith(`${pinned}==`))
        ?.slice(pinned.length + 2)
    : PACKAGES.devDependencies[pinned];
  if (version === undefined) throw new Error(`${pinned} is pinned nowhere.`);
  return version;
}
