/** Asks again and again, never twice at once. */
export function every(ms: number, ask: () => Promise<void>): () => void {
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    void ask().finally(() => (isAsking = false));
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}
