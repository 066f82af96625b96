/** Where Responses callers post, at the gateway and at an upstream. */
import { deploymentPath } from "../deployment.ts";
import type { Paths } from "../dialect.ts";
import { OPENAI_RESPONSES } from "./id.ts";

const PLAIN = ["/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"];

export const paths: Paths = {
  generate: [...PLAIN, deploymentPath("/responses")],
  webSocket: PLAIN,
  bodyDialect: () => OPENAI_RESPONSES,
  isOwn: (path) => path.split("/").includes("responses"),
  upstream: () => "/responses",
};
