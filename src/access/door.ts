/** An open gateway spends its owner's money: it serves this machine, and no caller behind a tunnel, a proxy or a web page. */
import { GatewayError } from "../ir/error.ts";
import { isForwarding } from "../wire/forwarding.ts";
import { isLocalOrigin, LOCAL_HOSTS } from "../wire/host.ts";

const FIX = "Set a key (SERVICE_API_KEY, or `auth.keys` in the configuration) and send it with each request.";

/** Throws `forbidden` with the fix when a request reached an open gateway from outside. */
export function checkOpenDoor(headers: Headers): void {
  const host = headers.get("host") ?? "";
  if (!LOCAL_HOSTS.has(hostName(host)))
    refuse(
      `This gateway has no key configured and answers only to localhost, not to the host ${JSON.stringify(host)}.`,
    );
  headers.forEach((_value, name) => {
    if (isForwarding(name))
      refuse(`This gateway has no key configured, and the request came through a proxy or tunnel (header ${name}).`);
  });
  const origin = headers.get("origin");
  if (origin !== null && !isLocalOrigin(origin))
    refuse(`This gateway has no key configured, and the request came from the web page ${JSON.stringify(origin)}.`);
}

/** Without its port. */
function hostName(host: string): string {
  const colon = host.lastIndexOf(":");
  return (colon > 0 && /^\d+$/.test(host.slice(colon + 1)) ? host.slice(0, colon) : host).toLowerCase();
}

function refuse(why: string): never {
  throw new GatewayError("forbidden", `${why} ${FIX}`);
}
