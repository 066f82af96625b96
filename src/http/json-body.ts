/** The JSON object in a request's body, with an error of its own for each way of being wrong. */
import { GatewayError } from "../ir/error.ts";
import { describe, isList, isObject, parseExactly, type Json, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { textFault, type TextFault } from "../wire/scan.ts";
import { readBody, type BodyText } from "./body.ts";
import type { Exchange } from "./exchange.ts";

/** `arrived`: called when the body is here whole, and before it is read as JSON. */
export async function jsonBody(
  exchange: Exchange,
  arrived: () => void,
): Promise<BodyText & { readonly json: JsonObject }> {
  const type = exchange.request.headers.get("content-type");
  // A web page can post text/plain across origins without asking; JSON it cannot.
  if (type === null || !/^application\/(?:[\w.-]+\+)?json\b/i.test(type.trim()))
    throw new GatewayError(
      "unsupported-media",
      `content-type ${type === null ? "is missing" : JSON.stringify(type)}. Send the body as application/json.`,
    );
  const body = await readBody(exchange.request, exchange.gateway.config.server.bodyBytesMax);
  exchange.connection.waitsForUs();
  arrived();
  return { ...body, json: objectOf(body.text) };
}

function objectOf(text: string): JsonObject {
  const value = valueOf(text);
  if (!isObject(value)) throw invalid(`The body is ${describe(value)}. Send one JSON object.`);
  refuseSecondModel(value);
  refuseTooMany(value, ["messages", "input"], LIMITS.entriesMax, "Shorten the conversation.");
  refuseTooMany(value, ["tools", "functions"], LIMITS.toolsMax, "Declare fewer tools.");
  return value;
}

function valueOf(text: string): Json {
  try {
    // First, for the parser is slow on what is too deep.
    const fault = textFault(text, LIMITS.jsonDepthMax);
    if (fault) throw faultError(fault);
    return parseExactly(text);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw invalid(`The body is not JSON: ${whyNot(text, error)}. Send one JSON object.`);
  }
}

const invalid = (message: string, param?: string): GatewayError =>
  new GatewayError("invalid-request", message, { param });

const faultError = (fault: TextFault): GatewayError =>
  fault.kind === "too-deep"
    ? invalid(`The body has more than ${LIMITS.jsonDepthMax} lists and objects inside each other. Send it flatter.`)
    : invalid(
        `${fault.path}: the key stands twice in its object. Send it once, so that everybody reads the same value.`,
        fault.path,
      );

/** Go's encoding/json, and what is built on it, takes `MODEL` for `model`, and the last one wins: it would be asked for unchecked. */
function refuseSecondModel(body: JsonObject): void {
  for (const key in body)
    if (key.length === 5 && key !== "model" && key.toLowerCase() === "model")
      throw invalid(`${key}: some servers take it for model. Send the model's name once, as model.`, key);
}

function refuseTooMany(body: JsonObject, fields: readonly string[], max: number, advice: string): void {
  for (const field of fields) {
    const count = countIn(body[field]);
    if (count > max) throw invalid(`${field}: ${count} are too many, the most is ${max}. ${advice}`, field);
  }
}

/** A namespace counts as the tools that it holds. */
const countIn = (list: Json | undefined): number =>
  isList(list)
    ? list.reduce<number>((sum, one) => sum + (isObject(one) && isList(one.tools) ? one.tools.length : 1), 0)
    : 0;

/** The parser's message may quote the body, so only its position is reported. */
function whyNot(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const at = /position (\d+)/.exec((error as Error).message)?.[1];
  return at === undefined
    ? "the text breaks off or has a stray character"
    : `there is a stray character at position ${at}`;
}
