/** One record per call, written once, whether it ended, failed or was abandoned. Never a prompt, never a key. */
import type { DialectId } from "../ir/dialect-id.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { type ErrorKind, GatewayError } from "../ir/error.ts";
import { shortened } from "../wire/printable.ts";
import { type LoggedLoss, lost, type Lost, type LossCounts } from "./lost.ts";
import { whyOf } from "./why.ts";

export interface CallRecord extends LossCounts {
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
  /** The reason, in the gateway's own words. */
  readonly why?: string;
  /** Every target that was asked, in order. */
  readonly attempts: readonly Attempt[];
  readonly usage: Usage;
  /** Durations are measured with a stopwatch, not with the clock, which may be set while a call runs. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** The first of them; where there were more, the last entry says how many. */
  readonly losses: readonly LoggedLoss[];
}

/** One request to a target, up to its first word. */
export interface Attempt {
  readonly provider: string;
  readonly model: string;
  /** Of the target's answer; absent: there was none. */
  readonly status?: number;
  readonly error?: ErrorKind;
  readonly why?: string;
  readonly ms: number;
}

type Drafted = Omit<CallRecord, keyof LossCounts | "losses" | "attempts" | "error" | "why">;
type Draft = { -readonly [K in keyof Drafted]: Drafted[K] };

/** Collects what is known of a call while it runs. `close` hands it on; every later `close` does nothing. */
export interface OpenRecord {
  readonly draft: Draft;
  readonly lost: Lost;
  firstToken(): void;
  /** A target is asked. */
  attempt(to: Pick<Attempt, "provider" | "model">): void;
  /** It answers, or this is what came of it. */
  attempted(error?: GatewayError): void;
  close(outcome: CallRecord["outcome"], status: number, error?: GatewayError): void;
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
    usage: NO_USAGE,
    totalMs: 0,
    startedAt,
    ...head,
  };
  const losses = lost();
  const attempts: Asked[] = [];
  let open = true;
  return {
    draft,
    lost: losses,
    firstToken: () => {
      draft.firstTokenMs ??= passedMs();
    },
    attempt: ({ provider, model }) => void attempts.push({ provider, model, from: passedMs() }),
    attempted: (error) => {
      const last = attempts.at(-1);
      if (last) last.ended ??= endedAt(passedMs(), last, error);
    },
    close: (outcome, status, error) => {
      if (!open) return;
      open = false;
      const fault = outcome === "abandoned" ? LEFT : error;
      closed({
        ...draft,
        ...namesOf(draft),
        outcome,
        status,
        ...(fault && { error: fault.kind }),
        ...(fault && outcome === "failed" && { why: whyOf(fault) }),
        attempts: attempts.map((asked) => asked.ended ?? endedAt(passedMs(), asked, fault)),
        totalMs: passedMs(),
        ...losses.counts(),
        losses: losses.listed(),
      });
    },
  };
}

const LEFT = new GatewayError("aborted", "the caller went away");

interface Asked extends Pick<Attempt, "provider" | "model"> {
  readonly from: number;
  ended?: Attempt;
}

function endedAt(at: number, { provider, model, from }: Asked, error?: GatewayError): Attempt {
  const status = error === undefined ? 200 : error.details.upstream?.status;
  return {
    provider: shortened(provider),
    model: shortened(model),
    ...(status !== undefined && { status }),
    ...(error && { error: error.kind, why: whyOf(error) }),
    ms: at - from,
  };
}

/** What a caller or a vendor may have made up, and made long. */
function namesOf({ caller, modelAsked, provider, modelServed }: Draft): Partial<CallRecord> {
  return {
    caller: shortened(caller),
    ...(modelAsked !== undefined && { modelAsked: shortened(modelAsked) }),
    ...(provider !== undefined && { provider: shortened(provider) }),
    ...(modelServed !== undefined && { modelServed: shortened(modelServed) }),
  };
}
