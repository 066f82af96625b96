/** An upstream's answer that breaks a bound or cannot be read is the upstream's failure, so that the next target is tried. */
import { type ErrorDetails, GatewayError, ownError } from "../ir/error.ts";
import { FrameTooLarge } from "../wire/sse.ts";

/** `headers`: of the answer that holds the error, for the caller. */
export function upstreamFault(error: unknown, provider: string, headers?: ErrorDetails["headers"]): unknown {
  if (error instanceof GatewayError) {
    // A limit that refuses inside a 200 has its wait in the head of that.
    const retryAfter = error.details.retryAfter ?? headers?.["retry-after"];
    return error.with({ provider, ...(headers && { headers }), ...(retryAfter !== undefined && { retryAfter }) });
  }
  if (error instanceof FrameTooLarge) return failed(provider, error.message);
  // Every recursion here follows the answer's own nesting.
  if (error instanceof RangeError) return failed(provider, "it is nested too deeply");
  return error;
}

const failed = (provider: string, why: string): GatewayError =>
  ownError("upstream-failed", `The provider ${provider} sent an answer that cannot be read: ${why}.`, {
    provider,
  });
