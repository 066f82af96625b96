/** A change as a person reads it before saying yes. Only changed lines, and no secret in full, whoever's it is. */
import { maskSecret } from "../config/mask.ts";
import { withoutAlike } from "./alike.ts";
import { hunksOf, type Hunk } from "./diff.ts";
import type { Change } from "./setup.ts";

export function showChange({ path, before, after, brief }: Change): string {
  const head = before === undefined ? `${path} (new)` : path;
  if (brief !== undefined) return `${head}\n  ${brief}`;
  return [head, ...hunksOf(before ?? "", after).flatMap(showHunk)].join("\n");
}

function showHunk({ line, removed, added }: Hunk): string[] {
  const shown = (sign: string, lines: readonly string[]): string[] =>
    withoutAlike(lines.map((text) => text.replace(/\r?\n$/, ""))).map((text) => `  ${sign} ${maskSecrets(text)}`);
  return [`  line ${line}`, ...shown("-", removed), ...shown("+", added)];
}

/** The name of a secret, in the ways that configurations and command lines have it. `max_tokens` is none. */
const NAMED =
  /((?:["']|\b)[\w.-]*(?:key|token(?!s)|secret|passw(?:or)?d|passwd|pwd|credential|authorization|cookie)[\w-]*["']?\s*[:=,]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',}\]#[{][^\s"',}\]#]*)/gi;
const BEARER = /\b(bearer|basic)\s+[^\s"',]+/gi;
const IN_URL = /(:\/\/)[^/\s"'@]+@/g;
/** A run this long with digits in it is a key wherever it stands. */
const LONG = /[A-Za-z0-9_+=.-]{24,}/g;
const PLAIN = /^["']?(true|false|null|\d+)["']?$/;

export function maskSecrets(line: string): string {
  return line
    .replace(BEARER, "$1 ****")
    .replace(NAMED, (_whole, name: string, value: string) => name + maskValue(value))
    .replace(IN_URL, "$1****@")
    .replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) && !run.includes("****") ? maskSecret(run) : run));
}

function maskValue(value: string): string {
  if (PLAIN.test(value)) return value;
  const quote = /^["']/.exec(value)?.[0] ?? "";
  return quote === "" ? maskSecret(value) : `${quote}${maskSecret(value.slice(1, -1))}${quote}`;
}
