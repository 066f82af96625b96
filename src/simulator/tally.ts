/** What a test may want to know of calls that are under way. */
export interface Tally {
  /** Calls that are being answered right now. */
  readonly open: number;
  /** How many clients went away before their answer was complete. */
  readonly hungUp: number;
  /** Of streamed answers, ever: tells whether a slow reader holds us back. */
  readonly bytesWritten: number;
  /** A call begins; the function it returns ends it, once. */
  begin(request: Request): () => void;
  wrote(bytes: number): void;
  /** True once a client has hung up, false when none has within the time. */
  waitForHangUp(withinMs: number): Promise<boolean>;
  forget(): void;
}

export function createTally(): Tally {
  const counts = { open: 0, hungUp: 0, bytesWritten: 0 };
  const waiting = new Set<() => void>();

  const hangUp = (): void => {
    counts.hungUp += 1;
    for (const tell of waiting) tell();
  };

  return {
    get open() {
      return counts.open;
    },
    get hungUp() {
      return counts.hungUp;
    },
    get bytesWritten() {
      return counts.bytesWritten;
    },
    begin: (request) => {
      let isOpen = true;
      counts.open += 1;
      const end = (): void => {
        if (isOpen) counts.open -= 1;
        isOpen = false;
      };
      const abort = (): void => {
        if (isOpen) hangUp();
        end();
      };
      request.signal.addEventListener("abort", abort, { once: true });
      return end;
    },
    wrote: (bytes) => void (counts.bytesWritten += bytes),
    waitForHangUp: (withinMs) => waitFor(waiting, () => counts.hungUp > 0, withinMs),
    forget: () => void Object.assign(counts, { hungUp: 0, bytesWritten: 0 }),
  };
}

function waitFor(waiting: Set<() => void>, isTrue: () => boolean, withinMs: number): Promise<boolean> {
  if (isTrue()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      waiting.delete(settle);
      resolve(isTrue());
    };
    const timer = setTimeout(settle, withinMs);
    waiting.add(settle);
  });
}
