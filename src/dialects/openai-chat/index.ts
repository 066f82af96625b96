/** Chat Completions, as OpenAI defined it and as everybody else speaks it. */
import type { Dialect } from "../dialect.ts";
import { decodeError, encodeError } from "./error.ts";
import { decodeRequest, encodeRequest, envelope, passes } from "./request.ts";
import { decodeWhole, encodeWhole } from "./response.ts";
import { decoder, encoder } from "./stream.ts";
import { CHAT } from "./wire.ts";
import { WORDS } from "./words.ts";

export { isNative } from "./request.ts";

export const openaiChat = {
  id: CHAT,
  words: WORDS,
  passes,
  envelope,
  request: { decode: decodeRequest, encode: encodeRequest },
  stream: { decoder, encoder },
  response: { decode: decodeWhole, encode: encodeWhole },
  error: { decode: decodeError, encode: encodeError },
} satisfies Dialect;
