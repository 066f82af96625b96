/** What must be known of a vendor here; providers/catalog.ts has the rows. */
import type { ProviderKind } from "./config.ts";

export interface VendorFacts {
  readonly id: string;
  readonly kind: ProviderKind;
  /** What its SDK takes; absent: the operator must say. */
  readonly baseUrl?: string;
  /** Where people keep its key; the first that is set counts. */
  readonly keyVariables: readonly string[];
  /** What the first of them does, as docs/CONFIG.md has it. Absent: the table in env/variables.ts has these rows, beside the vendor's other variables. */
  readonly keyMeaning?: string;
  /** Hosts, with a port where only that tells, by which an openai-compatible base_url is recognised; subdomains count. */
  readonly hosts: readonly string[];
  /** Patterns of the names that are its own: `gpt-*` goes to the vendor whose key is set. */
  readonly models: readonly string[];
  /** Names that are offered where its key is set; its other names work by pattern. */
  readonly listed?: readonly string[];
  /** What answers for Claude's sizes where there is no Anthropic key: the first row with sizes whose key is set. */
  readonly sizes?: { readonly big: string; readonly small: string };
  /** It carries many makers' models. The first such row whose key is set gets every name that no other vendor claims. */
  readonly catchAll?: true;
}
