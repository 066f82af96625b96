/** The error for a path that is not in the table, with the nearest thing that the caller can do. */
import { isGoogles, NOT_SPOKEN } from "../clients/gemini-cli.ts";
import { GatewayError } from "../ir/error.ts";
import { ROUTES } from "./routes.ts";

export const nothingAt = (path: string): GatewayError =>
  new GatewayError("not-found", `There is nothing at ${path}${adviceFor(path)}`);

function adviceFor(path: string): string {
  if (isGoogles(path)) return `. ${NOT_SPOKEN}`;
  const meant = meantBy(path);
  if (meant === undefined) return `. ${ANSWERED}`;
  const before = path.slice(0, path.length - meant.length);
  const which = path.startsWith(before, before.length) ? `the first ${before}` : before;
  return `; ${meant} is; take ${which} off the base URL.`;
}

const ANSWERED =
  "This gateway answers POST at /v1/chat/completions, /v1/responses, /v1/messages and /v1/messages/count_tokens, and GET at /v1/models. For anything else ask the vendor itself.";

/** The paths that a client puts behind its base URL. Paths of health are not among them: no client builds those. */
const PLAIN = ROUTES.flatMap(({ path, access }) => (typeof path === "string" && access === "key" ? [path] : []));

/** The longest of them that the path ends in: SDKs append theirs to whatever base URL they are given. */
const meantBy = (path: string): string | undefined =>
  PLAIN.filter((known) => path.endsWith(known)).toSorted((one, other) => other.length - one.length)[0];
