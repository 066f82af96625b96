/** Text from outside, as it may stand in a line of a log: nothing that moves a cursor, breaks a line or turns its direction. */

/** Characters of one field. What is cut off ends in `…`. */
const LENGTH_MAX = 256;

export function printable(text: string): string {
  // Cut first: what comes from outside may be megabytes long.
  const cut = text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX - 1)}…`;
  return isPrintable(cut) ? cut : cut.replace(EACH_UNPRINTABLE, escaped);
}

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** Control and format characters, line and paragraph separators, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const EACH_UNPRINTABLE = new RegExp(UNPRINTABLE.source, "gu");

/** As JSON writes them: `\u001b`. */
const escaped = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
