/** The address that a server listens on, as a URL that this machine can call. */

const ANY: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]"]);

/** On every address of the machine, which is none to call. */
export const listensEverywhere = (host: string): boolean => ANY.has(host);

/** An IPv6 address may have its brackets already. */
export const hostInUrl = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);

export const localUrl = (host: string, port: number | string): string =>
  `http://${listensEverywhere(host) ? "127.0.0.1" : hostInUrl(host)}:${port}`;
