/** The count of a call's tokens: the vendor's own counter where it has one, else a local tokenizer that says so. */
import { originOf } from "../clients/origin.ts";
import { withoutAttribution } from "../clients/claude-code.ts";
import type { TokenCount } from "../dialects/dialect.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { countsTokens, endpoint } from "../providers/endpoint.ts";
import { upstreamHeaders } from "../providers/headers.ts";
import { checkOtherModels } from "../routing/other-models.ts";
import { plan } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import { applyEdits } from "../wire/edit.ts";
import { isObject, parseJson, requiredString } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { readWhole } from "../relay/read-whole.ts";
import { headersForClient } from "../relay/redact.ts";
import { errorReply, send } from "../relay/send.ts";
import { ERROR_FACTS, type GatewayError, ownError } from "../ir/error.ts";
import { closeCall } from "../relay/close.ts";
import { toGatewayError } from "../relay/refuse.ts";
import type { Exchange, Handler } from "./exchange.ts";
import { type Recorded, recorded } from "./recorded.ts";

export const countTokens =
  (dialect: DialectId, tokenCount: TokenCount): Handler =>
  (exchange) =>
    recorded(exchange, { kind: "count", surface: dialect }, async (call) => {
      const { record, json } = call;
      const { gateway, request, client, caller } = exchange;
      record.draft.dialect = dialect;
      const response = await count(exchange, { ...call, dialect, tokenCount });
      record.comesFrom(() => originOf({ client, headers: request.headers, caller: caller.id, body: json }));
      closeCall({ gateway, record, reply: dialect }, response.status);
      return response;
    });

interface Counting extends Recorded {
  readonly dialect: DialectId;
  readonly tokenCount: TokenCount;
}

async function count(exchange: Exchange, counting: Counting): Promise<Response> {
  const { json, record } = counting;
  const { key } = exchange.caller;
  const asked = requiredString(json, "model");
  record.draft.modelAsked = asked;
  const found = plan(exchange.gateway.config, asked, key);
  const { targets, modelName } = found;
  record.draft.modelEntry = modelName;
  checkOtherModels(exchange.gateway.config, json, targets, key);
  const { id, caller, gateway } = exchange;
  const { dialect, bytes } = counting;
  await gateway.hooks.admit?.({ kind: "count", id, caller, plan: found, body: json, dialect, bytes, record });
  const counter = targets.find(
    (target) => target.dialect === counting.dialect && countsTokens(target.provider, target.dialect),
  );
  const counted = counter && (await countAtVendor(exchange, counter, counting));
  if (counted) return counted;
  const { value } = DIALECTS[counting.dialect].request.decode(json);
  const { provider, model } = targets[0] as Target;
  const tokens = await exchange.gateway.tokens.count(
    { provider: provider.name, model },
    withoutAttribution(value).value,
  );
  return Response.json(counting.tokenCount.encode(tokens), { headers: { "x-codeswitch-estimated": "true" } });
}

/** undefined where the vendor has no counter, is out of reach or takes its time: an estimate serves better than an error. */
async function countAtVendor(
  exchange: Exchange,
  target: Target,
  { tokenCount, signal, text, record }: Counting,
): Promise<Response | undefined> {
  const to = endpoint(target.provider, target.dialect, target.model, "count-tokens");
  const { name: provider, firstByteMs, idleMs } = target.provider;
  const ms = Math.min(LIMITS.countMs, firstByteMs);
  const until = performance.now() + ms;
  record.attempt({ provider, model: target.model }, { lane: "native", losses: [] });
  const response = await send(
    {
      ...to,
      headers: {
        ...upstreamHeaders(exchange.request.headers, target.provider, target.dialect, "native"),
        ...to.headers,
      },
    },
    applyEdits(text, [{ name: "model", path: ["model"], value: target.model }]),
    { provider, firstByteMs: ms, signal },
  ).catch((error: unknown) => void record.attempted(toGatewayError(error)));
  if (!response) return undefined;
  record.responded(undefined);
  if (response.ok) {
    const { bytes, end } = await readWhole(response.body, { bytesMax: LIMITS.countBytesMax, idleMs, until });
    const counted = new TextDecoder().decode(bytes);
    const isWhole = end === "eof" && isCount(counted, tokenCount);
    record.attempted(isWhole ? undefined : noCount(provider));
    if (!isWhole) return undefined;
    return new Response(counted, { headers: { "content-type": "application/json" } });
  }
  const reply = await errorReply(response, target.provider);
  const error = DIALECTS[target.dialect].error.decode(reply);
  record.attempted(error.with({ upstream: reply, provider }));
  if (response.status === 404 || ERROR_FACTS[error.kind].failover) return undefined;
  const forClient = headersForClient(response.headers, target.provider);
  throw error.with({ upstream: reply, upstreamDialect: target.dialect, headers: forClient, provider });
}

const noCount = (provider: string): GatewayError =>
  ownError("upstream-failed", `The provider ${provider} answered with something that is no count.`, { provider });

function isCount(text: string, { isAnswer }: TokenCount): boolean {
  try {
    const answer = parseJson(text);
    return isObject(answer) && isAnswer(answer);
  } catch {
    return false;
  }
}
