/**
 * `${NAME}` without quotes between brackets, where YAML takes its brace for one of its own. Its two braces are hidden
 * while the text is parsed, behind characters that nobody writes: everything stays where it stood.
 */
import { yamlWords } from "./yaml-words.ts";

/** Of the area for private use; a text that has them is left as it is. */
const [OPEN, CLOSE] = ["\uE000", "\uE001"];

/** What ends a plain value, and what begins a quoted one, may not stand in a default: such a variable needs quotes. */
const BARE = /\{[A-Za-z_]\w*(?::-(?:[^\n,[\]{}"'#:]|:(?=[^\s,[\]{}]))*)?\}/y;

/** The same text, as long as it was. */
export function hideBraces(text: string): string {
  if (!text.includes("${") || text.includes(OPEN) || text.includes(CLOSE)) return text;
  let [hidden, done] = ["", 0];
  let isBehindDollar = false;
  for (const { kind, text: word, offset } of yamlWords(text)) {
    if (isBehindDollar && kind === "syntax" && word === "{") {
      BARE.lastIndex = offset;
      const [bare] = BARE.exec(text) ?? [];
      if (bare !== undefined) {
        hidden += `${text.slice(done, offset)}${OPEN}${bare.slice(1, -1)}${CLOSE}`;
        done = offset + bare.length;
      }
    }
    isBehindDollar = kind === "plain" && word.endsWith("$");
  }
  return hidden + text.slice(done);
}

export const showBraces = (text: string): string => text.replaceAll(OPEN, "{").replaceAll(CLOSE, "}");
