/** POST /v1/messages/count_tokens: the vendor's own counter where it has one, else a local tokenizer that says so. */
import { withoutAttribution } from "../clients/claude-code.ts";
import { DIALECTS } from "../dialects/index.ts";
import { countsTokens, endpoint } from "../providers/endpoint.ts";
import { upstreamHeaders } from "../providers/headers.ts";
import { replyWithoutSecrets } from "../providers/secrets.ts";
import { plan, type Target } from "../routing/plan.ts";
import { applyEdits } from "../wire/edit.ts";
import { requiredString } from "../wire/json.ts";
import { errorReply, send } from "../relay/send.ts";
import { ERROR_FACTS } from "../ir/error.ts";
import type { Exchange, Handler } from "./exchange.ts";
import { MESSAGES } from "./surfaces.ts";
import { jsonBody } from "./json-body.ts";

export const countTokens: Handler = async (exchange) => {
  const { json, text } = await jsonBody(exchange);
  const { targets } = plan(exchange.gateway.config, requiredString(json, "model"), exchange.caller.key);
  const counter = targets.find((target) => countsTokens(target.provider, target.dialect));
  const counted = counter && (await countAtVendor(exchange, counter, text));
  if (counted) return counted;
  const { value } = DIALECTS[MESSAGES.reply].request.decode(json);
  const { provider, model } = targets[0] as Target;
  const tokens = await exchange.gateway.tokens.count(
    { provider: provider.name, model },
    withoutAttribution(value).value,
  );
  return Response.json({ input_tokens: tokens }, { headers: { "x-codeswitch-estimated": "true" } });
};

/** undefined where the vendor has no counter, or is out of reach: an estimate serves better than an error. */
async function countAtVendor(exchange: Exchange, target: Target, text: string): Promise<Response | undefined> {
  const { url, headers } = endpoint(target.provider, target.dialect, target.model, "count-tokens");
  const response = await send(
    {
      url,
      headers: { ...upstreamHeaders(exchange.request.headers, target.provider, target.dialect, "native"), ...headers },
    },
    applyEdits(text, [{ name: "model", path: ["model"], value: target.model }]),
    { provider: target.provider.name, firstByteMs: target.provider.firstByteMs, signal: exchange.request.signal },
  ).catch(() => undefined);
  if (!response) return undefined;
  if (response.ok) return new Response(response.body, { headers: { "content-type": "application/json" } });
  const reply = replyWithoutSecrets(await errorReply(response), target.provider);
  const error = DIALECTS[MESSAGES.reply].error.decode(reply);
  if (response.status === 404 || ERROR_FACTS[error.kind].failover) return undefined;
  throw error.with({ upstream: reply, upstreamDialect: target.dialect, provider: target.provider.name });
}
