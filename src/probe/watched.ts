/** One streamed call, with what a person wants to know of it: what was said, when, and for how many tokens. Over Chat, whatever the model behind it speaks. */
import { COUNTED, probe, readChunk, type Tokens } from "../dialects/openai-chat/probe.ts";
import type { JsonObject } from "../wire/json.ts";
import { sseReader } from "../wire/sse.ts";
import { failed, type Failed, objectIn, messageOf, USER_AGENT } from "./call.ts";

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

export interface Refused {
  readonly kind: "refused";
  readonly status: number;
  readonly headers: Headers;
  readonly words: string;
  /** In OpenAI's words, as the gateway says it. */
  readonly code: unknown;
}

export async function watched({ url, key, model, prompt, timeoutMs }: Asking): Promise<Answer | Refused | Failed> {
  const question = { model, prompt, stream: true, extra: COUNTED } as const;
  const started = performance.now();
  try {
    const response = await fetch(url + probe.path(question), {
      method: "POST",
      headers: {
        "user-agent": USER_AGENT,
        ...(key !== undefined && probe.headers(key)),
        "content-type": "application/json",
      },
      body: JSON.stringify(probe.ask(question)),
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
    const { isLast, error, text, thought, tokens } = readChunk(data);
    if (isLast) heard.isWhole = true;
    if (error !== undefined) heard.error ??= error;
    if (text !== "" || thought !== "") heard.firstMs ??= passedMs();
    heard.text += text;
    heard.tokens = tokens ?? heard.tokens;
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
