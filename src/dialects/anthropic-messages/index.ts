/** The Messages protocol. https://docs.claude.com/en/api/messages */
import type { Dialect } from "../dialect.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { decodeError, encodeError } from "./error.ts";
import { FIELD_NAMES } from "./field-names.ts";
import { nativeEdits } from "./native-edits.ts";
import { decodeRequest, envelope, passes } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { response } from "./response.ts";
import { settings } from "./settings.ts";
import { thoughts } from "./thoughts.ts";
import { webSearch } from "./web-search.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export const anthropicMessages = {
  id: ANTHROPIC_MESSAGES,
  fieldNames: FIELD_NAMES,
  passes,
  thoughts,
  settings,
  nativeEdits,
  envelope,
  request: { decode: decodeRequest, encode: encodeRequest },
  stream: { decoder, encoder },
  response,
  error: { decode: decodeError, encode: encodeError },
  hostsWebSearch: true,
  webSearch,
} satisfies Dialect;
