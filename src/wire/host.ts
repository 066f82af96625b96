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
