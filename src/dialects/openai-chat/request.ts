/** Requests, both ways. */
export { decodeRequest, envelope } from "./request-decode.ts";
export { encodeRequest } from "./request-encode.ts";
export { isNative } from "./native.ts";
export { passes } from "./passes.ts";
