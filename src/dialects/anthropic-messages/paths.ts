/** Where Messages callers post, at the gateway and at an upstream. */
import type { Paths } from "../dialect.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

/** Twice /v1: the SDKs of Messages append it themselves. */
const BEGINNINGS = ["/v1/messages", "/messages", "/v1/v1/messages"];

export const paths: Paths = {
  generate: ["/v1/messages", "/messages"],
  bodyDialect: () => ANTHROPIC_MESSAGES,
  isOwn: (path) => BEGINNINGS.some((start) => path.startsWith(start)),
  upstream: (operation) => (operation === "count-tokens" ? "/messages/count_tokens" : "/messages"),
};
