/** Requests of this dialect: what a router must know, and both directions. */
import type { Dialect } from "../dialect.ts";
import { type JsonObject, optionalBoolean, optionalString, ShapeError } from "../../wire/json.ts";
import { decodeRequest } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";

export const request: Dialect["request"] = { decode: decodeRequest, encode: encodeRequest };

export function envelope(body: JsonObject): { readonly model: string | undefined; readonly stream: boolean } {
  const input = [body.input, body.messages, body.prompt, body.previous_response_id, body.conversation];
  if (input.every((value) => value === undefined))
    throw new ShapeError("input", "a string or a list of items", body.input);
  return { model: optionalString(body, "model"), stream: optionalBoolean(body, "stream") ?? false };
}
