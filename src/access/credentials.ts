/** Keys at vendors in the store: sealed under the server's secret, opened for the configuration, and shown to nobody. */
import type { Credentials } from "../config/credentials.ts";
import type { Secrets } from "../store/secret.ts";
import type { CredentialRow } from "../store/store.ts";
import { boxOf } from "../vault/box.ts";

export interface CredentialSeal {
  seal(provider: string, value: string, now: number): CredentialRow;
  /** undefined: sealed under a secret that is gone, or altered. */
  open(row: CredentialRow): string | undefined;
}

export function credentialSeal(secrets: Secrets): CredentialSeal {
  const box = boxOf(secrets);
  return {
    seal: (provider, value, now) => {
      const { secret, sealed } = box.seal(placeOf(provider), value);
      return { provider, secret, sealed, changed_at: now };
    },
    open: ({ provider, secret, sealed }) => {
      // The place is authenticated: a row that was moved to another provider does not open.
      for (const key of box.places(placeOf(provider))) {
        const value = box.unseal({ key, secret, sealed });
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}

const placeOf = (provider: string): string => `key of the provider ${provider}`;

/** Those that can be opened, and the providers of those that cannot. */
export function opened(
  rows: readonly CredentialRow[],
  seal: CredentialSeal,
): { readonly credentials: Credentials; readonly lost: readonly string[] } {
  const all = rows.map((row) => [row.provider, seal.open(row)] as const);
  return {
    credentials: new Map(all.flatMap(([provider, value]) => (value === undefined ? [] : [[provider, value] as const]))),
    lost: all.flatMap(([provider, value]) => (value === undefined ? [provider] : [])),
  };
}
