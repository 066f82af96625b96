/** The HTTP server: door, key, route, answer. */
import { checkOpenDoor } from "../access/door.ts";
import { keyring, type Keyring } from "../access/keys.ts";
import { clientOf } from "../clients/client.ts";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import type { Gateway } from "../relay/call.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { refuse, refuseOptions, REQUEST_ID } from "./answer.ts";
import { corsHeaders, preflight } from "./cors.ts";
import type { Exchange } from "./exchange.ts";
import { dialectOfPath, match, type Matched } from "./routes.ts";

export interface HttpServer {
  readonly url: string;
  /** Stops listening, waits for open calls, then closes what is left. */
  stop(): Promise<void>;
}

/** Seconds without a byte while a request is still arriving. Lifted once the body is read: models think for minutes. */
const ARRIVAL_IDLE_SECONDS = 30;
/** Room above our own limit, for Bun's 413 has no body and ours says what to do. */
const BODY_SLACK_BYTES = 1024 * 1024;

export function serve(gateway: Gateway): HttpServer {
  const { config } = gateway;
  const keys = keyring(config);
  const server = Bun.serve({
    hostname: config.server.host,
    port: config.server.port,
    idleTimeout: ARRIVAL_IDLE_SECONDS,
    maxRequestBodySize: config.server.bodyBytesMax + BODY_SLACK_BYTES,
    fetch: (request, bun) => answer(request, gateway, keys, () => bun.timeout(request, 0)),
    error: () => new Response('{"error":{"message":"The gateway failed.","type":"server_error"}}', { status: 500 }),
  });
  return {
    url: `http://${hostInUrl(config.server.host)}:${server.port}`,
    stop: async () => {
      const drained = server.stop();
      await Promise.race([drained, Bun.sleep(config.server.drainMs)]);
      await server.stop(true);
    },
  };
}

/** An address to listen on everywhere is no address to call. */
const hostInUrl = (host: string): string =>
  host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;

async function answer(request: Request, gateway: Gateway, keys: Keyring, bodyRead: () => void): Promise<Response> {
  const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = new URL(request.url);
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, "") : url.pathname;
  const client = clientOf(path, request.headers.get("user-agent") ?? "");
  const asked = { id, request, url, path, client };
  const response = await handle(asked, gateway, keys, bodyRead);
  return finish(response, request, id, gateway.config);
}

type Asked = Pick<Exchange, "id" | "request" | "url" | "path" | "client">;

async function handle(asked: Asked, gateway: Gateway, keys: Keyring, bodyRead: () => void): Promise<Response> {
  const { request, path, client, id } = asked;
  let dialect = dialectOfPath(path);
  try {
    const found = match(request.method, path);
    const crossOrigin = preflight(request, gateway.config);
    if (crossOrigin) return crossOrigin;
    if (keys.open && (!("route" in found) || found.route.access === "key")) checkOpenDoor(request.headers);
    const matched = known(found, request.method, path);
    dialect = matched.route.dialect === "openai-chat" ? dialect : matched.route.dialect;
    const caller = matched.route.access === "none" ? { name: "nobody" } : keys.identify(request.headers);
    return await matched.route.handler({ ...asked, captured: matched.captured, caller, gateway, bodyRead });
  } catch (error) {
    const known = toGatewayError(error);
    // A fault of ours: its text may hold anything, so the log gets the place and the caller the id.
    if (known.kind === "internal") gateway.log.warn(`${id} failed inside the gateway: ${placeOf(error)}`);
    return refuse(known, refuseOptions(client, dialect));
  }
}

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
