/** An error of the gateway as the HTTP response to one client, and the header that every response carries. */
import type { GatewayError } from "../ir/error.ts";
import { OPENAI_CHAT } from "../dialects/openai-chat/id.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { refusal, type RefuseOptions } from "../relay/refuse.ts";
import type { Reply } from "../wire/reply.ts";
import type { ClientId } from "../clients/client.ts";
import { showsOnlyBadRequests } from "../clients/cursor.ts";

export const REQUEST_ID = "x-codeswitch-request-id";

export const refuseOptions = (client: ClientId, dialect: DialectId): RefuseOptions => ({
  dialect,
  visibleErrors: showsOnlyBadRequests(client) && dialect === OPENAI_CHAT,
});

export const refuse = (error: GatewayError, options: RefuseOptions): Response => printed(refusal(error, options));

export const printed = ({ status, headers, body }: Reply): Response => new Response(body, { status, headers });

/** The status that a caller really gets, for the record. */
export const failureStatus = (client: ClientId, dialect: DialectId, error: GatewayError): number =>
  refusal(error, refuseOptions(client, dialect)).status;
