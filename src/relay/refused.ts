/** An upstream's refusal, as the error that its caller gets: the vendor's own, or the gateway's where it is the operator who must act. */
import { DIALECTS } from "../dialects/index.ts";
import { type ErrorDetails, GatewayError, ownError } from "../ir/error.ts";
import { operatorsFault } from "../providers/refusals.ts";
import type { Sightings } from "../providers/sightings.ts";
import { isNamed, type Target } from "../routing/plan.ts";
import { headersForClient } from "./redact.ts";
import { errorReply } from "./send.ts";

/** `name`: what the caller asked for. */
export async function refusalOf(
  response: Response,
  target: Target,
  name: string,
  sightings: Sightings,
): Promise<GatewayError> {
  const provider = target.provider.name;
  if (response.status < 400) {
    await response.body?.cancel();
    return ownError(
      "upstream-failed",
      `The provider ${provider} answered with a redirect (${response.status}), which is not followed. Correct its base_url.`,
      { provider },
    );
  }
  const reply = await errorReply(response, target.provider);
  const error = DIALECTS[target.dialect].error.decode(reply);
  const retryAfter = reply.headers["retry-after"] ?? error.details.retryAfter;
  const known = {
    provider,
    upstream: reply,
    headers: headersForClient(response.headers, target.provider),
    ...(retryAfter !== undefined && { retryAfter }),
  };
  const said = `${error.details.code ?? ""} ${error.message}`;
  const asked = { provider: target.provider, target: { ...target.config, model: target.model }, name };
  const fault = operatorsFault({ status: reply.status, said }, asked);
  if (!fault) return error.with({ ...known, upstreamDialect: target.dialect });
  if (fault.what === "deployment" && isNamed(target)) sightings.saw(target.provider, target.model, "missing");
  // Without the reply's dialect, which would let its bytes pass as they are.
  const details: ErrorDetails = { ...known, status: reply.status, why: fault.says };
  return fault.what === "deployment"
    ? new GatewayError("unknown-model", fault.says, { ...details, param: "model" })
    : new GatewayError(error.kind, `${fault.says} It said: ${error.message}`, details);
}
