/** How the upstream sends: the first segment of its paths. */
export type Scenario = "whole" | "eight" | "each" | "paced" | "slow";

export interface Manner {
  readonly framesPerWrite: number;
  /** Between two writes of one stream; 0: as fast as the reader takes them, other streams in between. */
  readonly pauseMs: number;
}

export const MANNERS: Readonly<Record<Exclude<Scenario, "whole">, Manner>> = {
  eight: { framesPerWrite: 8, pauseMs: 0 },
  each: { framesPerWrite: 1, pauseMs: 0 },
  // As models send: every frame arrives by itself. Without pauses a slow reader finds many at once, and looks cheaper than it is.
  paced: { framesPerWrite: 1, pauseMs: 2 },
  // Streams that stay open while memory is read.
  slow: { framesPerWrite: 1, pauseMs: 5_000 },
};
