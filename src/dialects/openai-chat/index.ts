/** Chat Completions, as OpenAI defined it and as everybody else speaks it. https://platform.openai.com/docs/api-reference/chat */
import type { Dialect } from "../dialect.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { decodeError, encodeError } from "./error.ts";
import { FIELD_NAMES } from "./field-names.ts";
import { nativeEdits } from "./native-edits.ts";
import { passes } from "./passes.ts";
import { decodeRequest, envelope } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { decodeWhole, encodeWhole } from "./response.ts";
import { settings } from "./settings.ts";
import { thoughts } from "./thoughts.ts";
import { OPENAI_CHAT } from "./id.ts";

export const openaiChat = {
  id: OPENAI_CHAT,
  fieldNames: FIELD_NAMES,
  passes,
  thoughts,
  settings,
  nativeEdits,
  envelope,
  request: { decode: decodeRequest, encode: encodeRequest },
  stream: { decoder, encoder },
  response: { decode: decodeWhole, encode: encodeWhole },
  error: { decode: decodeError, encode: encodeError },
  hostsWebSearch: false,
} satisfies Dialect;
