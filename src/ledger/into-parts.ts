/** A batch that is refused: the rows that are at fault are found, and the others go in. */

export interface Parts {
  /** All of them or none. */
  send(rows: readonly string[]): Promise<void>;
  /** For good: it would be refused again. */
  isRefusal(error: unknown): boolean;
  /** This row alone is refused. */
  refused(row: string, error: unknown): void;
}

/** Throws what is no refusal. What went in before that is sent again, and does nothing then. */
export async function sendInParts(rows: readonly string[], parts: Parts): Promise<void> {
  try {
    await parts.send(rows);
  } catch (error) {
    if (!parts.isRefusal(error)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) return parts.refused(only, error);
    const middle = Math.ceil(rows.length / 2);
    await sendInParts(rows.slice(0, middle), parts);
    await sendInParts(rows.slice(middle), parts);
  }
}
