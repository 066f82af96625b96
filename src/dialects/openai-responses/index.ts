/** OpenAI Responses: OpenAI, Azure, xAI and every server that offers /responses; Codex and the SDKs as clients. */
import type { Dialect } from "../dialect.ts";
import { error } from "./error.ts";
import { envelope, request } from "./request.ts";
import { response } from "./response.ts";
import { passes } from "./native.ts";
import { stream } from "./stream.ts";
import { DIALECT } from "./wire.ts";
import { WORDS } from "./words.ts";

export { isNative } from "./native.ts";

export const openaiResponses = {
  id: DIALECT,
  words: WORDS,
  passes,
  envelope,
  request,
  stream,
  response,
  error,
} satisfies Dialect;
