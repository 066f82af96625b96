/** What strangers found in the gateway, and the tests that hold each mend; or why there is none. */
export interface Finding {
  /** The review and its number; letters count the points of one number. */
  readonly id: string;
  readonly what: string;
  /** `file > name of the test`, as they stand in the source. */
  readonly tests: readonly string[];
  /** What of it stays as it is, and why. */
  readonly left?: string;
}
