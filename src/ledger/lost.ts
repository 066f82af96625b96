/** What a call lost, counted by weight, and listed up to a bound with what may change the answer in front. */
import type { Loss } from "../ir/loss.ts";
import { LIMITS } from "../wire/limits.ts";
import { shortened } from "../wire/printable.ts";

/** Without words of a caller: a loss's own note may name a tool, its path may end in a name that the caller chose. */
export interface LoggedLoss extends Omit<Loss, "note" | "place"> {
  /** The ledger's own words. */
  readonly note?: string;
}

export interface LossCounts {
  /** Of the request, those of weight `meaning`: what the headers of the answer count, streamed or whole. */
  readonly lossCount: number;
  /** Of the request, those of weight `hint`. */
  readonly hintCount: number;
  /** Of the answer, likewise: it is lost when the headers of a stream are long gone. */
  readonly answerLossCount: number;
  readonly answerHintCount: number;
}

export interface Lost {
  /** Of the request on its way to a target, in place of what another target lost. */
  request(losses: readonly Loss[]): void;
  answer(losses: readonly Loss[]): void;
  counts(): LossCounts;
  /** The first of the request's that matters, by its path in the caller's words. */
  first(): string | undefined;
  listed(): readonly LoggedLoss[];
}

export function lost(): Lost {
  let ofRequest = NOTHING;
  let ofAnswer = NOTHING;
  return {
    request: (losses) => void (ofRequest = byWeight(losses)),
    answer: (losses) => void (ofAnswer = byWeight(losses)),
    counts: () => ({
      lossCount: ofRequest.meaning.count,
      hintCount: ofRequest.hint.count,
      answerLossCount: ofAnswer.meaning.count,
      answerHintCount: ofAnswer.hint.count,
    }),
    first: () => ofRequest.meaning.losses[0]?.path,
    listed: () => listed([ofRequest.meaning, ofAnswer.meaning, ofRequest.hint, ofAnswer.hint]),
  };
}

/** How many that may change the answer, the first of them, and how many hints. Of the request alone, streamed or whole: a stream's headers leave before its answer is there. */
export function lossHeaders(losses: Pick<Lost, "counts" | "first">): Record<string, string> {
  const { lossCount, hintCount } = losses.counts();
  const first = losses.first();
  return {
    "x-codeswitch-losses": String(lossCount),
    "x-codeswitch-hints": String(hintCount),
    ...(first !== undefined && {
      "x-codeswitch-lost": shortened(first)
        .replace(/…/g, "...")
        .replace(/[^ -~]/g, "?"),
    }),
  };
}

/** The first of many, and how many there are: what is open for hours must not hold them all. */
interface Counted {
  readonly losses: readonly Loss[];
  readonly count: number;
}
type Weighed = Readonly<Record<Loss["weight"], Counted>>;

const NONE: Counted = { losses: [], count: 0 };
const NOTHING: Weighed = { meaning: NONE, hint: NONE };

function byWeight(losses: readonly Loss[]): Weighed {
  if (losses.length === 0) return NOTHING;
  const of = (weight: Loss["weight"]): Counted => {
    const found = losses.filter((loss) => loss.weight === weight);
    return { losses: found.slice(0, LIMITS.lossesPerCallMax), count: found.length };
  };
  return { meaning: of("meaning"), hint: of("hint") };
}

/** Where there are more, the last entry says how many. */
function listed(parts: readonly Counted[]): readonly LoggedLoss[] {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const losses = parts.flatMap((part) => part.losses);
  if (count <= LIMITS.lossesPerCallMax) return losses.map(logged);
  const shown = losses.slice(0, LIMITS.lossesPerCallMax - 1).map(logged);
  const note = `${count - shown.length} more losses are counted and not listed`;
  return [...shown, { path: "", feature: "more-losses", how: "dropped", weight: "hint", note }];
}

const logged = ({ path, place, feature, how, weight }: Loss): LoggedLoss => ({
  path: shortened(place ?? path),
  feature,
  how,
  weight,
});
