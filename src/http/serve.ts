/** The HTTP server: door, key, route, answer. */
import { checkOpenDoor } from "../access/door.ts";
import { type Caller, keyring, type Keyring } from "../access/keys.ts";
import { turnedAway, type TurnedAway } from "../access/turned-away.ts";
import { clientOf } from "../clients/client.ts";
import type { Config } from "../config/config.ts";
import { type ErrorKind, GatewayError } from "../ir/error.ts";
import type { Connection, Gateway } from "../relay/call.ts";
import { openCalls, type OpenCalls } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { orLate } from "../time/limit.ts";
import { refuse, refuseOptions, REQUEST_ID } from "./answer.ts";
import { discardBody } from "./body.ts";
import { corsHeaders, preflight } from "./cors.ts";
import type { Exchange } from "./exchange.ts";
import { dialectOfPath, match, type Matched } from "./routes.ts";
import { stackOf } from "./stack.ts";

export interface HttpServer {
  readonly url: string;
  /** Stops listening, waits for open calls, ends what is left with an error, then closes everything. */
  stop(): Promise<void>;
}

/** What every request is held against. */
interface Door {
  readonly gateway: Gateway;
  readonly keys: Keyring;
  readonly calls: OpenCalls;
  readonly turnedAway: TurnedAway;
}

/** A client's, as only the server knows it. */
interface ClientConnection extends Connection {
  peer(): string;
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
/** How long the last words of a stop may take to their clients. */
const LAST_WORDS_MS = 1_000;

export function serve(gateway: Gateway, { callsMax, idleSeconds = IDLE_SECONDS }: ServeOptions): HttpServer {
  const { config } = gateway;
  const calls = openCalls(callsMax);
  const door: Door = { gateway, keys: keyring(config), calls, turnedAway: turnedAway(gateway.log.warn) };
  const idleTimeout = idleSeconds + LOOK_SECONDS;
  const server = Bun.serve({
    hostname: config.server.host,
    port: config.server.port,
    idleTimeout,
    // Ours is counted while the body arrives. Bun's own 413 has neither words nor an id.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, bun) =>
      // What is set of a connection stays with it, for its next request too.
      answer(request, door, {
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
    url: `http://${hostInUrl(config.server.host)}:${server.port}`,
    stop: async () => {
      const drained = server.stop();
      await orLate(drained, config.server.drainMs);
      calls.cut(stopping());
      await orLate(drained, LAST_WORDS_MS);
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

const newId = (): string => `req_${crypto.randomUUID().replaceAll("-", "")}`;

async function answer(request: Request, door: Door, connection: ClientConnection): Promise<Response> {
  const id = newId();
  const url = URL.parse(request.url);
  const response = url ? await handle(askedOf(id, request, url), door, connection) : refuse(unreadableHost(), ANYBODY);
  connection.waitsForClient();
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

async function handle(asked: Asked, door: Door, connection: ClientConnection): Promise<Response> {
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
    return await matched.route.handler({
      ...asked,
      captured: matched.captured,
      caller,
      gateway,
      connection,
      calls: door.calls,
    });
  } catch (error) {
    const known = toGatewayError(error);
    // A fault of ours: its text may hold anything, so the log gets the place and the caller the id.
    if (known.kind === "internal") gateway.log.warn(`${id} failed inside the gateway: ${stackOf(error)}`);
    const response = refuse(known, refuseOptions(client, dialect));
    const body = await discardBody(request, gateway.config.server.bodyBytesMax);
    if (body === "endless" || CLOSES.has(known.kind)) response.headers.set("connection", "close");
    return response;
  }
}

/** Who is turned away stands in the log. */
function admit<T>({ request, path }: Asked, door: Door, { peer }: ClientConnection, check: () => T): T {
  try {
    return check();
  } catch (error) {
    door.turnedAway(() => ({ peer: peer(), method: request.method, path, why: (error as Error).message }));
    throw error;
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
