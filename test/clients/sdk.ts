/** The official SDKs as clients. They live in this folder's own install; without it the tests say so and skip. */
import type { JsonObject } from "../../src/wire/json.ts";

type Fields = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, unknown>>;
type Stream = AsyncIterable<Fields>;

/** As much of each SDK as is used here. Written out, so that the root's type check needs no second install. */
export interface OpenAiSdk {
  readonly chat: { readonly completions: { create(body: Fields): Promise<Fields & Stream> } };
  readonly responses: {
    create(body: Fields): Promise<Fields & Stream>;
    stream(body: Fields): Stream & { finalResponse(): Promise<Fields> };
  };
  readonly models: { list(): Promise<{ readonly data: readonly Fields[] }>; retrieve(id: string): Promise<Fields> };
}
export interface AnthropicSdk {
  readonly messages: {
    create(body: Fields): Promise<Fields & Stream>;
    stream(body: Fields): Stream & { finalMessage(): Promise<Fields> };
    countTokens(body: Fields): Promise<Fields>;
  };
  readonly models: { list(): Promise<{ readonly data: readonly Fields[] }> };
}

interface Sdks {
  readonly OpenAI: new (options: Options) => OpenAiSdk;
  readonly Anthropic: new (options: Options) => AnthropicSdk;
}

/** A variable, so that neither the type check nor a bundler follows it. */
const load = async (name: string): Promise<{ readonly default: unknown } | undefined> => {
  try {
    return (await import(name)) as { readonly default: unknown };
  } catch {
    return undefined;
  }
};

const [openai, anthropic, schemas] = await Promise.all([
  load("openai"),
  load("@anthropic-ai/sdk"),
  load("@anthropic-ai/sdk/lib/transform-json-schema"),
]);

/** Undefined: `npm ci` has not run in test/clients. */
export const SDKS: Sdks | undefined =
  openai && anthropic ? ({ OpenAI: openai.default, Anthropic: anthropic.default } as Sdks) : undefined;
/** How Anthropic's SDK fits a schema to what its API enforces. */
export const transformSchema = (
  schemas as { readonly transformJSONSchema?: (schema: JsonObject) => JsonObject } | undefined
)?.transformJSONSchema;
export const WITHOUT_SDKS = "the SDKs are not installed: run `npm ci` in test/clients";

/** Without retries unless they are asked for: a test wants the first answer. */
export function openAi(url: string, key = "test-key", maxRetries = 0): OpenAiSdk {
  if (!SDKS) throw new Error(WITHOUT_SDKS);
  return new SDKS.OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries });
}
export function anthropicSdk(url: string, key = "test-key", maxRetries = 0): AnthropicSdk {
  if (!SDKS) throw new Error(WITHOUT_SDKS);
  return new SDKS.Anthropic({ baseURL: url, apiKey: key, maxRetries });
}
