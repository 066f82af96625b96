/** What a caller says of a call in headers of the gateway's own. It is believed first and goes to no vendor; what cannot be read is passed over, for no call shall fail for its label. */
import type { Origin } from "../ir/origin.ts";
import { defined } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { isPrintable } from "../wire/printable.ts";
import { repositoryOf } from "./repository.ts";

const PREFIX = "x-codeswitch-";
const OWN_SESSION = `${PREFIX}session`;

export function ownOrigin(headers: Headers): Origin {
  const said = (name: string): string | undefined => wordIn(headers.get(PREFIX + name));
  const session = said("session");
  const repo = said("repo");
  return defined<Origin>({
    session,
    sessionFrom: session === undefined ? undefined : OWN_SESSION,
    agent: said("agent"),
    parentAgent: said("parent-agent"),
    // `owner/name`, as a CI has it in a variable, stays as it is.
    repo: repo === undefined ? undefined : (repositoryOf(repo) ?? withoutUser(repo)),
    branch: said("branch"),
    pr: said("pr"),
  });
}

/** An address that could not be read may still hold a user and his secret. */
const withoutUser = (repo: string): string | undefined => (/[@:]/.test(repo) ? undefined : repo);

/** `x-codeswitch-tags: team=search,ticket=A-12`. */
export function ownTags(headers: Headers): Readonly<Record<string, string>> {
  const said = headers.get(`${PREFIX}tags`);
  if (said === null) return NO_TAGS;
  const tags: Record<string, string> = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const pair of decoded(said.slice(0, TAGS_LENGTH_MAX)).split(",")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals)).trim();
    const value = wordOf(pair.slice(equals + 1));
    if (!TAG_NAME.test(name) || value === undefined) continue;
    if (count++ < LIMITS.callTagsMax) tags[name] = value;
  }
  return { ...tags };
}
const NO_TAGS: Readonly<Record<string, string>> = {};
const TAG_NAME = /^[\w.-]{1,64}$/;
const TAGS_LENGTH_MAX = 8 * 1024;

/** One word of a header as a record may hold it: printable, and not long. Absent, empty or anything else: undefined. */
export const wordIn = (value: string | null | undefined): string | undefined =>
  value === null || value === undefined ? undefined : wordOf(value.length > LONGEST ? value : decoded(value));

export function wordOf(value: string): string | undefined {
  if (value.length > LONGEST) return undefined;
  const word = value.trim();
  return word !== "" && word.length <= LIMITS.labelLengthMax && isPrintable(word) ? word : undefined;
}
/** A header's text has one character for each byte. */
const LONGEST = 4 * LIMITS.labelLengthMax;

/** Header values come with one character for each byte; most who write others than ASCII mean UTF-8. */
function decoded(value: string): string {
  if (!BEYOND_ASCII.test(value)) return value;
  try {
    return STRICT_UTF8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
const BEYOND_ASCII = /[\x80-\xff]/;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });
