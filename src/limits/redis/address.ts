/** redis.url: which servers, how they are reached, and as who. */

export interface RedisAddress {
  readonly kind: "alone" | "cluster" | "sentinel";
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** sentinel only: the name of the set. */
  readonly name?: string;
  readonly sentinelPassword?: string;
  /** Gateways that must not count together on one server have different ones. */
  readonly namespace?: string;
}

/** What can be shown of it: no credentials. */
export const shownAddress = ({ hosts }: RedisAddress): string =>
  hosts.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(", ");

/** `{codeswitch}:`: braces, so that a cluster keeps all keys in one slot. */
export const prefixOf = ({ namespace }: RedisAddress): string =>
  `{codeswitch${namespace === undefined ? "" : `:${namespace}`}}:`;

/** The address, or what is wrong with it, as the end of a sentence. */
export function readAddress(url: string): RedisAddress | string {
  const [, scheme = "", kind = "", credentials, hosts = "", path = "", query = ""] = URL_PARTS.exec(url) ?? [];
  if (scheme === "") return "is not an address of Redis";
  const [username, password] = (credentials ?? "").split(/:(.*)/s).map(decoded);
  const found = hosts.split(",").map(hostOf);
  if (found.some((host) => host === undefined)) return "names no host, or a port that is none";
  const parameters = new URLSearchParams(query);
  const [first = "", second = ""] = path.split("/");
  const sentinel = kind === "sentinel";
  if (sentinel && first === "") return "names Sentinels and not the set that they watch";
  const database = sentinel ? second : first;
  if (!/^\d{0,4}$/.test(database)) return "names a database that is not a number";
  if (kind === "cluster" && Number(database) > 0) return "names a database, and a cluster has only one";
  if (kind === "" && found.length > 1) return "names several hosts of one server";
  const optional = {
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinel && { name: decoded(first) }),
    ...(parameters.has("sentinel_password") && { sentinelPassword: parameters.get("sentinel_password") ?? "" }),
    ...(parameters.has("namespace") && { namespace: (parameters.get("namespace") ?? "").replace(/[{}]/g, "") }),
  };
  return {
    kind: kind === "cluster" ? "cluster" : sentinel ? "sentinel" : "alone",
    hosts: found.flatMap((host) =>
      host === undefined ? [] : [{ ...host, port: host.port ?? (sentinel ? 26_379 : 6_379) }],
    ),
    tls: scheme.endsWith("s") && scheme !== "redis",
    database: Number(database),
    ...optional,
  };
}
const URL_PARTS =
  /^(redis|rediss|valkey|valkeys)(?:\+(cluster|sentinel))?:\/\/(?:([^@/]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/i;

function hostOf(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, six, four, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? [];
  const host = six ?? four;
  if (host === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1) return undefined;
  return { host, port: port === undefined ? undefined : Number(port) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A password with a bare percent sign.
    return text;
  }
}
