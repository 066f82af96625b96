/** One call for a check, and every way that it can fail in a sentence. */
import type { JsonObject } from "../wire/json.ts";

export interface Asked {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly timeoutMs: number;
}

export type Got =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
      /** Absent where the text is no JSON object. */
      readonly json: JsonObject | undefined;
      readonly tookMs: number;
    }
  | {
      readonly kind: "failed";
      readonly fault: "timeout" | "tls" | "unreachable";
      readonly words: string;
      readonly fix: string;
    };

/** Who asks, for the log of whoever is asked. */
const USER_AGENT = "codeswitch";

/** A web page instead of an API is no more than this. */
const TEXT_MAX = 2_000_000;

export async function call({ url, method, headers, body, timeoutMs }: Asked): Promise<Got> {
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: method ?? (body ? "POST" : "GET"),
      headers: { "user-agent": USER_AGENT, ...headers, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
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
export function messageOf(got: Extract<Got, { kind: "answer" }>): string {
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

type Failed = Extract<Got, { kind: "failed" }>;

function failed(error: unknown, timeoutMs: number): Failed {
  const { code = "", name = "", message = "" } = error as { code?: string; name?: string; message?: string };
  if (name === "TimeoutError")
    return {
      kind: "failed",
      fault: "timeout",
      words: `it said nothing for ${timeoutMs / 1000} seconds`,
      fix: "Check the address, the network and any proxy on the way.",
    };
  const tls = TLS.find(([pattern]) => pattern.test(code) || pattern.test(message));
  if (tls) return { kind: "failed", fault: "tls", words: tls[1], fix: tls[2] };
  const reach = REACH.find(([pattern]) => pattern.test(code) || pattern.test(message));
  const [, words, fix] = reach ?? [/./, `it cannot be reached (${code || name})`, "Check the address and the network."];
  return { kind: "failed", fault: "unreachable", words, fix };
}

type Row = readonly [pattern: RegExp, words: string, fix: string];
const OWN_CA = "If it is your own authority, name its file in NODE_EXTRA_CA_CERTS and start again.";

/** OpenSSL's names for them, which the runtime hands on: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/ */
const TLS: readonly Row[] = [
  [/CERT_HAS_EXPIRED/i, "its certificate has expired", "Renew it, or check this machine's clock."],
  [/CERT_NOT_YET_VALID/i, "its certificate is not valid yet", "Check this machine's clock."],
  [
    /ALTNAME|HOSTNAME_MISMATCH/i,
    "its certificate is for another host",
    "Use the name that the certificate was made for.",
  ],
  [/SELF_SIGNED/i, "its certificate is self-signed, which nothing here trusts", OWN_CA],
  [
    /UNABLE_TO_(VERIFY|GET)|UNKNOWN_ISSUER|UNTRUSTED|CERT_SIGNATURE/i,
    "nothing here knows who signed its certificate",
    OWN_CA,
  ],
  [/CERT_REVOKED/i, "its certificate has been revoked", "Renew it."],
  [
    /ERR_SSL|ERR_TLS|SSL|TLS|CERT/,
    "it does not speak TLS as it should",
    "Check whether the address should start with http:// instead, and the port.",
  ],
];

/** Something listens, and speaks another protocol. */
export const CLOSED = "it closed the connection without an answer";

const REACH: readonly Row[] = [
  [/ConnectionRefused|ECONNREFUSED/i, "nothing listens there", "Check host and port, and that the server runs."],
  [
    /ENOTFOUND|EAI_AGAIN|DNS|FailedToOpenSocket|getaddrinfo/i,
    "its host name is not found, or nothing answers at it",
    "Check the name for typing errors, the network and the DNS.",
  ],
  [/ConnectionClosed|ECONNRESET|EPIPE/i, CLOSED, "Check the port, and whether it wants https://."],
  [/EHOSTUNREACH|ENETUNREACH/i, "there is no way to its network", "Check the network, a VPN, or a firewall."],
  [/ERR_INVALID_URL|InvalidURL/i, "its address is no URL", "Correct it."],
];
