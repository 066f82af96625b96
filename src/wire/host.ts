/** Names of hosts: this machine's own, and those of a domain. */

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

/** How a program of this machine names it in a URL. */
export const LOCAL_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function isLocalOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && LOCAL_HOSTS.has(url.hostname);
}

/** The domain itself, and all below it. */
export const isOfDomain = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** Of a private network: an address that nobody else's server can have, or a name that only a network of one's own resolves. */
export const isPrivate = (host: string): boolean =>
  isLoopback(host) ||
  /^(10(\.\d{1,3}){3}|192\.168(\.\d{1,3}){2}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|\[f[cd][0-9a-f:]+\]|[^.:]+|.+\.(local|internal|lan))$/i.test(
    host,
  );
