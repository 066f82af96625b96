import { GatewayError } from "../ir/error.ts";
import type { Handler } from "./exchange.ts";

/** Responses over WebSocket is not spoken here yet: a 426 sends clients to HTTP. */
export const upgradeRequired: Handler = () => {
  throw new GatewayError("upgrade-required", "This gateway speaks Responses over HTTP. Send a POST to the same path.");
};
