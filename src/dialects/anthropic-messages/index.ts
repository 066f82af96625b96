/** The Messages protocol. https://docs.claude.com/en/api/messages */
import type { Dialect } from "../dialect.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { decodeError, encodeError } from "./error.ts";
import { FIELD_NAMES } from "./field-names.ts";
import { marks } from "./marks.ts";
import { decodeRequest, envelope, passes } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { response } from "./response.ts";
import { DIALECT } from "./wire.ts";

export const anthropicMessages = {
  id: DIALECT,
  fieldNames: FIELD_NAMES,
  passes,
  envelope,
  request: { decode: decodeRequest, encode: encodeRequest },
  stream: { decoder, encoder, marks },
  response,
  error: { decode: decodeError, encode: encodeError },
} satisfies Dialect;
