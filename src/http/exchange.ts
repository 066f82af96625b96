/** One request of a client, as its handler sees it. */
import type { Caller } from "../access/keys.ts";
import type { ClientId } from "../clients/client.ts";
import type { Gateway } from "../relay/call.ts";

export interface Exchange {
  readonly id: string;
  readonly request: Request;
  readonly url: URL;
  readonly path: string;
  /** The part of the path that the route leaves open, decoded. */
  readonly captured: readonly string[];
  readonly client: ClientId;
  readonly caller: Caller;
  readonly gateway: Gateway;
  /** Once the body is read the connection may be silent for minutes. */
  bodyRead(): void;
}
export type Handler = (exchange: Exchange) => Promise<Response> | Response;
