/** The count of a call's tokens: the vendor's own counter where it has one, else a local tokenizer that says so. */
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
import { ERROR_FACTS } from "../ir/error.ts";
import type { Exchange, Handler } from "./exchange.ts";
import { jsonBody } from "./json-body.ts";

export const countTokens =
  (dialect: DialectId, tokenCount: TokenCount): Handler =>
  (exchange) =>
    recorded(exchange, { kind: "count", surface: dialect }, async (call) => {
      const { gateway } = exchange;
      const { record } = call;
      record.draft.dialect = dialect;
      const response = await count(exchange, { ...call, dialect, tokenCount });
      record.comesFrom(() => originOfCount(exchange, call));
      closeCall({ gateway, record, reply: dialect }, response.status);
      return response;
    });

interface Counting extends Recorded {
  readonly dialect: DialectId;
  readonly tokenCount: TokenCount;
}

async function count(exchange: Exchange, counting: Counting): Promise<Response> {
  const { json, text, record } = counting;
  const { key } = exchange.caller;
  const model = requiredString(json, "model");
  record.draft.modelAsked = model;
  const { targets, modelName } = plan(exchange.gateway.config, model, key);
  record.draft.modelEntry = modelName;
  checkOtherModels(exchange.gateway.config, json, targets, key);
  const counter = targets.find(
    (target) => target.dialect === counting.dialect && countsTokens(target.provider, target.dialect),
  );
  const counted = counter && (await countAtVendor(exchange, counter, text, counting));
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
  text: string,
  { tokenCount, signal }: Counting,
): Promise<Response | undefined> {
  const to = endpoint(target.provider, target.dialect, target.model, "count-tokens");
  const { name: provider, firstByteMs, idleMs } = target.provider;
  const ms = Math.min(LIMITS.countMs, firstByteMs);
  const until = performance.now() + ms;
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
  ).catch(() => undefined);
  if (!response) return undefined;
  if (response.ok) {
    const { bytes, end } = await readWhole(response.body, { bytesMax: LIMITS.countBytesMax, idleMs, until });
    const counted = new TextDecoder().decode(bytes);
    if (end !== "eof" || !isCount(counted, tokenCount)) return undefined;
    return new Response(counted, { headers: { "content-type": "application/json" } });
  }
  const reply = await errorReply(response, target.provider);
  const error = DIALECTS[target.dialect].error.decode(reply);
  if (response.status === 404 || ERROR_FACTS[error.kind].failover) return undefined;
  const forClient = headersForClient(response.headers, target.provider);
  throw error.with({ upstream: reply, upstreamDialect: target.dialect, headers: forClient, provider });
}

function isCount(text: string, { isAnswer }: TokenCount): boolean {
  try {
    const answer = parseJson(text);
    return isObject(answer) && isAnswer(answer);
  } catch {
    return false;
  }
}
