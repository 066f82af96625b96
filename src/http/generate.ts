/** POST of a call in one of the dialects. */
import type { Surface } from "../relay/call.ts";
import { relay } from "../relay/relay.ts";
import type { Handler } from "./exchange.ts";
import { recorded } from "./recorded.ts";

export const generate =
  (surface: Surface): Handler =>
  (exchange) => {
    const { gateway, request, path, client, caller, connection, id } = exchange;
    return recorded(exchange, { kind: "call", surface: surface.reply }, ({ json, ...call }) =>
      relay({
        ...{ gateway, id, surface, path, client, caller, connection },
        headers: request.headers,
        ...call,
        body: json,
      }),
    );
  };
