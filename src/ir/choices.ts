/** The words that a request chooses among: OpenAI's, which others took over. */

/** Lowest first. Vendors add others. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const VERBOSITIES = ["low", "medium", "high"] as const;
export const TRUNCATIONS = ["auto", "disabled"] as const;
export const SUMMARIES = ["auto", "concise", "detailed"] as const;

export type Summary = (typeof SUMMARIES)[number];
export const isSummary = (word: unknown): word is Summary => SUMMARIES.some((summary) => summary === word);
