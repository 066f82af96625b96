/** Text from outside, as it may stand in a line of a log: nothing that moves a cursor, breaks a line or turns its direction. */

/** Characters of one field. What is cut off ends in `…`. */
const LENGTH_MAX = 256;

/** Before anything else: what comes from outside may be megabytes long. */
export const shortened = (text: string): string =>
  text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX - 1)}…`;

/** As JSON writes them, `\u001b`: in a text of JSON that is the same text, for only its strings can hold such characters. */
export const escaped = (text: string): string =>
  isPrintable(text) ? text : text.replace(EACH_UNPRINTABLE, escapedCharacter);

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** Control and format characters, line and paragraph separators, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const EACH_UNPRINTABLE = new RegExp(UNPRINTABLE.source, "gu");

const escapedCharacter = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
