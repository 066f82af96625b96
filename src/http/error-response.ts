/** An error of the gateway as the HTTP response to one client, and the header that every response carries. */
import type { GatewayError } from "../ir/error.ts";
import { OPENAI_CHAT } from "../dialects/openai-chat/id.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { refusal } from "../relay/refuse.ts";
import type { Reply } from "../wire/reply.ts";
import type { ClientId } from "../clients/client.ts";
import { showsOnlyBadRequests } from "../clients/cursor.ts";

export const REQUEST_ID = "x-codeswitch-request-id";

/** An error as this client is to read it in that dialect. */
export const refusalFor = (client: ClientId, dialect: DialectId, error: GatewayError): Reply =>
  refusal(error, { dialect, visibleErrors: showsOnlyBadRequests(client) && dialect === OPENAI_CHAT });

export const printed = ({ status, headers, body }: Reply): Response => new Response(body, { status, headers });
