/** What must be known of a vendor here; providers/catalog.ts has the rows. */
import type { ProviderKind } from "./config.ts";

export interface VendorFacts {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly baseUrl?: string;
  readonly keyVariables: readonly string[];
  readonly hosts: readonly string[];
  /** Patterns of the names that are its own; none: it carries everybody's. */
  readonly models: readonly string[];
}
