/** Reads of an upstream's body that can be waited for with a limit and taken up again. */

export type Read =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "eof" }
  /** The connection broke: what looks finished may not be. */
  | { readonly kind: "cut" }
  /** Nothing came within the limit; the read goes on. */
  | { readonly kind: "quiet" };

export interface Reads {
  /** One at a time. */
  next(limitMs: number): Promise<Read>;
  cancel(): void;
}

const QUIET: Read = { kind: "quiet" };
const EOF: Read = { kind: "eof" };
const CUT: Read = { kind: "cut" };

export function readsOf(body: ReadableStream<Uint8Array> | null): Reads {
  const reader = body?.getReader();
  if (!reader) return { next: () => Promise.resolve(EOF), cancel: () => {} };
  let reading = false;
  /** A read that came before the next call of `next`. */
  let arrived: Read | undefined;
  let ended: Read | undefined;
  let waiting: ((read: Read) => void) | undefined;

  const give = (read: Read): void => {
    const resolve = waiting;
    waiting = undefined;
    if (resolve) resolve(read);
    else arrived = read;
  };
  const quiet = alarm(() => waiting && give(QUIET));
  const end = (read: Read): void => {
    quiet.stop();
    ended = read;
    give(read);
  };
  const start = (): void => {
    reading = true;
    reader.read().then(
      ({ done, value }) => {
        reading = false;
        if (done) end(EOF);
        else give({ kind: "bytes", bytes: value });
      },
      () => end(CUT),
    );
  };
  return {
    next: (limitMs) =>
      new Promise((resolve) => {
        const already = arrived ?? ended;
        arrived = undefined;
        if (already) return resolve(already);
        waiting = resolve;
        quiet.within(limitMs);
        if (!reading) start();
      }),
    cancel: () => {
      quiet.stop();
      void reader.cancel().catch(() => {});
    },
  };
}

interface Alarm {
  /** Rings so long after the last call. */
  within(ms: number): void;
  stop(): void;
}

/** One timer for a whole stream: setting one for each read costs more than the read of a small frame. */
function alarm(ring: () => void): Alarm {
  let timer: Timer | undefined;
  let ringsAt = 0;
  let firesAt = 0;
  const set = (now: number): void => {
    clearTimeout(timer);
    firesAt = ringsAt;
    timer = setTimeout(fire, ringsAt - now);
  };
  const fire = (): void => {
    timer = undefined;
    const now = performance.now();
    if (now >= ringsAt) ring();
    else set(now);
  };
  return {
    within: (ms) => {
      const now = performance.now();
      ringsAt = now + ms;
      if (timer === undefined || ringsAt < firesAt) set(now);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
