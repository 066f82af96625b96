/** Chat Completions, as OpenAI defined it and as everybody else speaks it. https://platform.openai.com/docs/api-reference/chat */
import type { Dialect } from "../dialect.ts";
import { openaiLimitHeaders } from "../limit-headers.ts";
import { customCalls } from "./custom-calls.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { decodeError, encodeError } from "./error.ts";
import { FIELD_NAMES, headers, marks, modelList, paths } from "./facts.ts";
import { OPENAI_CHAT } from "./id.ts";
import { nativeEdits } from "./native-edits.ts";
import { passes } from "./passes.ts";
import { probe } from "./probe.ts";
import { decodeConversation, decodeRequest, envelope } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { decodeWhole, encodeWhole } from "./response.ts";
import { settings } from "./settings.ts";
import { thoughts } from "./thoughts.ts";
import { range, traits } from "./traits.ts";

export const openaiChat = {
  id: OPENAI_CHAT,
  fieldNames: FIELD_NAMES,
  conversation: { field: "messages", decode: decodeConversation },
  paths,
  headers,
  traits,
  range,
  passes,
  thoughts,
  settings,
  nativeEdits,
  envelope,
  request: { decode: decodeRequest, encode: encodeRequest },
  stream: { decoder, encoder, marks },
  response: { decode: decodeWhole, encode: encodeWhole },
  error: { decode: decodeError, encode: encodeError },
  modelList,
  limitHeaders: openaiLimitHeaders,
  probe,
  customCalls,
  hostsWebSearch: false,
} satisfies Dialect;
