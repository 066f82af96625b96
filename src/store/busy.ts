/** Somebody else holds the database for a moment: to be tried again, and no failure. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
