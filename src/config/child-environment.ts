/** What of our environment a program gets that we start: what it needs to run, and no key of ours. */
import { oneOf } from "../wire/name-list.ts";
import type { Variables } from "./substitute.ts";

/** What programs need of Windows, and of a terminal's language. */
export const SYSTEM = ["SystemRoot", "windir", "ComSpec", "PATHEXT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_*"] as const;
/** How one gets out of this network. */
export const NETWORK = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] as const;

/** Names as `oneOf` has them; in any case, as Windows has it and proxies are written. */
export function only(variables: Variables, names: readonly string[]): Record<string, string> {
  const isWanted = oneOf(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value !== undefined && isWanted(name.toLowerCase()) ? [[name, value]] : [],
    ),
  );
}
