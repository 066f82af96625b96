/** What a fuzz found: the seed that repeats it, and what went in. */

export interface Failure {
  readonly seed: number;
  readonly what: string;
  readonly input: string;
}

/** An error that a program can read, in any of the dialects. */
export function hasErrorShape(text: string): boolean {
  try {
    const parsed = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof parsed.error?.message === "string" && parsed.error.message !== "";
  } catch {
    return false;
  }
}
