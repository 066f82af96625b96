/** One error for everything that can go wrong; each dialect prints it in its own words. */
import type { JsonObject } from "../wire/json.ts";
import type { Reply } from "../wire/reply.ts";
import type { DialectId } from "./dialect-id.ts";

export type ErrorKind = keyof typeof ERROR_FACTS;

interface ErrorFacts {
  /** The HTTP status that a caller sees. */
  readonly status: number;
  /** The next target may succeed where this one failed. */
  readonly failover: boolean;
  /** The same target may succeed a moment later. */
  readonly retryable: boolean;
}

const facts = (status: number, failover = false, retryable = false): ErrorFacts => ({ status, failover, retryable });

export const ERROR_FACTS = {
  "invalid-request": facts(400),
  "context-overflow": facts(400),
  "content-filter": facts(400),
  /** A seal in the body that this account did not make: a client replays it, and another target of the model may have. */
  "foreign-seal": facts(400, true),
  /** A `meaning` loss under strict, or a feature that no target has. */
  unsupported: facts(400),
  unauthenticated: facts(401),
  forbidden: facts(403),
  "unknown-model": facts(404),
  "not-found": facts(404),
  /** The rest of the conversation is at another vendor: a target behind this one may be it. */
  "foreign-thread": facts(404, true),
  "method-not-allowed": facts(405),
  "request-timeout": facts(408),
  "body-too-large": facts(413),
  "unsupported-media": facts(415),
  "upgrade-required": facts(426),
  "rate-limited": facts(429, true, true),
  /** The account behind the provider has no money or quota left: waiting does not help. */
  "quota-exhausted": facts(429, true),
  /** A budget of this gateway is spent. SDKs ask again after a 429, and give up at a 422. */
  "budget-exceeded": facts(422),
  /** The caller went away. Nobody reads this; the ledger does. */
  aborted: facts(499),
  internal: facts(500),
  "upstream-failed": facts(502, true, true),
  "upstream-unreachable": facts(502, true, true),
  "upstream-cut": facts(502, true, true),
  overloaded: facts(529, true, true),
  "upstream-timeout": facts(504, true),
  unavailable: facts(503, true, true),
  /** This machine has no room for the call: another target does not help, a wait does. */
  "gateway-full": facts(503),
  "gateway-stopping": facts(503),
  /** The provider refuses our key. */
  "upstream-auth": facts(401),
  "upstream-forbidden": facts(403),
} as const satisfies Record<string, ErrorFacts>;

export interface ErrorDetails {
  /** The field at fault, as the caller would look for it: `messages[3].content`. */
  readonly param?: string;
  /** The dialect's own finer word, such as `context_length_exceeded`. Printed as `code` where there is one. */
  readonly code?: string;
  /** The status that the upstream used, when it differs from the kind's. */
  readonly status?: number;
  /** Seconds, or an HTTP date: as the upstream wrote it. */
  readonly retryAfter?: string;
  /** What the upstream said, for the native lane: clients match its wording. */
  readonly upstream?: Reply;
  /** Of the upstream's answer, whether it refused by its status or inside a 200: waits, limits and ids, for the caller. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The dialect of that reply. */
  readonly upstreamDialect?: DialectId;
  /** A limit of this gateway refused it, not one of the target: no other target is asked, and none again. */
  readonly ours?: true;
  /** A limit of this gateway on one provider refused it: a target of another may take the call. */
  readonly nextTarget?: true;
  /** Whose fault it is, for the log: a provider's name. */
  readonly provider?: string;
  /** For the log: the gateway's own sentence, with nothing in it that a caller or a vendor wrote. Absent: its kind says enough. */
  readonly why?: string;
}

/** `message` says what is wrong, with which value, and what to do. It never holds a key or a prompt. */
export class GatewayError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = "GatewayError";
  }
  get status(): number {
    return this.details.status ?? ERROR_FACTS[this.kind].status;
  }
  /** The same error with more known about it. */
  with(details: ErrorDetails): GatewayError {
    return new GatewayError(this.kind, this.message, { ...this.details, ...details });
  }
}

/** Why a target is left that may still be thinking. */
export const LEAVES: ReadonlySet<ErrorKind> = new Set<ErrorKind>(["aborted", "gateway-stopping", "upstream-timeout"]);

/** An error whose message nobody but the gateway wrote, so that the log may have it too. */
export const ownError = (kind: ErrorKind, message: string, details: ErrorDetails = {}): GatewayError =>
  new GatewayError(kind, message, { ...details, why: message });

/** A stream that broke off. Where no status tells, pi retries what it reads "connection lost" in; the others go by the type. */
export const connectionLost = (how: string): GatewayError =>
  new GatewayError("upstream-cut", `connection lost: ${how}; ask again`);

/** `body`: in the words of the caller's dialect. */
export const errorReply = (error: GatewayError, body: JsonObject, { retryAfter } = error.details): Reply => ({
  status: error.status,
  headers: { "content-type": "application/json", ...(retryAfter !== undefined && { "retry-after": retryAfter }) },
  body: JSON.stringify(body),
});

/** What an upstream's status means. `quota-exhausted` and `context-overflow` need its body: each dialect decides them. */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return "upstream-auth";
    case 403:
      return "upstream-forbidden";
    case 404:
      return "unknown-model";
    case 408:
      return "upstream-timeout";
    case 413:
      return "body-too-large";
    case 429:
      return "rate-limited";
    case 503:
      return "unavailable";
    case 504:
      return "upstream-timeout";
    case 529:
      return "overloaded";
    default:
      return status >= 500 ? "upstream-failed" : "invalid-request";
  }
}
