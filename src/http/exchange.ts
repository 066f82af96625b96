/** One request of a client, as its handler sees it. */
import type { Caller } from "../access/keyring.ts";
import type { ClientId } from "../clients/client.ts";
import type { Connection, Gateway } from "../relay/call.ts";
import type { OpenCalls } from "../relay/open-calls.ts";

export interface Exchange {
  readonly id: string;
  readonly request: Request;
  readonly path: string;
  /** The part of the path that the route leaves open, decoded. */
  readonly captured: string;
  readonly client: ClientId;
  readonly caller: Caller;
  readonly gateway: Gateway;
  readonly connection: ClientConnection;
  readonly calls: OpenCalls;
}

/** A client's connection, as only the server knows it. */
export interface ClientConnection extends Connection {
  /** Its address, whatever its headers say: behind a proxy it is the proxy's. */
  peer(): string;
}
export type Handler = (exchange: Exchange) => Promise<Response> | Response;
