/** One request: its route, its door, its key, its handler, and the error that is sent where one of them refuses it. */
import { checkOpenDoor } from "../access/door.ts";
import { NOBODY } from "../access/caller.ts";
import type { TurnedAway } from "../access/turned-away.ts";
import { clientOf } from "../clients/client.ts";
import { googleError, isGoogles } from "../clients/gemini-cli.ts";
import type { Config } from "../config/config.ts";
import { FALLBACK } from "../dialects/index.ts";
import { type ErrorKind, GatewayError } from "../ir/error.ts";
import type { Gateway } from "../relay/call.ts";
import type { OpenCalls } from "../relay/open-calls.ts";
import { toGatewayError } from "../relay/refuse.ts";
import { printed, refusalFor, REQUEST_ID } from "./error-response.ts";
import { discardBody } from "./body.ts";
import { corsHeaders, preflight } from "./cors.ts";
import type { ClientConnection, Exchange } from "./exchange.ts";
import { nothingAt } from "./nowhere.ts";
import { dialectOfPath, match, type Matched } from "./routes.ts";
import { stackOf } from "./stack.ts";

/** What every request is checked against and handed to. */
export interface Door {
  readonly gateway: Gateway;
  readonly calls: OpenCalls;
  readonly turnedAway: TurnedAway;
  /** Each answer is the last one of its connection. */
  readonly isClosing: () => boolean;
}

/** In the order of their calls. */
export const newId = (): string => Bun.randomUUIDv7();

export async function respond(request: Request, door: Door, connection: ClientConnection): Promise<Response> {
  const id = newId();
  const url = URL.parse(request.url);
  const response = url
    ? await handle(arrivalOf(id, request, url), door, connection)
    : printed(refusalFor("unknown", FALLBACK.id, unreadableHost()));
  connection.waitsForClient();
  // Bun closes the connection after it, and the client knows.
  if (door.isClosing()) response.headers.set("connection", "close");
  return withOurHeaders(response, request, id, door.gateway.config);
}

/** What Bun makes of the address needs a Host: without one that can be read, there is no path either. */
const unreadableHost = (): GatewayError =>
  new GatewayError(
    "invalid-request",
    "The Host header is missing or cannot be read. Send the gateway's host and port.",
  );

type Arrival = Pick<Exchange, "id" | "request" | "path" | "client">;

function arrivalOf(id: string, request: Request, url: URL): Arrival {
  const path = withoutSlashes(url.pathname);
  return { id, request, path, client: clientOf(path, request.headers) };
}

/** Without the slashes at its end. No regular expression: one would backtrack on a path that is all slashes. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charAt(end - 1) === "/") end--;
  return path.slice(0, end);
}

async function handle(arrival: Arrival, door: Door, connection: ClientConnection): Promise<Response> {
  const { request, path, client, id } = arrival;
  const { gateway, calls } = door;
  const { keyring } = gateway;
  let dialect = dialectOfPath(path);
  let isAdmitted = false;
  try {
    const matched = match(request.method, path);
    const isFree = "route" in matched && matched.route.access === "none";
    if (!isFree && keyring.access() === "open") checkOpenDoor(request.headers);
    const crossOrigin = preflight(request, gateway.config);
    if (crossOrigin) return crossOrigin;
    const { route, captured } = known(matched, request.method, path);
    dialect = route.dialect ?? dialect;
    const found = isFree ? NOBODY : keyring.identify(request.headers, connection.peer);
    // Most keys are known by heart, and a call waits for nothing.
    const caller = found instanceof Promise ? await found : found;
    isAdmitted = true;
    return await route.handler({ ...arrival, captured, caller, gateway, connection, calls });
  } catch (error) {
    const known = toGatewayError(error);
    if (!isAdmitted)
      door.turnedAway(() => ({ peer: connection.peer(), method: request.method, path, why: known.message }));
    // A fault of ours: its text may hold anything, so the log gets the place and the caller the id.
    if (known.kind === "internal") gateway.log.warn(`${id} failed inside the gateway: ${stackOf(error)}`);
    const response = printed(isGoogles(path) ? googleError(known) : refusalFor(client, dialect, known));
    const body = await discardBody(request, gateway.config.server.bodyBytesMax);
    if (body === "endless" || CLOSES.has(known.kind)) response.headers.set("connection", "close");
    return response;
  }
}

/** After these errors the connection is closed: connections have run out, or this one's body came too late. */
const CLOSES: ReadonlySet<ErrorKind> = new Set(["gateway-full", "request-timeout"]);

function known(found: ReturnType<typeof match>, method: string, path: string): Matched {
  if ("route" in found) return found;
  if (found.allowed.length > 0 && !isGoogles(path))
    throw new GatewayError(
      "method-not-allowed",
      `${method} is not answered at ${path}; ${found.allowed.join(" and ")} is.`,
    );
  throw nothingAt(path);
}

function withOurHeaders(response: Response, request: Request, id: string, config: Config): Response {
  response.headers.set(REQUEST_ID, id);
  for (const [name, value] of corsHeaders(request, config)) response.headers.set(name, value);
  return request.method === "HEAD" ? new Response(null, response) : response;
}
