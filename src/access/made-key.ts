/** Keys that the gateway makes: `cs-`, 256 random bits and a checksum, so that a typo is told without a look-up and scanners of secrets can be sure. */
import { randomBytes } from "node:crypto";

/** Example: cs-4fXq…, 52 characters: three, then 43 of the secret, then 6 of the checksum. */
const START = "cs-";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = BigInt(ALPHABET.length);
const SECRET_BYTES = 32;
/** As many as the largest value takes: 62^43 > 2^256, 62^6 > 2^32. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const MADE = new RegExp(`^${START}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

export function makeKey(random: Uint8Array = randomBytes(SECRET_BYTES)): string {
  const secret = inBase62(BigInt(`0x${Buffer.from(random).toString("hex")}`), SECRET_LENGTH);
  return START + secret + checksum(secret);
}

/** made: whole, though perhaps nobody's. mistyped: begins like one, and is none. */
export function kindOfKey(key: string): "made" | "mistyped" | "other" {
  if (!key.startsWith(START)) return "other";
  if (!MADE.test(key)) return "mistyped";
  const end = START.length + SECRET_LENGTH;
  return key.slice(end) === checksum(key.slice(START.length, end)) ? "made" : "mistyped";
}

/** What may be shown of it later. */
export const shownKey = (key: string): string => `${START}…${key.slice(-4)}`;

const checksum = (secret: string): string => inBase62(BigInt(Bun.hash.crc32(secret)), CHECKSUM_LENGTH);

function inBase62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= BASE) text = ALPHABET.charAt(Number(rest % BASE)) + text;
  return text;
}
