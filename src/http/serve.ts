/** The HTTP server: listening, idle connections, and a stop. */
import { turnedAway } from "../access/turned-away.ts";
import { GatewayError } from "../ir/error.ts";
import type { Gateway } from "../relay/call.ts";
import { openCalls } from "../relay/open-calls.ts";
import { orLate } from "../time/limit.ts";
import { localUrl } from "../wire/local-url.ts";
import { REQUEST_ID } from "./error-response.ts";
import { type Door, newId, respond } from "./handle.ts";

export interface ServeOptions {
  /** Calls that may be open at a time. */
  readonly callsMax: number;
  /** How long a client's connection may be idle while the gateway waits for the client. Absent: a minute. */
  readonly idleSeconds?: number;
  /** shared: other processes listen there too (Linux). */
  readonly port?: "own" | "shared";
}

export interface HttpServer {
  readonly url: string;
  openCalls(): number;
  /**
   * Before a stop where others go on listening at the same port: for a moment each answer closes its connection. Bun
   * (1.4.5) closes those that are idle at a stop, and those that are not after their answer without saying so: a client
   * that asks again just then would lose its call. Whoever has to open a connection comes to another process.
   */
  leave(): Promise<void>;
  /** Stops listening, waits for open calls, ends what is left with an error, then closes everything. */
  stop(): Promise<void>;
}

/** To go on with its request, to take a piece of its answer, to ask again. As long as nginx waits. */
const IDLE_SECONDS = 60;
/** Bun looks at its connections every four seconds, and so closes up to four seconds early. */
const LOOK_SECONDS = 4;
/** An agent's next call follows its last one sooner than that. */
const LEAVE_MS = 1_000;
/** How long the last words of a stop may take to their clients. */
const LAST_WORDS_MS = 1_000;

export function serve(
  gateway: Gateway,
  { callsMax, idleSeconds = IDLE_SECONDS, port = "own" }: ServeOptions,
): HttpServer {
  const { config } = gateway;
  const calls = openCalls(callsMax);
  let isClosing = false;
  const door: Door = { gateway, calls, turnedAway: turnedAway(gateway.log.warn), isClosing: () => isClosing };
  const idleTimeout = idleSeconds + LOOK_SECONDS;
  const server = Bun.serve({
    hostname: config.server.host,
    port: config.server.port,
    reusePort: port === "shared",
    idleTimeout,
    // Ours is counted while the body arrives. Bun's own 413 has neither words nor an id.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, bun) =>
      // What is set of a connection stays with it, for its next request too.
      respond(request, door, {
        waitsForUs: () => bun.timeout(request, 0),
        waitsForClient: () => bun.timeout(request, idleTimeout),
        peer: () => bun.requestIP(request)?.address ?? "unknown",
      }),
    error: () =>
      Response.json(
        { error: { message: "The gateway failed.", type: "server_error" } },
        { status: 500, headers: { [REQUEST_ID]: newId() } },
      ),
  });
  return {
    url: localUrl(config.server.host, String(server.port)),
    openCalls: calls.count,
    leave: async () => {
      isClosing = true;
      await Bun.sleep(LEAVE_MS);
    },
    stop: async () => {
      isClosing = true;
      const drained = server.stop();
      await orLate(drained, gateway.config.server.drainMs);
      calls.cut(stopping());
      await orLate(drained, LAST_WORDS_MS);
      await server.stop(true);
    },
  };
}

/** In the words of `connectionLost`: pi asks again for them, the others for the type. */
const stopping = (): GatewayError =>
  new GatewayError("gateway-stopping", "connection lost: the gateway is stopping; ask again", { retryAfter: "2" });
