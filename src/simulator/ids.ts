/** Ids as the vendors make them: a prefix and noise, never twice the same. */
import { randomBytes } from "node:crypto";

export const responseId = (): string => `resp_${hex(25)}`;
export const completionId = (): string => `chatcmpl-${letters(29)}`;
export const messageId = (): string => `msg_01${letters(22)}`;
export const requestId = (): string => `req_01${letters(22)}`;
export const toolUseId = (): string => `toolu_01${letters(22)}`;
export const callId = (): string => `call_${letters(24)}`;
export const itemId = (prefix: "rs" | "msg" | "fc" | "ctc"): string => `${prefix}_${hex(25)}`;
/** Thought before it was called: this item is refused without its reasoning item, and the `r` lets the checker know. */
export const reasonedItemId = (prefix: "fc" | "ctc"): string => `${prefix}_r${hex(24)}`;
export const needsReasoning = (id: string): boolean => /^(fc|ctc)_r[0-9a-f]{48}$/.test(id);
/** What hides a delta's length on the wire. */
export const obfuscation = (length: number): string => letters(16 - (length % 16));

const hex = (bytes: number): string => randomBytes(bytes).toString("hex");
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const letters = (length: number): string =>
  [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
