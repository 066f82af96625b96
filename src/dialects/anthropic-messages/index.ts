/** The Messages protocol. https://docs.claude.com/en/api/messages */
import { listOf } from "../../wire/json.ts";
import type { Dialect } from "../dialect.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { decodeError, encodeError } from "./error.ts";
import { FIELD_NAMES, headers, marks, modelList, paths, tokenCount } from "./facts.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { limitHeaders } from "./limit-headers.ts";
import { nativeEdits } from "./native-edits.ts";
import { passes } from "./passes.ts";
import { probe } from "./probe.ts";
import { decodeMessages } from "./messages-decode.ts";
import { decodeRequest, envelope } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { response } from "./response.ts";
import { settings } from "./settings.ts";
import { thoughts } from "./thoughts.ts";
import { range, traits } from "./traits.ts";
import { webSearch } from "./web-search.ts";

export const anthropicMessages = {
  id: ANTHROPIC_MESSAGES,
  fieldNames: FIELD_NAMES,
  conversation: { field: "messages", decode: (said) => decodeMessages(listOf(said)) },
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
  response,
  error: { decode: decodeError, encode: encodeError },
  limitHeaders,
  tokenCount,
  modelList,
  probe,
  customCalls: () => "json",
  hostsWebSearch: true,
  webSearch,
} satisfies Dialect;
