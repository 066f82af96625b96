/** The Messages protocol. https://docs.claude.com/en/api/messages */
import type { Dialect } from "../dialect.ts";
import { decodeError, encodeError } from "./error.ts";
import { envelope, passes, request } from "./request.ts";
import { response } from "./response.ts";
import { stream } from "./stream.ts";
import { DIALECT } from "./wire.ts";
import { WORDS } from "./words.ts";

export { isNative } from "./request.ts";

export const anthropic = {
  id: DIALECT,
  words: WORDS,
  passes,
  envelope,
  request,
  stream,
  response,
  error: { decode: decodeError, encode: encodeError },
} satisfies Dialect;
