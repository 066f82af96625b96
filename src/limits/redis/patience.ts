/**
 * Waits so long for an answer and no longer, with one timer for all that is waited for. Time is counted in looks, between
 * which this process had its turn to read what came: one that stands still is no proof that the other side does.
 */

export interface Patience {
  /** As the promise settles, or a rejection with `Late`. */
  for<T>(answer: Promise<T>): Promise<T>;
  /** The other side answered something that nobody waited for. */
  heard(): void;
  stop(): void;
}

export class Late extends Error {}

interface Waiting {
  readonly due: number;
  looks: number;
  reject: ((error: Error) => void) | undefined;
}

/** In the time that an answer is waited for. */
const LOOKS = 5;
/** An answer that does not come while others do: they come in the order of their questions, so that it is only a little behind. */
const LOOKS_MAX = 4 * LOOKS;

export function patienceOf(ms: number): Patience {
  let waiting: Waiting[] = [];
  let timer: Timer | undefined;
  /** Looks in a row since anything was heard. */
  let silent = 0;
  let hasHeard = false;

  const isLate = ({ due, looks }: Waiting, now: number): boolean =>
    due <= now && ((looks >= LOOKS && silent >= LOOKS) || looks >= LOOKS_MAX);
  const look = (): void => {
    const now = performance.now();
    silent = hasHeard ? 0 : silent + 1;
    hasHeard = false;
    const left: Waiting[] = [];
    for (const one of waiting) {
      if (one.reject === undefined) continue;
      one.looks++;
      if (isLate(one, now)) one.reject(new Late(`It did not answer within ${ms} ms.`));
      else left.push(one);
    }
    waiting = left;
    timer = waiting.length > 0 ? setTimeout(look, ms / LOOKS) : undefined;
  };
  const heard = (): void => void (hasHeard = true);

  return {
    for: (answer) =>
      new Promise((resolve, reject) => {
        const one: Waiting = { due: performance.now() + ms, looks: 0, reject };
        waiting.push(one);
        if (timer === undefined) {
          silent = 0;
          timer = setTimeout(look, ms / LOOKS);
        }
        answer.then(
          (value) => {
            heard();
            one.reject = undefined;
            resolve(value);
          },
          (error: unknown) => {
            one.reject = undefined;
            reject(error);
          },
        );
      }),
    heard,
    stop: () => clearTimeout(timer),
  };
}
