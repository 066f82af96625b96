/** What models are really called, at every kind of host; what is refused instead is in routing/plan.test.ts. */
import { expect, test } from "bun:test";
import { VENDORS } from "../providers/catalog.ts";
import { modelNameFault } from "./model-name.ts";

const REAL = [
  ...["gpt-5.1-codex-max", "o4-mini", "claude-sonnet-4-5-20250929", "gemini-2.5-pro", "ft:gpt-4o-mini:my org::9abc"],
  // OpenRouter, Cloudflare, Fireworks, Hugging Face, Together, Groq
  ...["meta-llama/llama-3.3-70b-instruct:free", "~anthropic/claude-opus-latest", "@cf/meta/llama-3.1-8b-instruct"],
  ...["accounts/fireworks/models/deepseek-v3", "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "groq/compound"],
  ...["deepseek-ai/DeepSeek-V3.1:fireworks-ai", "openai/gpt-oss-120b", "models/gemini-2.0-flash"],
  // Ollama, LM Studio, vLLM and others that call a model by the folder it was read from
  ...["qwen2.5-coder:7b-q4_K_M", "qwen2.5-7b-instruct@q4_k_m", "/mnt/models", "/data/models/Llama-3.3-70B-Instruct"],
  // Bedrock, Vertex
  "arn:aws:bedrock:us-east-1:123:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
  ...["us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4@20250514"],
  "projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro",
  // What people call a deployment, or a model of their own
  ...[
    "my deployment",
    "gpt 5.1 (EU)",
    "team.gpt-5",
    "a..b",
    "..a",
    "v1...",
    "mon modèle",
    "模型-1",
    "модель",
    "🦙",
    "100%",
  ],
  // What the vendors of the catalog give as theirs
  ...VENDORS.flatMap(({ models }) => models.map((pattern) => pattern.replace("*", "5"))),
];

test.each(REAL)("%p is the name of a model", (name) => expect(modelNameFault(name)).toBeUndefined());

test.each(["a\nb", "a\u202eb", "a\u2028b", "a\ud800b", "a\u0000"])("%p cannot be seen whole", (name) =>
  expect(modelNameFault(name)).toBe("holds a character that cannot be seen"),
);
