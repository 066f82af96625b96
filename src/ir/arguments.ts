/** The arguments of a call as clients parse them. Some vendors say nothing at all, or white space, where a tool takes none. */
import { type JsonLiteral, textOf } from "../wire/json.ts";

export interface Arguments {
  /** What is to be printed of a fragment; undefined: nothing yet. */
  next(fragment: JsonLiteral): JsonLiteral | undefined;
  /** What their end still needs: nothing is no JSON. */
  rest(): JsonLiteral | undefined;
}

export function callArguments(): Arguments {
  let blank = true;
  return {
    next: (fragment) => {
      // Only in front: behind the first sign white space may stand inside of a string.
      blank &&= textOf(fragment).trim() === "";
      return blank ? undefined : fragment;
    },
    rest: () => (blank ? EMPTY : undefined),
  };
}

const EMPTY: JsonLiteral = { json: '"{}"' };
