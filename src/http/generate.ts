/** POST of a call in one of the dialects. */
import { relay } from "../relay/relay.ts";
import type { Surface } from "../relay/call.ts";
import type { OpenCall } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { type CallRecord, openRecord, type OpenRecord } from "../ledger/ledger.ts";
import type { Exchange, Handler } from "./exchange.ts";
import { jsonBody } from "./json-body.ts";
import { failureStatus } from "./answer.ts";

export const generate =
  (surface: Surface): Handler =>
  async (exchange) => {
    const { gateway, request, client, caller, id } = exchange;
    let open: OpenCall | undefined;
    const closed = (record: CallRecord): void => {
      open?.left();
      gateway.log.write(record);
    };
    const record = openRecord({ id, client, surface: surface.reply }, { clock: gateway.clock, closed });
    record.draft.caller = caller.name;
    try {
      const entered = exchange.calls.enter(request.signal);
      open = entered;
      return await entered.untilCut(() => answer(exchange, surface, record, entered));
    } catch (error) {
      const known = toGatewayError(error);
      if (known.kind === "aborted" || request.signal.aborted) record.close("abandoned", 499);
      else record.close("failed", failureStatus(client, surface.reply, known), known);
      throw error;
    }
  };

async function answer(exchange: Exchange, surface: Surface, record: OpenRecord, open: OpenCall): Promise<Response> {
  const { gateway, request, path, client, caller, connection, id } = exchange;
  const { bytes, text, json } = await jsonBody(exchange);
  const said = { path, headers: request.headers, bytes, text, body: json };
  return relay(
    { id, surface, client, caller, connection, ...said, signal: open.signal, record, onCut: open.onCut },
    gateway,
  );
}
