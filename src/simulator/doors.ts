/** Which path speaks which dialect: OpenAI's, Azure's (dated and v1) and Anthropic's. */
import type { SimDialect } from "./asked.ts";

export type Door =
  | {
      readonly kind: "generate";
      readonly dialect: SimDialect;
      /** Azure's dated paths name the deployment; the body's model is ignored. */
      readonly deployment?: string;
      /** Azure refuses these without `?api-version=`. */
      readonly dated: boolean;
      /** Whose rules apply beyond the dialect's: OpenAI and Azure refuse fields that compatible vendors invent. */
      readonly vendor: "openai" | "any";
    }
  | { readonly kind: "count-tokens" }
  | { readonly kind: "models" }
  | { readonly kind: "model"; readonly id: string };

export function doorOf(method: string, path: string): Door | undefined {
  if (method === "GET") return listDoor(path);
  if (method !== "POST") return undefined;
  const deployment = /^\/openai\/deployments\/(.+)\/chat\/completions$/.exec(path)?.[1];
  if (deployment !== undefined) return { ...generate("openai-chat", true), deployment: decodeURIComponent(deployment) };
  return POSTS[path];
}

const generate = (
  dialect: SimDialect,
  dated = false,
  vendor: "openai" | "any" = "openai",
): Extract<Door, { kind: "generate" }> => ({
  kind: "generate",
  dialect,
  dated,
  vendor,
});

const POSTS: Readonly<Record<string, Door>> = {
  "/v1/chat/completions": generate("openai-chat", false, "any"),
  "/openai/v1/chat/completions": generate("openai-chat"),
  "/v1/responses": generate("openai-responses"),
  "/openai/v1/responses": generate("openai-responses"),
  "/openai/responses": generate("openai-responses", true),
  "/v1/messages": generate("anthropic-messages"),
  "/v1/messages/count_tokens": { kind: "count-tokens" },
};

function listDoor(path: string): Door | undefined {
  if (path === "/v1/models" || path === "/openai/v1/models") return { kind: "models" };
  const id = /^(?:\/openai)?\/v1\/models\/(.+)$/.exec(path)?.[1];
  return id === undefined ? undefined : { kind: "model", id: decodeURIComponent(id) };
}
