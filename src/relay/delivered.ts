/**
 * How much text an answer has so far, for a stream that ends without a bill. Its characters are counted as they pass; a
 * sample of a few thousand, spread over all of it, tells how many tokens they come to. Both are of the text as JSON
 * writes it, so that most of it is never decoded.
 */
import { tokensIn } from "../providers/text-tokens.ts";

export interface Delivered {
  /** Up to so many characters nothing is sampled: whoever counts them compares, and mostly does no more. */
  readonly from: number;
  /** A whole string literal, quotes included, and the characters up to its end. */
  sample(literal: string, chars: number): void;
  /** About how many tokens so many characters come to. */
  tokens(chars: number): number;
}

/** Characters of one place of the sample, and how many places there are at most. */
const PLACE_CHARS = 512;
const PLACES_MAX = 16;
/** Every so many places one is sampled, at first. */
const STRIDE = 3;
/** Of one literal: a vendor may send its whole answer in one. */
const LITERAL_MAX = 4_096;

/** `decode`: of text that has one character for each byte. */
export function delivered(decode: (coded: string) => string = (text) => text): Delivered {
  let places: Place[] = [];
  let place = "";
  let stride = STRIDE;
  const take = (): void => {
    // Decoded at once: a slice would keep the whole read that it is of.
    places.push({ text: textOf(decode(place)), chars: place.length });
    place = "";
    if (places.length <= PLACES_MAX) return;
    places = places.filter((_, at) => at % 2 === 0);
    stride *= 2;
  };
  const sample = {
    from: 0,
    sample: (literal: string, chars: number): void => {
      place += literal.slice(1, Math.min(literal.length - 1, LITERAL_MAX));
      if (place.length < PLACE_CHARS) return;
      take();
      sample.from = chars + (stride - 1) * PLACE_CHARS;
    },
    tokens: (chars: number): number => {
      if (place !== "") take();
      const sampled = places.reduce((sum, one) => sum + one.chars, 0);
      if (sampled === 0) return 0;
      return Math.ceil((tokensIn(places.map(({ text }) => text).join("")) * chars) / sampled);
    },
  };
  return sample;
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
