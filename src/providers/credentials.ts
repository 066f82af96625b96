/** Removes the operator's credentials from what a vendor sends: debug pages and proxies repeat the request's headers. */
import type { ProviderConfig } from "../config/config.ts";

type Credentials = Pick<ProviderConfig, "apiKey" | "headers">;

/** The text itself where it holds none of them. */
export function withoutCredentials(text: string, provider: Credentials): string {
  const { pattern } = searchOf(provider);
  return pattern ? text.replace(pattern, "[redacted]") : text;
}

export const headersWithoutCredentials = (
  headers: Readonly<Record<string, string>>,
  provider: Credentials,
): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withoutCredentials(value, provider)]));

/** False: the text holds no credential. Cheap, for it runs on many events of a stream. The text may have one character for each byte: needles are ASCII. */
export const mayHoldCredentials = (text: string, provider: Credentials): boolean =>
  searchOf(provider).needles.some((needle) => text.includes(needle));

/** Of a text that was cut short: also without the part of a credential that it ends in. */
export function cutWithoutCredentials(text: string, provider: Credentials): string {
  const clean = withoutCredentials(text, provider).replace(UNFINISHED, "");
  const heads = credentialsOf(provider).map((credential) => plain(credential.text));
  const longest = Math.max(0, ...heads.map(({ length }) => length)) * SPELLING_MAX;
  const endsInHead = (at: number, chars: number, of: number): boolean => {
    const tail = plain(clean.slice(at, at + chars)).slice(0, of);
    return heads.some((head) => head.startsWith(tail));
  };
  for (let at = Math.max(0, clean.length - longest); at < clean.length; at++)
    // Three characters first: a key may be a token of some thousand.
    if (endsInHead(at, 3 * SPELLING_MAX, 3) && endsInHead(at, longest, longest)) return clean.slice(0, at);
  return clean;
}

/** The longest way to write one character: four backslashes and `u00ff`. */
const SPELLING_MAX = 9;
/** A character of which only a part came. */
const UNFINISHED = /(?:\\{1,4}(?:u[\da-f]{0,3})?|%[\da-f]?|&#?[\da-z]{0,5}|\ufffd)$/i;
const SPELT = /\\+u00([\da-f]{2})|%([\da-f]{2})|&#x0?([\da-f]{2});|&#0?(\d{2,3});|&(amp|lt|gt|quot|apos);|\\+/gi;

const plain = (text: string): string =>
  text
    .replace(SPELT, (_all, json?: string, url?: string, hex?: string, decimal?: string, name?: string) => {
      const code = json ?? url ?? hex;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (decimal !== undefined) return String.fromCharCode(Number(decimal));
      return Object.keys(NAMED).find((character) => NAMED[character] === name?.toLowerCase()) ?? "";
    })
    .toLowerCase();

interface Search {
  readonly pattern: RegExp | undefined;
  /** Of each credential that is no ordinary word, the longest part that has one spelling. */
  readonly needles: readonly string[];
}
const SEARCHES = new WeakMap<Credentials, Search>();

function searchOf(provider: Credentials): Search {
  let known = SEARCHES.get(provider);
  if (!known) {
    const spellings = credentialsOf(provider).toSorted((a, b) => b.text.length - a.text.length);
    const pattern = spellings.length > 0 ? new RegExp(spellings.map(inAnySpelling).join("|"), "gi") : undefined;
    const needles = spellings.filter(({ text }) => text.length >= LENGTH_MIN).map(({ text }) => needleOf(text));
    SEARCHES.set(provider, (known = { pattern, needles }));
  }
  return known;
}

function needleOf(text: string): string {
  const [longest = ""] = text.split(/[^A-Za-z0-9]+/).toSorted((a, b) => b.length - a.length);
  return longest;
}

interface Credential {
  readonly text: string;
  /** The headers that carry it. */
  readonly names: readonly string[];
}

/** Below this it may be an ordinary word or number, and is a credential only in the place of one. */
const LENGTH_MIN = 8;
const KEY_HEADERS = ["authorization", "x-api-key", "api-key"];

function credentialsOf({ apiKey, headers }: Credentials): Credential[] {
  const own = Object.entries(headers).flatMap(([name, value]) => {
    const [scheme = "", ...rest] = value.trim().split(/\s+/);
    // `Bearer KEY` may be repeated without its scheme.
    const bare = SCHEMES.includes(scheme.toLowerCase()) ? rest.join(" ") : value.trim();
    return [bare, ...(scheme.toLowerCase() === "basic" ? [passwordOf(bare)] : [])].map((text) => ({
      text,
      names: [name],
    }));
  });
  const all = [...(apiKey ? [{ text: apiKey, names: KEY_HEADERS }] : []), ...own].filter(({ text }) => text !== "");
  const coded = all
    .filter(({ text }) => text.length >= LENGTH_MIN)
    .map(({ text, names }) => ({ text: Buffer.from(text).toString("base64").split("=", 1).join(), names }));
  return [...all, ...coded];
}

const SCHEMES = ["bearer", "basic", "token", "apikey"];

const passwordOf = (basic: string): string => {
  const [, ...password] = Buffer.from(basic, "base64").toString().split(":");
  return password.join(":");
};

/** As it is, or as JSON, a URL or a web page writes it. Every repetition is bounded. */
function inAnySpelling({ text, names }: Credential): string {
  const spelt = [...text].map(spellingsOf).join("");
  if (text.length >= LENGTH_MIN) return spelt;
  const marks = [
    ...SCHEMES.map((scheme) => `${scheme} `),
    ...names.map((name) => `${escaped(name)}["'\\\\]{0,3} ?[:=] ?["'\\\\]{0,3}`),
  ];
  return `(?<=(?:^|[^\\w-])(?:${marks.join("|")}))${spelt}(?![\\w-])`;
}

function spellingsOf(character: string): string {
  const code = character.charCodeAt(0);
  if (/[A-Za-z0-9]/.test(character) || code > 0xff) return escaped(character);
  const hex = code.toString(16).padStart(2, "0");
  return `(?:\\\\{0,4}(?:${escaped(character)}|u00${hex})|%${hex}|&#0?${code};|&#x0?${hex};|&(?:${NAMED[character] ?? "-"});)`;
}

const NAMED: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
