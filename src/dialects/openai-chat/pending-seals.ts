/** Pieces of `reasoning_details` that wait for the end of the block that they belong to. */
import type { Seal } from "../../ir/seal.ts";
import { type JsonObject, textIn } from "../../wire/json.ts";
import { LIMITS } from "../../wire/limits.ts";
import type { ReplyContext } from "../dialect.ts";
import { folded, GROWING, sealOf } from "./seals.ts";

export interface PendingSeal {
  add(piece: JsonObject): void;
  /** All of it as one seal; from here on it is empty. */
  take(): Seal | undefined;
}

/** About what a piece holds beside its text. */
const PIECE_CHARS = 64;

export function pendingSeal(context: ReplyContext): PendingSeal {
  let pieces: JsonObject[] = [];
  let chars = 0;
  return {
    add: (piece) => {
      chars += PIECE_CHARS + GROWING.reduce((sum, key) => sum + textIn(piece, key).length, 0);
      // What the vault would not keep nobody needs to hold, and a part of it would be refused.
      if (chars > LIMITS.vaultTurnBytesMax) pieces = [];
      else pieces.push(piece);
    },
    take: () => {
      const seal = pieces.length > 0 ? sealOf(folded(pieces), context.from) : undefined;
      pieces = [];
      return seal;
    },
  };
}
