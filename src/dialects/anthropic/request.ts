/** Requests, both ways. */
import type { Dialect } from "../dialect.ts";
import { decodeRequest } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";

export { envelope, isNative, passes } from "./request-decode.ts";

export const request: Dialect["request"] = { decode: decodeRequest, encode: encodeRequest };
