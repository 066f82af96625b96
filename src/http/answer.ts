/** What every answer of ours carries, refusals included. */
import type { GatewayError } from "../ir/error.ts";
import type { DialectId } from "../ir/seal.ts";
import { refusal, type RefuseOptions } from "../relay/refuse.ts";
import type { ClientId } from "../clients/client.ts";

export const REQUEST_ID = "x-codeswitch-request-id";

/** Cursor shows nothing but the text of a 400. On its own paths always, elsewhere only when it says who it is. */
const visibleErrors = (client: ClientId, dialect: DialectId): boolean => client === "cursor" && dialect === "openai-chat";

export const refuseOptions = (client: ClientId, dialect: DialectId): RefuseOptions => ({
  dialect,
  visibleErrors: visibleErrors(client, dialect),
});

export function refuse(error: GatewayError, options: RefuseOptions): Response {
  const reply = refusal(error, options);
  return new Response(reply.body, { status: reply.status, headers: reply.headers });
}

/** The status that a caller really gets, for the record. */
export const failureStatus = (client: ClientId, dialect: DialectId, error: GatewayError): number =>
  refusal(error, refuseOptions(client, dialect)).status;
