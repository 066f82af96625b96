/** A request as a handler sees it, at a gateway that was never started. */
import type { Caller } from "../access/keyring.ts";
import { clientOf } from "../clients/client.ts";
import { DEFAULT_SERVER } from "../config/default.ts";
import type { Config } from "../config/config.ts";
import { logOf } from "../observe/log.ts";
import { sightings } from "../providers/sightings.ts";
import { tokenMeter } from "../providers/token-meter.ts";
import { openCalls } from "../relay/open-calls.ts";
import { memoryVault } from "../vault/memory.ts";
import { provenance } from "../vault/provenance.ts";
import type { Exchange } from "./exchange.ts";

export interface Around {
  readonly config?: Partial<Config>;
  readonly caller?: Caller;
  readonly captured?: readonly string[];
}

export function exchangeOf(request: Request, { config = {}, caller, captured = [] }: Around = {}) {
  const url = new URL(request.url);
  let bodiesRead = 0;
  const exchange: Exchange = {
    id: "req_1",
    request,
    url,
    path: url.pathname,
    captured,
    client: clientOf(url.pathname, request.headers.get("user-agent") ?? ""),
    caller: caller ?? { name: "local" },
    connection: { waitsForUs: () => void bodiesRead++, waitsForClient: () => {} },
    calls: openCalls(Infinity),
    gateway: {
      instance: "one",
      config: {
        server: DEFAULT_SERVER,
        keys: [],
        providers: {},
        models: [],
        log: { format: "text" },
        source: "a test",
        warnings: [],
        ...config,
      },
      vault: memoryVault(() => 0),
      provenance: provenance(),
      tokens: tokenMeter(),
      sightings: sightings(Date.now),
      search: () => Promise.resolve([]),
      log: logOf("text", () => {}),
      clock: () => 0,
    },
  };
  return { exchange, bodiesRead: () => bodiesRead };
}
