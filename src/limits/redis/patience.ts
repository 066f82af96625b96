/** Waits so long for an answer and no longer, with one timer for all that is waited for. */

export interface Patience {
  /** As the promise settles, or a rejection with `Late`. */
  for<T>(answer: Promise<T>): Promise<T>;
  stop(): void;
}

export class Late extends Error {}

interface Waiting {
  due: number;
  reject: ((error: Error) => void) | undefined;
}

export function patienceOf(ms: number): Patience {
  let waiting: Waiting[] = [];
  let timer: Timer | undefined;

  const arm = (now: number): void => {
    const [first] = waiting;
    timer = first && setTimeout(look, Math.max(1, first.due - now));
  };
  const look = (): void => {
    const now = performance.now();
    waiting = waiting.filter(({ reject }) => reject !== undefined);
    // It was this process that stood still: what has arrived meanwhile is read before anybody gives up.
    if (waiting[0] && now - waiting[0].due > STOOD_STILL_MS)
      for (const one of waiting) one.due = Math.max(one.due, now + STOOD_STILL_MS);
    for (const { due, reject } of waiting) if (due <= now) reject?.(new Late(`It did not answer within ${ms} ms.`));
    waiting = waiting.filter(({ due }) => due > now);
    arm(now);
  };

  return {
    for: (answer) =>
      new Promise((resolve, reject) => {
        const now = performance.now();
        const one: Waiting = { due: now + ms, reject };
        waiting.push(one);
        if (timer === undefined) arm(now);
        answer.then(
          (value) => {
            one.reject = undefined;
            resolve(value);
          },
          (error: unknown) => {
            one.reject = undefined;
            reject(error);
          },
        );
      }),
    stop: () => clearTimeout(timer),
  };
}
const STOOD_STILL_MS = 10;
