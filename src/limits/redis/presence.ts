/** Whether Redis is there. It is looked for once a second, so that no call is the one that tries. */

export interface Presence {
  isHere(): boolean;
  /** It did not do what was asked. */
  failed(error: unknown): void;
  /** Now, and not when it is time; those who ask meanwhile share it. */
  lookNow(): Promise<void>;
  stop(): void;
}

export interface PresenceOptions {
  /** Asks it and tells it what it missed; calls `arrive` as soon as it may be asked for more. */
  look(arrive: () => void): Promise<void>;
  /** It is away from now on. */
  left(error: unknown): void;
  /** It was away, and was told all. */
  back(): void;
}

/** Between two looks. */
const BEAT_MS = 1_000;
/** What was slow for a moment is looked for again sooner, where it did not come and go before: a call has waited for it. */
const SOON_MS = 100;

/** After the first look. */
export async function presenceOf({ look, left, back }: PresenceOptions): Promise<Presence> {
  let state: "unknown" | "here" | "away" | "stopped" = "unknown";
  let timer: Timer | undefined;
  let backAt = -Infinity;
  const wait = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(lookAgain, ms);
    timer.unref();
  };
  const failed = (error: unknown): void => {
    if (state === "away" || state === "stopped") return;
    const isFirst = state === "here" && performance.now() - backAt > BEAT_MS;
    state = "away";
    left(error);
    if (isFirst) wait(SOON_MS);
  };
  const lookOnce = async (): Promise<void> => {
    const was = state;
    try {
      await look(() => void (state !== "stopped" && (state = "here")));
      if (was !== "away") return;
      backAt = performance.now();
      back();
    } catch (error) {
      failed(error);
    }
  };
  let looking: Promise<void> | undefined;
  const lookNow = (): Promise<void> => (looking ??= lookOnce().finally(() => (looking = undefined)));
  const lookAgain = async (): Promise<void> => {
    await lookNow();
    if (state !== "stopped") wait(BEAT_MS);
  };
  await lookAgain();
  return {
    isHere: () => state === "here",
    failed,
    lookNow,
    stop: () => {
      state = "stopped";
      clearTimeout(timer);
    },
  };
}
