/** One streamed call, with what a person wants to know of it: what was said, when, and for how many tokens. Reads nothing with dialects/, like voices.ts. */
import { cachedTokens, countIn } from "../ir/counters.ts";
import { isObject, type JsonObject } from "../wire/json.ts";
import { sseReader } from "../wire/sse.ts";
import { failed, type Failed, objectIn, messageOf, USER_AGENT } from "./call.ts";
import { VOICES } from "./voices.ts";

export interface Asking {
  /** Without /v1. */
  readonly url: string;
  /** Absent: none is sent. */
  readonly key: string | undefined;
  readonly model: string;
  readonly prompt: string;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly kind: "answer";
  readonly headers: Headers;
  readonly text: string;
  readonly firstMs: number | undefined;
  readonly tookMs: number;
  readonly tokens: Tokens | undefined;
}

/** Absent: not said. */
export interface Tokens {
  readonly prompt: number;
  readonly cached?: number;
  readonly output: number;
  readonly thinking?: number;
}

export interface Refused {
  readonly kind: "refused";
  readonly status: number;
  readonly headers: Headers;
  readonly words: string;
  /** In OpenAI's words, as the gateway says it. */
  readonly code: unknown;
}

const VOICE = VOICES["openai-chat"];

export async function watched({ url, key, model, prompt, timeoutMs }: Asking): Promise<Answer | Refused | Failed> {
  const body = VOICE.ask({ model, prompt, stream: true, extra: { stream_options: { include_usage: true } } });
  const started = performance.now();
  try {
    const response = await fetch(url + VOICE.path, {
      method: "POST",
      headers: {
        "user-agent": USER_AGENT,
        ...(key !== undefined && VOICE.headers(key)),
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) return refusedBy(response, await response.text());
    return await answered(response, () => Math.round(performance.now() - started));
  } catch (error) {
    return failed(error, timeoutMs);
  }
}

async function answered(response: Response, passedMs: () => number): Promise<Answer | Refused> {
  const { headers } = response;
  const heard: { text: string; firstMs?: number; tokens?: Tokens; error?: string; isWhole?: true } = { text: "" };
  const hear = ({ data }: { readonly data: string }): void => {
    if (data === "[DONE]") return void (heard.isWhole = true);
    const chunk = objectIn(data);
    if (!chunk) return;
    if (chunk.error !== undefined) heard.error ??= data;
    const { text, thought } = deltaOf(chunk);
    if (text !== "" || thought !== "") heard.firstMs ??= passedMs();
    heard.text += text;
    heard.tokens = tokensOf(chunk) ?? heard.tokens;
  };
  const reader = sseReader();
  for await (const piece of response.body ?? []) reader.push(piece, hear);
  reader.end("eof", hear);
  const { text, firstMs, tokens, error, isWhole } = heard;
  if (error !== undefined) return refusedBy(response, error);
  if (!isWhole)
    return { kind: "refused", status: 200, headers, words: "The stream broke off before its end.", code: undefined };
  return { kind: "answer", headers, text, firstMs, tookMs: passedMs(), tokens };
}

function refusedBy({ status, headers }: Response, text: string): Refused {
  const got = { kind: "answer", status, headers, text, json: objectIn(text), tookMs: 0 } as const;
  const { code } = (got.json?.error ?? {}) as JsonObject;
  return { kind: "refused", status, headers, words: messageOf(got), code };
}

function deltaOf(chunk: JsonObject): { readonly text: string; readonly thought: string } {
  const [choice] = (Array.isArray(chunk.choices) ? chunk.choices : []) as readonly JsonObject[];
  const delta = (choice?.delta ?? {}) as JsonObject;
  const words = (value: unknown): string => (typeof value === "string" ? value : "");
  return { text: words(delta.content), thought: words(delta.reasoning_content) };
}

function tokensOf({ usage }: JsonObject): Tokens | undefined {
  if (!isObject(usage)) return undefined;
  const cached = cachedTokens(usage);
  const thinking = countIn(usage.completion_tokens_details, "reasoning_tokens");
  return {
    prompt: countIn(usage, "prompt_tokens") ?? 0,
    output: countIn(usage, "completion_tokens") ?? 0,
    ...(cached !== undefined && { cached }),
    ...(thinking !== undefined && { thinking }),
  };
}
