/** One HTTP request to an upstream: no redirects, no cookies, a limit until the first byte, an end when the caller leaves. */
import type { ProviderConfig } from "../config/config.ts";
import { GatewayError, ownError } from "../ir/error.ts";
import { cutWithoutCredentials, headersWithoutCredentials, withoutCredentials } from "../providers/credentials.ts";
import type { Endpoint } from "../providers/provider.ts";
import type { Reply } from "../wire/reply.ts";
import { LIMITS } from "../wire/limits.ts";
import { unreachable } from "../wire/unreachable.ts";
import { isOutOfDescriptors, outOfDescriptors } from "./descriptors.ts";
import { readWhole } from "./read-whole.ts";

export interface SendOptions {
  readonly provider: string;
  readonly firstByteMs: number;
  /** Fires when the caller leaves, and when the call is cut. */
  readonly signal: AbortSignal;
}

/** Throws `upstream-unreachable`, `upstream-timeout` or `gateway-full`; any status is an answer. */
export async function send(
  endpoint: Pick<Endpoint, "url" | "headers" | "sign">,
  body: string | Uint8Array,
  options: SendOptions,
): Promise<Response> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), options.firstByteMs);
  try {
    // Over the bytes as they leave, anew for each attempt.
    const signed = endpoint.sign && (await endpoint.sign({ method: "POST", url: endpoint.url, body: bytesOf(body) }));
    return await fetch(endpoint.url, {
      method: "POST",
      headers: { ...endpoint.headers, ...signed, "content-type": "application/json" },
      body: body as string,
      redirect: "manual",
      signal: AbortSignal.any([options.signal, timer.signal]),
      // Bun's own limit is five minutes in all; ours are until the first byte and between two reads.
      timeout: false,
    } as RequestInit);
  } catch (error) {
    if (options.signal.aborted) throw new GatewayError("aborted", "nobody waits for the answer any more");
    if (timer.signal.aborted)
      throw ownError(
        "upstream-timeout",
        `The provider ${options.provider} sent nothing for ${options.firstByteMs / 1000} seconds.`,
        { provider: options.provider },
      );
    const { code = "" } = error as { code?: string };
    if (isOutOfDescriptors(code)) throw outOfDescriptors(options.provider);
    const { words, fix } = unreachable(error);
    throw ownError("upstream-unreachable", `The provider ${options.provider} could not be reached: ${words}. ${fix}`, {
      provider: options.provider,
    });
  } finally {
    clearTimeout(timeout);
  }
}

const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? new TextEncoder().encode(body) : body;

/** A refusal without the provider's credentials, whole or as much of it as comes in time: the status is judged in any case. */
export async function errorReply(response: Response, provider: ProviderConfig): Promise<Reply> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => void (headers[name] = value));
  const ms = Math.min(provider.idleMs, LIMITS.errorBodyMs);
  const bounds = { bytesMax: LIMITS.errorBodyBytesMax, idleMs: ms, until: performance.now() + ms };
  const { bytes, end } = await readWhole(response.body, bounds);
  const text = new TextDecoder().decode(bytes.subarray(0, LIMITS.errorBodyBytesMax));
  // Whoever sees where it is cut may choose the place: it must not end in half a key.
  const body = end === "eof" ? withoutCredentials(text, provider) : cutWithoutCredentials(text, provider);
  return { status: response.status, headers: headersWithoutCredentials(headers, provider), body };
}
