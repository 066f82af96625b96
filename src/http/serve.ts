/** The HTTP server: door, key, route, answer. */
import { checkOpenDoor } from "../access/door.ts";
import { type Caller, keyring, type Keyring } from "../access/keys.ts";
import { turnedAway, type TurnedAway } from "../access/turned-away.ts";
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

/** What every request is held against. */
interface Door {
  readonly gateway: Gateway;
  readonly keys: Keyring;
  readonly turnedAway: TurnedAway;
}

/** What only the server knows of a request. */
interface Connection {
  bodyRead(): void;
  peer(): string;
}

export function serve(gateway: Gateway): HttpServer {
  const { config } = gateway;
  const door = { gateway, keys: keyring(config), turnedAway: turnedAway(gateway.log.warn) };
  const server = Bun.serve({
    hostname: config.server.host,
    port: config.server.port,
    idleTimeout: ARRIVAL_IDLE_SECONDS,
    // Ours is counted while the body arrives. Bun's own 413 has neither words nor an id.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, bun) =>
      answer(request, door, {
        bodyRead: () => bun.timeout(request, 0),
        peer: () => bun.requestIP(request)?.address ?? "unknown",
      }),
    error: () =>
      Response.json(
        { error: { message: "The gateway failed.", type: "server_error" } },
        { status: 500, headers: { [REQUEST_ID]: newId() } },
      ),
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

const newId = (): string => `req_${crypto.randomUUID().replaceAll("-", "")}`;

async function answer(request: Request, door: Door, connection: Connection): Promise<Response> {
  const id = newId();
  const url = URL.parse(request.url);
  const response = url ? await handle(askedOf(id, request, url), door, connection) : refuse(unreadableHost(), ANYBODY);
  return finish(response, request, id, door.gateway.config);
}

/** What Bun makes of the address needs a Host: without one that can be read, there is no path either. */
const unreadableHost = (): GatewayError =>
  new GatewayError(
    "invalid-request",
    "The Host header is missing or cannot be read. Send the gateway's host and port.",
  );
const ANYBODY = refuseOptions("unknown", "openai-chat");

type Asked = Pick<Exchange, "id" | "request" | "url" | "path" | "client">;

function askedOf(id: string, request: Request, url: URL): Asked {
  const path = withoutSlashes(url.pathname);
  return { id, request, url, path, client: clientOf(path, request.headers.get("user-agent") ?? "") };
}

/** At its end, by hand: a pattern would go back and forth over a path that is made of them. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charAt(end - 1) === "/") end--;
  return path.slice(0, end);
}

async function handle(asked: Asked, door: Door, connection: Connection): Promise<Response> {
  const { request, path, client, id } = asked;
  const { gateway } = door;
  let dialect = dialectOfPath(path);
  try {
    const found = match(request.method, path);
    const isFree = "route" in found && found.route.access === "none";
    if (door.keys.open && !isFree) admit(asked, door, connection, () => checkOpenDoor(request.headers));
    const crossOrigin = preflight(request, gateway.config);
    if (crossOrigin) return crossOrigin;
    const matched = known(found, request.method, path);
    dialect = matched.route.dialect === "openai-chat" ? dialect : matched.route.dialect;
    const caller: Caller = isFree
      ? { name: "nobody" }
      : admit(asked, door, connection, () => door.keys.identify(request.headers));
    const { bodyRead } = connection;
    return await matched.route.handler({ ...asked, captured: matched.captured, caller, gateway, bodyRead });
  } catch (error) {
    const known = toGatewayError(error);
    // A fault of ours: its text may hold anything, so the log gets the place and the caller the id.
    if (known.kind === "internal") gateway.log.warn(`${id} failed inside the gateway: ${placeOf(error)}`);
    return refuse(known, refuseOptions(client, dialect));
  }
}

/** Who is turned away stands in the log. */
function admit<T>({ request, path }: Asked, door: Door, { peer }: Connection, check: () => T): T {
  try {
    return check();
  } catch (error) {
    door.turnedAway(() => ({ peer: peer(), method: request.method, path, why: (error as Error).message }));
    throw error;
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
