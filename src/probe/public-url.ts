/** Whether a public address is HTTPS and leads to this gateway, as a client in somebody's cloud would see it. */
import { type Answered, call, messageOf } from "./call.ts";
import { REQUEST_ID } from "./gateway.ts";
import { command } from "../typed/command.ts";

/** undefined: it does. Else what is wrong and what to do. */
export async function publicUrlFault(url: string, key: string): Promise<string | undefined> {
  const fault = publicAddressFault(url);
  if (fault !== undefined) return fault;
  const root = url.replace(/\/+$/, "");
  const got = await call({
    url: `${root}/cursor/v1/models`,
    headers: { authorization: `Bearer ${key}` },
    timeoutMs: 15_000,
  });
  if (got.kind === "failed") return `${root} does not answer: ${got.words}. ${got.fix}`;
  return answerFault(root, got);
}

/** What can be told without asking. */
export function publicAddressFault(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return `"${url}" is no URL. Write it like https://name.example.com.`;
  if (parsed.protocol !== "https:")
    return `${url} is not HTTPS, and only HTTPS is called. Put a tunnel or a proxy with a certificate in front: ${command("start --tunnel")}.`;
  if (parsed.pathname !== "/" && parsed.pathname !== "")
    return `${url} has a path. Write the host alone: ${parsed.origin}.`;
  if (isPrivate(parsed.hostname))
    return `${parsed.hostname} is an address of this machine or network, which nobody outside can call. Use a tunnel: ${command("start --tunnel")}.`;
  return undefined;
}

/** RFC 1918, loopback, link-local, and names that no public DNS has. */
const isPrivate = (host: string): boolean =>
  /^(localhost|.*\.(local|internal|lan|home|localhost)|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[(::1?|f[cd].*|fe80.*)\])$/i.test(
    host,
  );

function answerFault(root: string, got: Answered): string | undefined {
  if (!got.headers.has(REQUEST_ID))
    return `${root} answers (status ${got.status}), but not with this gateway. Check where the tunnel or the proxy leads, and whether it asks for a log-in of its own.`;
  if (got.status === 200) return undefined;
  return `${root} leads to a gateway, which says: ${messageOf(got)}`;
}
