/** Opaque proof of a vendor that must return unchanged: a signature, encrypted reasoning, a thought signature. */
import { type DialectId, readDialectId } from "./dialect-id.ts";
import type { Placed } from "./field-names.ts";

/**
 * Upstream, a seal goes only to its own issuer and model family. Towards a foreign client it is wrapped (`cs1.…`) into
 * that dialect's signature or encrypted field, and unwrapped when it comes back.
 */
export interface Seal extends Placed {
  readonly dialect: DialectId;
  /** Who made it: the provider's kind and account, as `Addressee.issuer`. "" when a client presents it bare. */
  readonly issuer: string;
  /** Which models read it. "" when unknown. */
  readonly family: string;
  readonly value: string;
}

const PREFIX = "cs1.";

export const wrapSeal = (seal: Seal): string =>
  PREFIX + Buffer.from(JSON.stringify([seal.dialect, seal.issuer, seal.family, seal.value])).toString("base64url");

/** A wrapped seal becomes what it was; anything else is a bare seal of the client's own dialect; "" is none. */
export function readSeal(text: string | undefined, dialect: DialectId, at?: string): Seal | undefined {
  const place = at === undefined ? {} : { at };
  if (text === undefined || text === "") return undefined;
  if (!text.startsWith(PREFIX)) return { dialect, issuer: "", family: "", value: text, ...place };
  try {
    const parts: unknown = JSON.parse(Buffer.from(text.slice(PREFIX.length), "base64url").toString());
    if (!Array.isArray(parts) || parts.length !== 4 || parts.some((part) => typeof part !== "string")) return undefined;
    const [from, issuer, family, value] = parts as [string, string, string, string];
    return { dialect: readDialectId(from), issuer, family, value, ...place };
  } catch {
    return undefined;
  }
}

/** True when a body carries a seal that we wrapped: it must not pass as bytes. */
export const holdsWrappedSeal = (body: string): boolean => body.includes(`"${PREFIX}`);

export interface SealReader {
  readonly dialect: DialectId;
  readonly issuer: string;
  readonly family: string;
  /** It also seals calls apart from the thoughts in front of them. */
  readonly sealsCalls?: true;
}

/** A bare seal is taken at its word: its dialect is all we know. */
export const canRead = (reader: SealReader, seal: Seal): boolean =>
  seal.dialect === reader.dialect &&
  (seal.issuer === "" || seal.issuer === reader.issuer) &&
  (seal.family === "" || seal.family === reader.family);

/** What to print into a client's own field: bare for a client of the seal's dialect, wrapped for every other. */
export const sealFor = (client: DialectId, seal: Seal): string =>
  seal.dialect === client ? seal.value : wrapSeal(seal);

/** Anthropic's signatures come in pieces; others say theirs whole, and the last word counts. */
export const grownSeal = (
  before: Seal | undefined,
  next: { readonly seal: Seal; readonly mode: "set" | "append" },
): Seal => (next.mode === "append" && before ? { ...next.seal, value: before.value + next.seal.value } : next.seal);
