/** Where outlines survive a restart: sealed, in rows of a store. */
import type { Bounds, ReasoningRows } from "../store/store.ts";
import type { Box } from "./box.ts";

/** Each method may take long: the shelf may be in another thread, on a slow disk. */
export interface Shelf {
  /** Gives the keys that hold a clash now. */
  put(notes: readonly Note[], now: number): Promise<Put>;
  get(keys: readonly string[], now: number): Promise<Got>;
  prune(now: number, bounds: Bounds): Promise<void>;
  close(): Promise<void>;
  /** Immediately: pending questions fail. */
  end(): void;
}

export interface Note {
  readonly key: string;
  /** An outline as JSON. */
  readonly text: string;
  readonly expiresAt: number;
}
/** `version` is another number once another gateway has written. */
export interface Put {
  readonly version: number;
  readonly clashes: readonly string[];
}
export interface Got {
  readonly version: number;
  readonly notes: readonly (Omit<Note, "text"> & { readonly text: string | undefined })[];
}

export function shelfOf(rows: ReasoningRows, box: Box): Omit<Shelf, "close" | "end"> {
  return {
    put: async (notes, now) => {
      const keyOf = new Map<string, string>();
      const sealed = notes.map(({ key, text, expiresAt }) => {
        const row = { ...box.seal(key, text), expiresAt };
        keyOf.set(row.key, key);
        return row;
      });
      // First: whatever another gateway writes afterwards, perhaps a clash with these, changes the version at the next look-up.
      const version = await rows.version();
      const clashes = await rows.put(sealed, now);
      return { version, clashes: clashes.flatMap((place) => keyOf.get(place) ?? []) };
    },
    get: async (keys, now) => {
      const keyOf = new Map(keys.flatMap((key) => box.places(key).map((place) => [place, key] as const)));
      // First, for the same reason.
      const version = await rows.version();
      const found = await rows.get([...keyOf.keys()], now);
      const notes = found.flatMap((row): Got["notes"] => {
        const key = keyOf.get(row.key);
        const { sealed, expiresAt } = row;
        if (key === undefined || !Number.isFinite(expiresAt)) return [];
        if (sealed === null) return [{ key, text: undefined, expiresAt }];
        const text = box.unseal({ ...row, sealed });
        // An altered row is ignored.
        return text === undefined ? [] : [{ key, text, expiresAt }];
      });
      return { version, notes };
    },
    prune: (now, bounds) => rows.prune(now, bounds),
  };
}
