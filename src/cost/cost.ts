/** What a call cost, in integer nano-dollars (10⁻⁹ $). */

export interface Cost {
  /** null: the price of the model, or of a counter that it reports, is not known. */
  readonly nano: number | null;
  /** The version of the price table, or of the file that a price came from. */
  readonly priceVersion: string | null;
  /** false: no price, or the input rate stands for one that the table lacks. */
  readonly priced: boolean;
}

/** Of a call that reached no model. */
export const NO_COST: Cost = { nano: 0, priceVersion: null, priced: true };
export const UNKNOWN_COST: Cost = { nano: null, priceVersion: null, priced: false };
