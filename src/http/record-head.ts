/** What is known of a call before its body is read: who calls, from where, with which program and labels. */
import { ownTags } from "../clients/own-headers.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { RecordHead } from "../ledger/ledger.ts";
import type { Exchange } from "./exchange.ts";

export const recordHead = (
  { id, client, caller, connection, request }: Exchange,
  kind: RecordHead["kind"],
  surface: DialectId,
): RecordHead => ({
  ...{ id, kind, client, surface },
  caller: caller.name,
  keyId: caller.id,
  address: connection.peer(),
  // A budget may hang on what the operator says of the key.
  tags: { ...ownTags(request.headers), ...caller.key?.tags },
});
