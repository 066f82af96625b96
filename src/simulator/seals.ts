/** The opaque proofs that vendors put beside reasoning. Ours are HMACs, so the strict checker can tell an altered one from a true one. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export interface Seals {
  /** Anthropic's `signature`: covers the text as shown, the empty text of an omitted one included. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
  /** OpenAI's `encrypted_content`, Anthropic's redacted `data`. Two seals of the same thing differ, as the vendors' do. */
  seal(itemId: string): string;
  /** foreign: not ours, or altered. other-item: ours, and made for another item than the one it stands on (an item may come without its id). */
  judge(sealed: string, itemId?: string): "fine" | "foreign" | "other-item";
}

/** For requests with seals of real vendors, which nobody here can verify: whatever is there is taken as true. */
export const TRUSTING: Seals = {
  sign: () => "",
  verify: (_text, signature) => signature !== "",
  seal: () => "",
  judge: () => "fine",
};

/** Who shares the secret reads each other's seals, as deployments of one vendor do. */
export function createSeals(secret = "codeswitch-simulator"): Seals {
  const mac = (...parts: readonly (string | Buffer)[]): Buffer => {
    const hash = createHmac("sha256", secret);
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest();
  };
  return {
    sign: (text) => {
      const nonce = randomBytes(24);
      return Buffer.concat([SIGNATURE_HEAD, nonce, mac("signature", nonce, text)]).toString("base64");
    },
    verify: (text, signature) => {
      const bytes = decoded(signature, "base64");
      if (bytes === undefined || bytes.length !== SIGNATURE_HEAD.length + 24 + 32) return false;
      const nonce = bytes.subarray(SIGNATURE_HEAD.length, SIGNATURE_HEAD.length + 24);
      return timingSafeEqual(bytes.subarray(-32), mac("signature", nonce, text));
    },
    seal: (itemId) => {
      const nonce = randomBytes(24);
      const id = Buffer.from(itemId);
      return `gAAAAAB${Buffer.concat([nonce, mac("seal", nonce, id), id]).toString("base64url")}`;
    },
    judge: (sealed, itemId) => {
      const bytes = sealed.startsWith("gAAAAAB") ? decoded(sealed.slice(7), "base64url") : undefined;
      if (bytes === undefined || bytes.length < 56) return "foreign";
      const [nonce, proof, id] = [bytes.subarray(0, 24), bytes.subarray(24, 56), bytes.subarray(56)];
      if (!timingSafeEqual(proof, mac("seal", nonce, id))) return "foreign";
      return itemId === undefined || itemId === id.toString() ? "fine" : "other-item";
    },
  };
}

// Anthropic's signatures are protobuf in base64 and start with an E.
const SIGNATURE_HEAD = Buffer.from([0x12, 0x58, 0x0a]);

/** Buffer.from skips what is no base64; a changed character must not pass. */
function decoded(text: string, encoding: "base64" | "base64url"): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
