/** One call for a check, and every way that it can fail in a sentence. */
import type { JsonObject } from "../wire/json.ts";
import { unreachable } from "../wire/unreachable.ts";

export interface Asked {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly timeoutMs: number;
}

export interface Answered {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Absent where the text is no JSON object. */
  readonly json: JsonObject | undefined;
  readonly tookMs: number;
}

export interface Failed {
  readonly kind: "failed";
  readonly fault: "timeout" | "tls" | "unreachable";
  readonly words: string;
  readonly fix: string;
}

export type Got = Answered | Failed;

export const isGood = (got: Got): got is Answered => got.kind === "answer" && got.status === 200;

/** Who asks, for the log of whoever is asked. */
export const USER_AGENT = "codeswitch";

/** A web page instead of an API is no more than this. */
const TEXT_MAX = 2_000_000;

export async function call({ url, method, headers, body, timeoutMs }: Asked): Promise<Got> {
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: method ?? (body ? "POST" : "GET"),
      headers: { "user-agent": USER_AGENT, ...headers, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await textOf(response);
    const tookMs = Math.round(performance.now() - started);
    return { kind: "answer", status: response.status, headers: response.headers, text, json: objectIn(text), tookMs };
  } catch (error) {
    return failed(error, timeoutMs);
  }
}

async function textOf({ body }: Response): Promise<string> {
  const utf8 = new TextDecoder();
  let text = "";
  // Who leaves the loop closes the connection.
  for await (const piece of body ?? []) {
    text += utf8.decode(piece, { stream: true });
    if (text.length >= TEXT_MAX) break;
  }
  return text.slice(0, TEXT_MAX);
}

/** The vendor's own words, of whatever shape its errors have. */
export function messageOf(got: Answered): string {
  const error = got.json?.error ?? got.json;
  const message = typeof error === "string" ? error : ((error ?? {}) as JsonObject).message;
  const words = typeof message === "string" && message !== "" ? message : got.text;
  const line = words.replace(/\s+/g, " ").trim();
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}

export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

export function failed(error: unknown, timeoutMs: number): Failed {
  if ((error as { name?: string }).name !== "TimeoutError") return { kind: "failed", ...unreachable(error) };
  return {
    kind: "failed",
    fault: "timeout",
    words: `it said nothing for ${timeoutMs / 1000} seconds`,
    fix: "Check the address, the network and any proxy on the way.",
  };
}
