/** A promise against a limit of time. */

/** As the promise settles, or "late" after so long. No timer outlives it: one that did would keep the process. */
export async function orLate<T>(promise: Promise<T>, ms: number): Promise<T | "late"> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody answered in time. */
export class LateError extends Error {}
