/** What no key may be called: these callers have none, or the owner's. */
export const RESERVED_NAMES: readonly string[] = ["local", "nobody", "owner"];
