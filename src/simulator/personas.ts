/** Vendors of Chat that seal beside their calls, told by the model's name: Gemini's own endpoint, and OpenRouter with the maker in front. */

export type Maker = "anthropic" | "google" | "openai" | "x-ai";
export type Persona =
  | { readonly host: "gemini" }
  | { readonly host: "openrouter"; readonly maker: Maker; readonly format: string };

/** undefined: a vendor that seals nothing here. */
export function personaOf(model: string): Persona | undefined {
  if (/^(models\/)?gemini-[3-9]/.test(model)) return { host: "gemini" };
  const maker = /^(anthropic|google|openai|x-ai)\//.exec(model)?.[1] as Maker | undefined;
  return maker && { host: "openrouter", maker, format: FORMATS[maker] };
}

// As recorded from OpenRouter in April 2026 (charmbracelet/fantasy, providertests/testdata).
const FORMATS: Readonly<Record<Maker, string>> = {
  anthropic: "anthropic-claude-v1",
  google: "google-gemini-v1",
  openai: "openai-responses-v1",
  "x-ai": "xai-responses-v1",
};
