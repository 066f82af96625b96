/** What one fit of a request needs to know, and where it reports what the model does not accept. */
import type { TargetConfig } from "../config/config.ts";
import type { CallerWords, Field } from "../ir/field-names.ts";
import type { Feature, Loss, LossList } from "../ir/loss.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Capabilities } from "./provider.ts";

export interface Fitting {
  readonly capabilities: Capabilities;
  readonly config: TargetConfig;
  /** An effort in the name that the caller picked: it wins. */
  readonly forcedEffort?: string | undefined;
  /** The caller's. */
  readonly dialect: DialectId;
  readonly said: CallerWords;
  readonly losses: LossList;
}

/** Speed, price or looks may differ. */
export const hint = (to: Fitting, field: Field, feature: Feature, how: Loss["how"], note: string): void =>
  to.losses.hint(to.said.field(field), feature, how, note);

/** The answer may differ. */
export const meaning = (to: Fitting, field: Field, feature: Feature, how: Loss["how"], note: string): void =>
  to.losses.meaning(to.said.field(field), feature, how, note);
