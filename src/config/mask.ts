/** Secrets as they may be shown. */

/** A secret as it may be shown: enough to tell two apart, too little to use. */
export function maskSecret(secret: string): string {
  if (secret === "") return "";
  return secret.length < 20 ? "****" : `${secret.slice(0, 3)}****${secret.slice(-4)}`;
}

/** A URL without what it may carry beside its host and path. */
export function maskUrl(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return url;
  const { username, password, search, hash } = parsed;
  if (username + password + search + hash === "") return url;
  if (username + password !== "") [parsed.username, parsed.password] = ["****", ""];
  if (search !== "") parsed.search = "****";
  parsed.hash = "";
  return parsed.href;
}
