/** The address of a remote as the name of a repository: `git@host:owner/name.git` and `https://user:secret@host/owner/name` are one. */

/** Whoever holds the secret in an address is nobody's business, and a path of somebody's machine names no repository: undefined. */
export function repositoryOf(remote: string): string | undefined {
  const parts = remote.includes("://") ? urlParts(remote) : shortParts(remote);
  if (!parts) return undefined;
  const path = trimmed(parts.path);
  return path === "" ? undefined : `${parts.host.toLowerCase()}/${path}`;
}

interface Parts {
  readonly host: string;
  readonly path: string;
}

function urlParts(remote: string): Parts | undefined {
  const url = URL.parse(remote);
  if (!url || url.hostname === "" || !REMOTE.has(url.protocol)) return undefined;
  return { host: url.hostname, path: url.pathname };
}
const REMOTE: ReadonlySet<string> = new Set(["https:", "http:", "ssh:", "git:", "git+ssh:", "git+https:"]);

/** `git@host:owner/name`, as ssh takes it, or `host/owner/name`, as it is printed here. */
function shortParts(remote: string): Parts | undefined {
  const colon = remote.indexOf(":");
  const slash = remote.indexOf("/");
  const isSsh = colon > 0 && (slash < 0 || colon < slash);
  const end = isSsh ? colon : slash;
  if (end <= 0) return undefined;
  const host = remote.slice(remote.lastIndexOf("@", end) + 1, end);
  // `owner/name` has no host, and `C:` is a disk.
  const isHost = HOST.test(host) && (isSsh ? host.length > 1 : host.includes("."));
  const path = remote.slice(end + 1);
  // Behind the colon of `user:secret@host` stands a secret.
  return isHost && !path.includes("@") ? { host, path } : undefined;
}
const HOST = /^[a-z\d][a-z\d.-]*$/i;

/** Without slashes around it, without `.git`, without what stands behind `?` and `#`. */
function trimmed(path: string): string {
  const plain = path.split(/[?#]/, 1)[0] ?? "";
  const words = plain.split("/").filter((word) => word !== "");
  const last = words.pop()?.replace(/\.git$/, "") ?? "";
  return [...words, last].filter((word) => word !== "").join("/");
}
