/** The JSON object in a request's body, with every way of being wrong told apart. */
import { GatewayError } from "../ir/error.ts";
import { repeatedKey } from "../wire/edit.ts";
import { describe, isObject, parseExactly, type Json, type JsonObject } from "../wire/json.ts";
import { readBody, type BodyText } from "./body.ts";
import type { Exchange } from "./exchange.ts";

export async function jsonBody(exchange: Exchange): Promise<BodyText & { readonly json: JsonObject }> {
  const type = exchange.request.headers.get("content-type");
  // A web page can post text/plain across origins without asking; JSON it cannot.
  if (type === null || !/^application\/(?:[\w.-]+\+)?json\b/i.test(type.trim()))
    throw new GatewayError(
      "unsupported-media",
      `content-type ${type === null ? "is missing" : JSON.stringify(type)}. Send the body as application/json.`,
    );
  const body = await readBody(exchange.request, exchange.gateway.config.server.bodyBytesMax);
  exchange.connection.waitsForUs();
  return { ...body, json: objectOf(body.text) };
}

function objectOf(text: string): JsonObject {
  let value: Json;
  try {
    value = parseExactly(text);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new GatewayError("invalid-request", `The body is not JSON: ${whyNot(text, error)}. Send one JSON object.`);
  }
  if (!isObject(value))
    throw new GatewayError("invalid-request", `The body is ${describe(value)}. Send one JSON object.`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    throw new GatewayError(
      "invalid-request",
      `${repeated}: the key stands twice in the body. Send it once, so that everybody reads the same value.`,
      { param: repeated },
    );
  return value;
}

/** The parser's word may quote the body, so only its position is told. */
function whyNot(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const at = /position (\d+)/.exec((error as Error).message)?.[1];
  return at === undefined
    ? "the text breaks off or has a stray character"
    : `there is a stray character at position ${at}`;
}
