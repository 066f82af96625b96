/** POST of a call in one of the dialects. */
import { relay } from "../relay/relay.ts";
import type { Surface } from "../relay/call.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { ledger } from "../ledger/ledger.ts";
import type { Handler } from "./exchange.ts";
import { jsonBody } from "./json-body.ts";
import { failureStatus } from "./answer.ts";

export const generate =
  (surface: Surface): Handler =>
  async (exchange) => {
    const { gateway, request, client, caller, id } = exchange;
    const record = ledger(gateway.log, gateway.clock).open({ id, client, surface: surface.reply });
    record.draft.caller = caller.name;
    try {
      const { bytes, text, json } = await jsonBody(exchange);
      const pathModel = exchange.captured[0];
      return await relay(
        {
          id,
          surface,
          path: exchange.path,
          client,
          caller,
          headers: request.headers,
          ...(pathModel !== undefined && { pathModel }),
          bytes,
          text,
          body: json,
          signal: request.signal,
          record,
        },
        gateway,
      );
    } catch (error) {
      const known = toGatewayError(error);
      if (known.kind === "aborted" || request.signal.aborted) record.close("abandoned", 499, "aborted");
      else record.close("failed", failureStatus(client, surface.reply, known), known.kind);
      throw error;
    }
  };
