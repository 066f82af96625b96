/** The record of one call, from its first byte to whatever ends it before an answer begins. */
import { originOf } from "../clients/origin.ts";
import { ownTags } from "../clients/own-headers.ts";
import type { Recorder, RecordHead } from "../ledger/ledger.ts";
import { closeCall, LEFT } from "../relay/close.ts";
import type { OpenCall } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import type { JsonObject } from "../wire/json.ts";
import type { BodyText } from "./body.ts";
import { refusalFor } from "./error-response.ts";
import type { Exchange } from "./exchange.ts";
import { jsonBody } from "./json-body.ts";

export interface Recorded extends BodyText, Pick<OpenCall, "signal" | "onCut"> {
  readonly json: JsonObject;
  readonly record: Recorder;
}

/** `answer` closes the record of what it answers; what it throws is recorded here, and so is a body that cannot be read. */
export async function recorded(
  exchange: Exchange,
  of: Pick<RecordHead, "kind" | "surface">,
  answer: (call: Recorded) => Promise<Response>,
): Promise<Response> {
  const { gateway, request, client, caller, calls } = exchange;
  let open: OpenCall | undefined;
  let body: JsonObject | undefined;
  const record = gateway.ledger.start({ ...headOf(exchange), ...of }, () => open?.left());
  const closing = { gateway, record, reply: of.surface };
  try {
    const { signal, onCut, untilCut } = (open = calls.enter(request.signal));
    return await untilCut(async () => {
      const read = await jsonBody(exchange, record.arrived);
      body = read.json;
      return answer({ ...read, record, signal, onCut });
    });
  } catch (error) {
    const known = toGatewayError(error);
    const from = { client, headers: request.headers, caller: caller.id };
    record.comesFrom(() => originOf(body ? { ...from, body } : from));
    if (request.signal.aborted || known.kind === "aborted") closeCall(closing, 499, undefined, LEFT);
    else closeCall(closing, refusalFor(client, of.surface, known).status, undefined, known);
    throw error;
  }
}

/** What is known before the body is read: who calls, from where, with which program and labels. */
const headOf = ({ id, client, caller, connection, request }: Exchange): Omit<RecordHead, "surface"> => ({
  ...{ id, client },
  caller: caller.name,
  keyId: caller.id,
  address: connection.peer(),
  // A budget may hang on what the operator says of the key.
  tags: { ...ownTags(request.headers), ...caller.key?.tags },
});
