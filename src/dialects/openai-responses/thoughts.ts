/** A look at the reasoning in a body's conversation, before anything is decoded for it. */
import type { Thoughts } from "../dialect.ts";

/** Reasoning is an item of its own, which no client takes apart; only the decoder can say whose it is. */
export const thoughts = (): Thoughts => ({ lacksSeal: false, isUnsigned: false, mayHoldSeal: true });
