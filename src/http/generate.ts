/** POST of a call in one of the dialects. */
import { originOf } from "../clients/origin.ts";
import { closeCall, LEFT } from "../relay/close.ts";
import type { Surface } from "../relay/call.ts";
import type { OpenCall } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { relay } from "../relay/relay.ts";
import type { JsonObject } from "../wire/json.ts";
import { refusalFor } from "./error-response.ts";
import type { Handler } from "./exchange.ts";
import { jsonBody } from "./json-body.ts";
import { recordHead } from "./record-head.ts";

export const generate =
  (surface: Surface): Handler =>
  async (exchange) => {
    const { gateway, request, path, client, caller, connection, id, calls } = exchange;
    let open: OpenCall | undefined;
    const record = gateway.ledger.start(recordHead(exchange, "call", surface.reply), () => open?.left());
    const closing = { gateway, record, reply: surface.reply };
    let body: JsonObject | undefined;
    try {
      const entered = calls.enter(request.signal);
      open = entered;
      return await entered.untilCut(async () => {
        const { bytes, text, json } = await jsonBody(exchange);
        body = json;
        return relay({
          ...{ gateway, id, surface, path, client, caller, connection, record, bytes, text, body },
          headers: request.headers,
          signal: entered.signal,
          onCut: entered.onCut,
        });
      });
    } catch (error) {
      const known = toGatewayError(error);
      const { headers } = request;
      record.comesFrom(() => originOf({ client, headers, caller: caller.id, ...(body && { body }) }));
      if (request.signal.aborted || known.kind === "aborted") closeCall(closing, 499, undefined, LEFT);
      else closeCall(closing, refusalFor(client, surface.reply, known).status, undefined, known);
      throw error;
    }
  };
