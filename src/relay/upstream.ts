/** One request to one target: sent, and refused where the upstream refuses. */
import { originOf } from "../clients/origin.ts";
import { DIALECTS } from "../dialects/index.ts";
import { type ErrorDetails, GatewayError, ownError } from "../ir/error.ts";
import { endpoint } from "../providers/endpoint.ts";
import { upstreamHeaders } from "../providers/headers.ts";
import { operatorsFault } from "../providers/refusals.ts";
import { isNamed } from "../routing/target.ts";
import type { Framing } from "../wire/framing.ts";
import type { Place } from "../vault/place.ts";
import type { Attempt } from "./call.ts";
import type { Outbound } from "./outbound.ts";
import { headersForClient } from "./redact.ts";
import { errorReply, send } from "./send.ts";
import { watch, type Watch } from "./watch.ts";

/** An upstream that answered with 2xx. Its first event may still be an error. */
export interface Upstream {
  readonly attempt: Attempt;
  readonly out: Outbound;
  readonly response: Response;
  readonly isStream: boolean;
  /** Of a streamed answer. */
  readonly framing: Framing;
  /** The deadline of the first word, in `performance.now()`. It runs from the moment of sending. */
  readonly firstWordBy: number;
  readonly watch: Watch;
  /** Where the vault keeps the answer; absent: nowhere. */
  readonly place?: Place;
}

/** Throws the upstream's refusal, or why it could not be reached. */
export async function askTarget(attempt: Attempt, out: Outbound): Promise<Upstream> {
  const { call, target } = attempt;
  const { sightings } = call.gateway;
  const to = endpoint(target.provider, target.dialect, target.model, call.stream ? "stream" : "generate");
  const headers = { ...upstreamHeaders(call.headers, target.provider, target.dialect, out.lane), ...to.headers };
  const { name: provider, firstByteMs } = target.provider;
  const firstWordBy = performance.now() + firstByteMs;
  const sending = send({ ...to, headers }, out.body, { provider, firstByteMs, signal: call.signal });
  // While the upstream thinks.
  const place = out.place();
  call.record.comesFrom(() =>
    originOf({ ...{ client: call.client, headers: call.headers, body: call.body }, caller: call.caller.id }),
  );
  const response = await sending;
  call.record.responded(requestIdIn(response.headers));
  if (!response.ok) throw await refusalOf(response, attempt);
  if (isNamed(target)) sightings.saw(target.provider, target.model, "answers");
  return {
    attempt,
    out,
    response,
    firstWordBy,
    isStream: to.framing.isStream(response.headers),
    framing: to.framing,
    watch: watch(call.record.firstToken, place ? out.kept : "nothing"),
    ...(place && { place }),
  };
}

/** What the vendor's support asks for. An answer's own id takes its place. */
const requestIdIn = (headers: Headers): string | undefined =>
  REQUEST_IDS.map((name) => headers.get(name)).find((id) => id !== null && id !== "") ?? undefined;
const REQUEST_IDS = ["request-id", "x-request-id", "apim-request-id", "x-amzn-requestid"];

/** The vendor's own error, or the gateway's where the operator must act. */
async function refusalOf(response: Response, { call, target }: Attempt): Promise<GatewayError> {
  const { sightings } = call.gateway;
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
  const asked = {
    provider: target.provider,
    target: { ...target.config, model: target.model },
    name: call.model,
  };
  const fault = operatorsFault({ status: reply.status, said }, asked);
  if (!fault) return error.with({ ...known, upstreamDialect: target.dialect });
  if (fault.what === "deployment" && isNamed(target)) sightings.saw(target.provider, target.model, "missing");
  // Without the reply's dialect, which would let its bytes pass as they are.
  const details: ErrorDetails = { ...known, status: reply.status, why: fault.says };
  return fault.what === "deployment"
    ? new GatewayError("unknown-model", fault.says, { ...details, param: "model" })
    : new GatewayError(error.kind, `${fault.says} It said: ${error.message}`, details);
}
