/** An error as a reply in the caller's own dialect. */
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { ShapeError } from "../wire/json.ts";
import type { Reply } from "../wire/reply.ts";
import { visibleMessage } from "../clients/cursor.ts";

export interface RefuseOptions {
  readonly dialect: DialectId;
  /** The client shows only the text of a 400. */
  readonly visibleErrors: boolean;
}

/** The retry-after of a 429 whose upstream named none: some clients give up without the header. */
const RETRY_AFTER_DEFAULT = "2";

export function refusal(error: GatewayError, options: RefuseOptions): Reply {
  const reply = said(error, options);
  return { ...reply, headers: { ...error.details.headers, ...reply.headers } };
}

function said(error: GatewayError, options: RefuseOptions): Reply {
  const visible = options.visibleErrors ? visibleMessage(error) : undefined;
  if (visible !== undefined)
    return encode(new GatewayError("invalid-request", visible, { ...strip(error), status: 400 }), options.dialect);
  const { upstream, upstreamDialect } = error.details;
  if (upstream && upstreamDialect === options.dialect && upstream.status >= 400 && isWhole(upstream))
    return withRetryAfter(pass(upstream));
  return withRetryAfter(encode(error, options.dialect));
}

const encode = (error: GatewayError, dialect: DialectId): Reply => DIALECTS[dialect].error.encode(error);

const strip = (error: GatewayError): object => ({ ...(error.details.param && { param: error.details.param }) });

/** Whether a client can read the reply: JSON that breaks off in its middle is not sent on. */
function isWhole({ headers, body }: Reply): boolean {
  if (!headers["content-type"]?.includes("json")) return true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Clients match an upstream's wording, so it passes unmodified. */
function pass(upstream: Reply): Reply {
  const { "content-type": type, "retry-after": wait } = upstream.headers;
  return {
    status: upstream.status,
    headers: { "content-type": type ?? "application/json", ...(wait !== undefined && { "retry-after": wait }) },
    body: upstream.body,
  };
}

const withRetryAfter = (reply: Reply): Reply =>
  reply.status === 429 && reply.headers["retry-after"] === undefined
    ? { ...reply, headers: { ...reply.headers, "retry-after": RETRY_AFTER_DEFAULT } }
    : reply;

/** Any thrown value as an error that a caller may read. A fault of the gateway itself shows no details. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof ShapeError)
    return new GatewayError("invalid-request", `${error.message}. Correct the field and send the request again.`, {
      ...(error.path !== "" && { param: error.path }),
    });
  // Every recursion here follows the body's own nesting.
  if (error instanceof RangeError)
    return new GatewayError("invalid-request", "The body is nested too deeply. Flatten it and send it again.");
  return new GatewayError(
    "internal",
    "The gateway failed at this request. Its log has the reason under the request id.",
  );
}
