/** OpenAI Responses: OpenAI, Azure, xAI and every server that offers /responses; Codex and the SDKs as clients. */
import type { Dialect } from "../dialect.ts";
import { openaiLimitHeaders } from "../limit-headers.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";
import { error } from "./error.ts";
import { FIELD_NAMES, headers, marks, paths } from "./facts.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { nativeEdits } from "./native-edits.ts";
import { passes } from "./passes.ts";
import { probe } from "./probe.ts";
import { decodeInput } from "./items-decode.ts";
import { decodeRequest, envelope } from "./request-decode.ts";
import { encodeRequest } from "./request-encode.ts";
import { response } from "./response.ts";
import { range, traits } from "./traits.ts";
import { settings } from "./settings.ts";
import { thoughts } from "./thoughts.ts";

export const openaiResponses = {
  id: OPENAI_RESPONSES,
  fieldNames: FIELD_NAMES,
  conversation: { field: "input", decode: (said) => decodeInput(said, "input") },
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
  error,
  limitHeaders: openaiLimitHeaders,
  probe,
  customCalls: () => "custom",
  sealsThoughts: true,
  hostsWebSearch: true,
} satisfies Dialect;
