/** Reads of an upstream's body that can be waited for with a limit and taken up again. */

export type Read =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "eof" }
  /** The connection broke: what looks finished may not be. */
  | { readonly kind: "cut" }
  /** Nothing came within the limit; the read goes on. */
  | { readonly kind: "quiet" };

export interface Reads {
  next(limitMs: number): Promise<Read>;
  cancel(): void;
}

const QUIET: Read = { kind: "quiet" };

export function readsOf(body: ReadableStream<Uint8Array> | null): Reads {
  const reader = body?.getReader();
  let pending: Promise<Read> | undefined;
  const start = async (): Promise<Read> => {
    try {
      const result = await reader?.read();
      return !result || result.done ? { kind: "eof" } : { kind: "bytes", bytes: result.value };
    } catch {
      return { kind: "cut" };
    }
  };
  return {
    next: async (limitMs) => {
      pending ??= start();
      const read = await within(pending, limitMs);
      if (read !== QUIET) pending = undefined;
      return read;
    },
    cancel: () => void reader?.cancel().catch(() => {}),
  };
}

function within(read: Promise<Read>, limitMs: number): Promise<Read> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(QUIET), limitMs);
    void read.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
