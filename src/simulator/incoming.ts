/** A request as it arrived, and what the vendors want of it beside its body. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { SimDialect } from "./asked.ts";
import type { Door } from "./doors.ts";
import { refusalReply } from "./refusals.ts";
import { isPlainObject } from "./refused.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined where the path is none of ours. */
  readonly dialect: SimDialect | undefined;
  /** The parsed body; undefined where it is no JSON object. */
  readonly body: JsonObject | undefined;
}

export async function readRequest(request: Request, url: URL, door: Door | undefined): Promise<SeenRequest> {
  const text = await request.text();
  const dialect =
    door?.kind === "generate" ? door.dialect : door?.kind === "count-tokens" ? "anthropic-messages" : undefined;
  return {
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(request.headers),
    text,
    dialect,
    body: parsed(text),
  };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function keyFits(headers: Readonly<Record<string, string>>, key: string | undefined): boolean {
  if (key === undefined) return true;
  return headers.authorization === `Bearer ${key}` || headers["x-api-key"] === key || headers["api-key"] === key;
}

/** What the vendors want beside the body. */
export function missingParameter(
  door: Extract<Door, { kind: "generate" }>,
  incoming: SeenRequest,
): Response | undefined {
  const hasVersion = new URLSearchParams(incoming.query).has("api-version");
  if (door.dated && !hasVersion)
    return Response.json({ error: { code: "404", message: "Resource not found" } }, { status: 404 });
  if (door.dialect !== "anthropic-messages" || incoming.headers["anthropic-version"] !== undefined) return undefined;
  return refusalReply("anthropic-messages", { status: 400, message: "anthropic-version: header is required" });
}
