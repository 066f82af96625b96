/** The count of a request's tokens. https://platform.claude.com/docs/en/api/messages-count-tokens */
import type { TokenCount } from "../dialect.ts";

export const tokenCount: TokenCount = {
  paths: ["/v1/messages/count_tokens", "/messages/count_tokens"],
  isAnswer: (body) => typeof body.input_tokens === "number",
  encode: (tokens) => ({ input_tokens: tokens }),
};
