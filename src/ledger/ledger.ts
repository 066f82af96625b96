/** One record per call, written once, whether it ended, failed or was abandoned. Never a prompt, never a key. */
import type { DialectId } from "../ir/seal.ts";
import type { Loss } from "../ir/loss.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import type { ErrorKind } from "../ir/error.ts";
import { shortened } from "../wire/printable.ts";
import { LIMITS } from "../wire/limits.ts";

export interface CallRecord {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The name of the caller's key. */
  readonly caller: string;
  readonly client: string;
  /** What the path promised. */
  readonly surface: DialectId;
  /** What the body was written in. */
  readonly dialect?: DialectId;
  readonly lane?: "native" | "translated";
  readonly stream: boolean;
  readonly modelAsked?: string;
  readonly provider?: string;
  readonly modelServed?: string;
  readonly outcome: "ended" | "failed" | "abandoned";
  /** What the caller got; 499 when it went away. */
  readonly status: number;
  readonly error?: ErrorKind;
  readonly attempts: number;
  readonly usage: Usage;
  /** Durations are measured with a stopwatch, not with the clock, which may be set while a call runs. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** The first of them; where there were more, the last entry says how many. */
  readonly losses: readonly LoggedLoss[];
  /** All of them. */
  readonly lossCount: number;
}

/** Without words of a caller: a loss's own note may name a tool, its path may end in what somebody typed. */
export interface LoggedLoss extends Omit<Loss, "note" | "place"> {
  /** The ledger's own words. */
  readonly note?: string;
}

type Draft = { -readonly [K in keyof CallRecord]: K extends "losses" ? readonly Loss[] : CallRecord[K] };

/** Collects what is known of a call while it runs. `close` hands it on; every later `close` does nothing. */
export interface OpenRecord {
  readonly draft: Draft;
  firstToken(): void;
  /** What was lost of the request on its way to a target, in place of what another target lost. */
  requestLost(losses: readonly Loss[]): void;
  answerLost(losses: readonly Loss[]): void;
  close(outcome: CallRecord["outcome"], status: number, error?: ErrorKind): void;
}

export interface RecordOptions {
  clock(): number;
  /** Is given the record, once. */
  closed(record: CallRecord): void;
  monotonic?(): number;
}

export function openRecord(
  head: Pick<CallRecord, "id" | "client" | "surface">,
  { clock, closed, monotonic = () => performance.now() }: RecordOptions,
): OpenRecord {
  const startedAt = clock();
  const from = monotonic();
  const passedMs = (): number => Math.round(monotonic() - from);
  const draft: Draft = {
    caller: "",
    stream: false,
    outcome: "failed",
    status: 0,
    attempts: 0,
    usage: NO_USAGE,
    totalMs: 0,
    losses: [],
    lossCount: 0,
    startedAt,
    ...head,
  };
  const lose = (losses: readonly Loss[]): void => {
    draft.losses = [...draft.losses, ...losses.slice(0, LIMITS.lossesPerCallMax)].slice(0, LIMITS.lossesPerCallMax);
    draft.lossCount += losses.length;
  };
  let open = true;
  return {
    draft,
    firstToken: () => {
      draft.firstTokenMs ??= passedMs();
    },
    requestLost: (losses) => {
      draft.losses = [];
      draft.lossCount = 0;
      lose(losses);
    },
    answerLost: lose,
    close: (outcome, status, error) => {
      if (!open) return;
      open = false;
      const losses = listed(draft);
      const ended = { losses, outcome, status, totalMs: passedMs(), ...(error && { error }) };
      closed({ ...draft, ...namesOf(draft), ...ended });
    },
  };
}

function listed({ losses, lossCount }: Draft): readonly LoggedLoss[] {
  if (lossCount <= losses.length) return losses.map(logged);
  const shown = losses.slice(0, LIMITS.lossesPerCallMax - 1).map(logged);
  const note = `${lossCount - shown.length} more losses are counted and not listed`;
  return [...shown, { path: "", feature: "more-losses", how: "dropped", weight: "hint", note }];
}

const logged = ({ path, place, feature, how, weight }: Loss): LoggedLoss => ({
  path: shortened(place ?? path),
  feature,
  how,
  weight,
});

/** What a caller or a vendor may have made up, and made long. */
function namesOf({ caller, modelAsked, provider, modelServed }: Draft): Partial<CallRecord> {
  return {
    caller: shortened(caller),
    ...(modelAsked !== undefined && { modelAsked: shortened(modelAsked) }),
    ...(provider !== undefined && { provider: shortened(provider) }),
    ...(modelServed !== undefined && { modelServed: shortened(modelServed) }),
  };
}
