/** Names of a file as they may be told: a key may stand where a name should, as in `{ sk-…: 1 }` for a forgotten `api_key:`. */
import { looksLikeKey } from "../api-keys.ts";

/** In the place of a name that may be a key. */
export const HIDDEN = "…";

/** The operator's own words are told unless they look like a key; of all others, those that look like the schema's. */
export function shownName(path: readonly PropertyKey[], at: number): PropertyKey {
  const name = path[at] as PropertyKey;
  if (typeof name !== "string") return name;
  return (isOwnWord(path, at) ? !looksLikeKey(name) : /^[a-z_]{1,24}$/.test(name)) ? name : HIDDEN;
}

/** A name that variables are part of, as it is written: without their defaults. */
export function shownWritten(written: string): string {
  const literal = written.replaceAll(/\$\{[^}]*\}?/g, "");
  const shown = looksLikeKey(literal) ? (written.match(/\$\{[^}]*\}/g) ?? []).join("") : written;
  return shown.replaceAll(/:-[^}]*/g, `:-${HIDDEN}`);
}

/** A provider, a model, a header. */
const isOwnWord = ([group, , field]: readonly PropertyKey[], at: number): boolean =>
  (at === 1 && (group === "providers" || group === "models")) ||
  (at === 3 && group === "providers" && field === "headers");
