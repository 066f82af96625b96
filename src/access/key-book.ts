/** Made keys as the owner changes them: each change is one row written, and the epoch that rises with it tells every gateway. */
import type { KeySettings } from "../config/config.ts";
import type { KeyRow, KeyRows } from "../store/store.ts";
import type { KeyHashes } from "./key-hash.ts";
import { storedSettings } from "./key-settings.ts";
import { makeKey, shownKey } from "./made-key.ts";

/** A key at the moment of its making: the only one at which it can be read. */
export interface FreshKey {
  readonly key: string;
  readonly row: KeyRow;
}

export interface KeyBook {
  /** undefined: the name is taken. */
  add(settings: KeySettings, expiresAt: number | undefined): Promise<FreshKey | undefined>;
  all(): Promise<readonly KeyRow[]>;
  named(name: string): Promise<KeyRow | undefined>;
  setBlocked(row: KeyRow, blocked: boolean): Promise<KeyRow>;
  /** The key before is taken for `graceMs` more. One that was in its grace still is taken no longer. */
  rotate(row: KeyRow, graceMs: number): Promise<FreshKey>;
  delete(row: KeyRow): Promise<void>;
}

export function keyBook(rows: KeyRows, hashes: KeyHashes, clock: () => number): KeyBook {
  const put = async <T extends KeyRow>(row: T): Promise<T> => {
    await rows.put(row);
    return row;
  };
  const fresh = (): Pick<KeyRow, "hash" | "shown"> & { key: string } => {
    const key = makeKey();
    return { key, hash: hashes.current(key), shown: shownKey(key) };
  };
  return {
    all: () => rows.all(),
    named: (name) => rows.named(name),
    add: async (settings, expiresAt) => {
      const { name } = settings;
      if (await rows.named(name)) return undefined;
      const { key, ...kept } = fresh();
      const row = await put({
        ...{ id: `key_${crypto.randomUUID().replaceAll("-", "")}`, name, ...kept, created_at: clock() },
        ...{ expires_at: expiresAt ?? null, blocked: false, hash_before: null, grace_until: null },
        settings: storedSettings(settings),
      });
      return { key, row };
    },
    setBlocked: (row, blocked) => put({ ...row, blocked }),
    rotate: async (row, graceMs) => {
      const { key, ...kept } = fresh();
      const before =
        graceMs > 0
          ? { hash_before: row.hash, grace_until: clock() + graceMs }
          : { hash_before: null, grace_until: null };
      return { key, row: await put({ ...row, ...kept, ...before }) };
    },
    delete: async ({ id }) => void (await rows.delete(id)),
  };
}
