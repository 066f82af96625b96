/**
 * How much text an answer has so far, for a stream that ends without a bill. Its characters are counted as they pass; a
 * sample of a few thousand, spread over all of it, tells how many tokens they come to. Both are of the text as JSON
 * writes it, so that most of it is never decoded.
 */
import { tokensIn } from "../providers/text-tokens.ts";

export interface Delivered {
  /** So many characters more. */
  add(chars: number): void;
  /** Whether the place that the text has come to is one of the sample's. */
  readonly samples: boolean;
  /** A whole string literal, quotes included. */
  sample(literal: string): void;
  tokens(): number;
}

/** Characters of one place of the sample, a power of two; and how many places there are at most. */
const PLACE_BITS = 9;
const PLACES_MAX = 16;
/** From the first on, for the words of most answers are alike. */
const STRIDE = 2;
/** Of one literal: a vendor may send its whole answer in one. */
const LITERAL_MAX = 4_096;

/** `decode`: of text that has one character for each byte. */
export function delivered(decode: (coded: string) => string = (text) => text): Delivered {
  let places: Place[] = [];
  let place = "";
  let chars = 0;
  /** Every so many places one is sampled, a power of two: more as the text grows. */
  let stride = STRIDE;
  const take = (): void => {
    // Decoded at once: a slice would keep the whole read that it is of.
    places.push({ text: textOf(decode(place)), chars: place.length });
    place = "";
    if (places.length <= PLACES_MAX) return;
    places = places.filter((_, at) => at % 2 === 0);
    stride *= 2;
  };
  return {
    add: (more) => void (chars += more),
    get samples() {
      return ((chars >> PLACE_BITS) & (stride - 1)) === 0;
    },
    sample: (literal) => {
      place += literal.slice(1, Math.min(literal.length - 1, LITERAL_MAX));
      if (place.length >> PLACE_BITS > 0) take();
    },
    tokens: () => {
      if (place !== "") take();
      const sampled = places.reduce((sum, one) => sum + one.chars, 0);
      if (sampled === 0) return 0;
      return Math.ceil((tokensIn(places.map(({ text }) => text).join("")) * chars) / sampled);
    },
  };
}

interface Place {
  readonly text: string;
  /** As they were counted. */
  readonly chars: number;
}

/** What was cut in the middle of an escape is taken as it stands. */
function textOf(inside: string): string {
  if (!inside.includes("\\")) return detached(inside);
  try {
    return JSON.parse(`"${inside}"`) as string;
  } catch {
    return detached(inside);
  }
}

/** A copy, which keeps nothing else. */
const detached = (text: string): string => Buffer.from(text).toString();
