/** An open gateway spends its owner's money: it serves this machine and nobody behind a tunnel, a proxy or a web page. */
import { GatewayError } from "../ir/error.ts";

const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const FORWARDING = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];
const FORWARDING_PREFIXES = ["x-forwarded-", "cf-"];

const FIX = "Set a key (SERVICE_API_KEY, or `auth.keys` in the configuration) and send it with each request.";

/** Throws `forbidden` with the fix when a request reached an open gateway from outside. */
export function checkOpenDoor(headers: Headers): void {
  const host = headers.get("host") ?? "";
  if (!LOCAL_HOSTS.has(hostName(host)))
    refuse(
      `This gateway has no key configured and answers only to localhost, not to the host ${JSON.stringify(host)}.`,
    );
  headers.forEach((_value, name) => {
    if (FORWARDING.includes(name) || FORWARDING_PREFIXES.some((prefix) => name.startsWith(prefix)))
      refuse(`This gateway has no key configured, and the request came through a proxy or tunnel (header ${name}).`);
  });
  const origin = headers.get("origin");
  if (origin !== null && !isLocalOrigin(origin))
    refuse(`This gateway has no key configured, and the request came from the web page ${JSON.stringify(origin)}.`);
}

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);

const hostName = (host: string): string => host.replace(/:\d+$/, "").toLowerCase();

function isLocalOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && LOCAL_HOSTS.has(url.hostname);
}

function refuse(why: string): never {
  throw new GatewayError("forbidden", `${why} ${FIX}`);
}
