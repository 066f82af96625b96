/** The HTTP server: door, key, route, answer. */
import { checkOpenDoor } from "../access/door.ts";
import { keyring, type Keyring } from "../access/keys.ts";
import { clientOf } from "../clients/client.ts";
import type { Config } from "../config/config.ts";
import { type ErrorKind, GatewayError } from "../ir/error.ts";
import type { Connection, Gateway } from "../relay/call.ts";
import { openCalls } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { refuse, refuseOptions, REQUEST_ID } from "./answer.ts";
import { discardBody } from "./body.ts";
import { corsHeaders, preflight } from "./cors.ts";
import type { Exchange } from "./exchange.ts";
import { dialectOfPath, match, type Matched } from "./routes.ts";

export interface HttpServer {
  readonly url: string;
  /** Stops listening, waits for open calls, ends what is left with an error, then closes everything. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Calls that may be open at a time. */
  readonly callsMax: number;
  /** How long a client's connection may stand still while it is the client's turn. Absent: a minute. */
  readonly idleSeconds?: number;
}

/** To go on with its request, to take a piece of its answer, to ask again. As long as nginx waits. */
const IDLE_SECONDS = 60;
/** Bun looks at its connections every four seconds, and so closes up to four seconds early. */
const LOOK_SECONDS = 4;
/** Room above our own limit, for Bun's 413 has no body and ours says what to do: more than comes while a refused body is read away. */
const BODY_SLACK_BYTES = 4 * 1024 ** 3;
/** How long the last words of a stop may take to their clients. */
const LAST_WORDS_MS = 1_000;

export function serve(gateway: Gateway, { callsMax, idleSeconds = IDLE_SECONDS }: ServeOptions): HttpServer {
  const { config } = gateway;
  const keys = keyring(config);
  const calls = openCalls(callsMax);
  const idleTimeout = idleSeconds + LOOK_SECONDS;
  const server = Bun.serve({
    hostname: config.server.host,
    port: config.server.port,
    idleTimeout,
    maxRequestBodySize: config.server.bodyBytesMax + BODY_SLACK_BYTES,
    fetch: (request, bun) => {
      // What is set stays with the connection, for its next request too.
      const connection: Connection = {
        waitsForUs: () => bun.timeout(request, 0),
        waitsForClient: () => bun.timeout(request, idleTimeout),
      };
      return answer(request, { gateway, keys, connection, calls });
    },
    error: () => new Response('{"error":{"message":"The gateway failed.","type":"server_error"}}', { status: 500 }),
  });
  return {
    url: `http://${hostInUrl(config.server.host)}:${server.port}`,
    stop: async () => {
      const drained = server.stop();
      await Promise.race([drained, Bun.sleep(config.server.drainMs)]);
      calls.cut(stopping());
      await Promise.race([drained, Bun.sleep(LAST_WORDS_MS)]);
      await server.stop(true);
    },
  };
}

/** An address to listen on everywhere is no address to call. */
const hostInUrl = (host: string): string =>
  host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;

/** In the words of `connectionLost`: pi asks again for them, the others for the type. */
const stopping = (): GatewayError =>
  new GatewayError("gateway-stopping", "connection lost: the gateway is stopping; ask again", { retryAfter: "2" });

type Answering = Pick<Exchange, "gateway" | "connection" | "calls"> & { readonly keys: Keyring };

async function answer(request: Request, answering: Answering): Promise<Response> {
  const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = new URL(request.url);
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, "") : url.pathname;
  const client = clientOf(path, request.headers.get("user-agent") ?? "");
  const response = await handle({ id, request, url, path, client, ...answering });
  answering.connection.waitsForClient();
  return finish(response, request, id, answering.gateway.config);
}

type Asked = Omit<Exchange, "captured" | "caller"> & { readonly keys: Keyring };

async function handle({ keys, ...asked }: Asked): Promise<Response> {
  const { request, path, client, id, gateway } = asked;
  let dialect = dialectOfPath(path);
  try {
    const found = match(request.method, path);
    const crossOrigin = preflight(request, gateway.config);
    if (crossOrigin) return crossOrigin;
    if (keys.open && (!("route" in found) || found.route.access === "key")) checkOpenDoor(request.headers);
    const matched = known(found, request.method, path);
    dialect = matched.route.dialect === "openai-chat" ? dialect : matched.route.dialect;
    const caller = matched.route.access === "none" ? { name: "nobody" } : keys.identify(request.headers);
    return await matched.route.handler({ ...asked, captured: matched.captured, caller });
  } catch (error) {
    const known = toGatewayError(error);
    // A fault of ours: its text may hold anything, so the log gets the place and the caller the id.
    if (known.kind === "internal") gateway.log.warn(`${id} failed inside the gateway: ${placeOf(error)}`);
    const response = refuse(known, refuseOptions(client, dialect));
    const body = await discardBody(request);
    if (body === "endless" || CLOSES.has(known.kind)) response.headers.set("connection", "close");
    return response;
  }
}

/** After these the connection itself is what there is too little of, or no good. */
const CLOSES: ReadonlySet<ErrorKind> = new Set(["gateway-full", "request-timeout"]);

function known(found: ReturnType<typeof match>, method: string, path: string): Matched {
  if ("route" in found) return found;
  if (found.allowed.length > 0)
    throw new GatewayError(
      "method-not-allowed",
      `${method} is not answered at ${path}; ${found.allowed.join(" and ")} is.`,
    );
  throw new GatewayError(
    "not-found",
    `There is nothing at ${path}. The base URL ends in /v1 for clients of Chat Completions and Responses, and has no path for clients of Messages.`,
  );
}

function finish(response: Response, request: Request, id: string, config: Config): Response {
  response.headers.set(REQUEST_ID, id);
  for (const [name, value] of corsHeaders(request, config)) response.headers.set(name, value);
  return request.method === "HEAD" ? new Response(null, response) : response;
}

const placeOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${(error.stack ?? "").split("\n").slice(1, 4).join(" ").trim()}` : "unknown";
