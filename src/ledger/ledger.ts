/** One record per call, handed to every sink once, whether the call ended, failed or was abandoned. Never a prompt, never a key. */
import { type Cost, UNKNOWN_COST } from "../cost/cost.ts";
import type { Loss } from "../ir/loss.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Efforts } from "../ir/effort.ts";
import type { Origin } from "../ir/origin.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { type ErrorKind, GatewayError, LEAVES } from "../ir/error.ts";
import { shortened } from "../wire/printable.ts";
import { type LoggedLoss, lost, type Lost, type LossCounts } from "./lost.ts";
import { stopwatch } from "./stopwatch.ts";
import { whyOf } from "./why.ts";

export interface CallRecord extends LossCounts, Origin {
  /** A UUIDv7: what `x-codeswitch-request-id` says. */
  readonly id: string;
  /** count: tokens were counted, nothing was generated. */
  readonly kind: "call" | "count";
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The name of the caller's key. */
  readonly caller: string;
  readonly keyId?: string;
  /** Of the connection. */
  readonly address?: string;
  /** What the caller says of this call, and over it what the operator says of the key: a budget may hang on it. */
  readonly tags: Readonly<Record<string, string>>;
  readonly client: string;
  /** What the path promised. */
  readonly surface: DialectId;
  /** What the body was written in. */
  readonly dialect?: DialectId;
  readonly lane?: "native" | "translated";
  readonly stream: boolean;
  readonly modelAsked?: string;
  /** The entry of the configuration that it led to. */
  readonly modelEntry?: string;
  readonly provider?: string;
  readonly modelServed?: string;
  readonly effortAsked?: string;
  readonly effortSent?: string;
  /** unknown: it has begun, and nobody saw its end (see `Sink.begin`). */
  readonly outcome: "ended" | "failed" | "abandoned" | "unknown";
  /** What the caller got; 499 when it went away. */
  readonly status: number;
  readonly error?: ErrorKind;
  /** The reason, in the gateway's own words. */
  readonly why?: string;
  /** Every target that was asked, in order. */
  readonly attempts: readonly Attempt[];
  /** Why the model stopped, in the gateway's own words (ir/events.ts). */
  readonly stopReason?: string;
  /** The vendor's own id of the answer, else of the request. */
  readonly upstreamId?: string;
  /** Names of the tools that the answer called. */
  readonly tools: readonly string[];
  readonly usage: Usage;
  readonly cost: Cost;
  /** What budgets held for the call while it ran. */
  readonly heldNano: number;
  /** The hold came to its end with this record. */
  readonly settled: boolean;
  /** Durations are measured with a stopwatch, not with the clock, which may be set while a call runs. */
  readonly queueMs?: number;
  /** Of the last attempt: from its sending to the head of its answer. */
  readonly responseMs?: number;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** What the gateway itself took of it: neither the caller nor a vendor was waited for. */
  readonly overheadMs?: number;
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
  /** What it was billed, where it failed after tokens were spent. */
  readonly billedNano?: number;
}

type Drafted = Omit<CallRecord, keyof LossCounts | "losses" | "attempts" | "error" | "why">;
type Draft = { -readonly [K in keyof Drafted]: Drafted[K] };

/** What goes to a target: which way, what was lost of the request on it, and how much the model is to think. */
export interface Sent {
  readonly lane: CallRecord["lane"];
  readonly losses: readonly Loss[];
  readonly efforts?: Efforts;
  /** What it comes to at least where it is left before the target has said anything. Absent: nothing. */
  unanswered?(): Unanswered;
}

export interface Unanswered {
  readonly usage: Usage;
  readonly cost: Cost;
}

/** Takes finished records. It must return at once: what writes to a disk or a network does so later, from a queue of its own. */
export interface Sink {
  /** A call was let in: what would be remembered of it if the gateway were killed now. */
  begin?(record: CallRecord): void;
  write(record: CallRecord): void;
}

/** Collects what is known of a call while it runs. */
export interface Recorder {
  readonly draft: Draft;
  readonly lost: Lost;
  /** The call was let in, and its draft holds what is known by then. Once: a later one does nothing. */
  begin(): void;
  /** Where the call comes from. Read once: while the first vendor thinks, or when the call is refused before one was asked. */
  comesFrom(read: () => Origin): void;
  firstToken(): void;
  /** The request is here whole. */
  arrived(): void;
  /** A target is asked. */
  attempt(to: Pick<Attempt, "provider" | "model">, sent: Sent): void;
  /** The head of the target's answer is here. */
  responded(upstreamId: string | undefined): void;
  /** A whole answer is here whole, so that nobody but the gateway is waited for. */
  answered(): void;
  /** The target answers, or fails with this. */
  attempted(error?: GatewayError, billed?: Cost): void;
  /** What failed attempts reported before they failed, each. */
  billed(): readonly Cost[];
  /** What the last attempt comes to where its target was left before it answered or refused. */
  unanswered(): Unanswered | undefined;
  /** The last target that was asked refused, or could not be reached. */
  wasRefused(): boolean;
  /** Hands the record to every sink, once: every later `close` does nothing. */
  close(outcome: CallRecord["outcome"], status: number, error?: GatewayError): void;
}

/** What is known of a call before its body is read. */
export type RecordHead = Pick<CallRecord, "id" | "client" | "surface" | "caller"> & Partial<Omit<Drafted, "outcome">>;

export interface Ledger {
  /** `closed`: called once, before the sinks get the record. */
  start(head: RecordHead, closed?: () => void): Recorder;
}

export interface LedgerOptions {
  readonly sinks: readonly Sink[];
  /** Milliseconds since 1970. */
  clock(): number;
  monotonic?(): number;
  /** A sink threw: its record is lost there, and the others still get it. */
  failed(error: unknown): void;
}

export function ledgerOf({ sinks, clock, failed, monotonic = () => performance.now() }: LedgerOptions): Ledger {
  const toEach = (take: (sink: Sink) => void): void => {
    for (const sink of sinks)
      try {
        take(sink);
      } catch (error) {
        failed(error);
      }
  };
  const beginners = sinks.some(({ begin }) => begin !== undefined);
  return {
    start: (head, closed) =>
      recorder(head, clock(), monotonic, {
        ...(beginners && { begin: (record: CallRecord) => toEach((sink) => sink.begin?.(record)) }),
        write: (record) => {
          closed?.();
          toEach((sink) => sink.write(record));
        },
      }),
  };
}

function recorder(head: RecordHead, startedAt: number, monotonic: () => number, sink: Sink): Recorder {
  const watch = stopwatch(monotonic);
  const { passedMs } = watch;
  const draft: Draft = {
    ...head,
    kind: head.kind ?? "call",
    startedAt,
    tags: head.tags ?? {},
    stream: false,
    outcome: "failed",
    status: 0,
    tools: [],
    usage: NO_USAGE,
    cost: UNKNOWN_COST,
    heldNano: 0,
    settled: false,
    totalMs: 0,
  };
  const losses = lost();
  const billed: Cost[] = [];
  const attempts: Asked[] = [];
  let begun = sink.begin === undefined;
  let closed = false;
  let isPlaced = false;
  return {
    draft,
    lost: losses,
    begin: () => {
      if (begun || closed) return;
      begun = true;
      sink.begin?.({
        ...draft,
        ...namesOf(draft),
        outcome: "unknown",
        status: 0,
        settled: false,
        attempts: [],
        ...losses.counts(),
        losses: [],
      });
    },
    comesFrom: (read) => {
      if (isPlaced) return;
      isPlaced = true;
      Object.assign(draft, read());
    },
    firstToken: () => {
      draft.firstTokenMs ??= passedMs();
    },
    arrived: watch.arrived,
    answered: watch.answered,
    attempt: ({ provider, model }, { lane, losses: requestLosses, efforts = {}, unanswered }) => {
      watch.asked();
      delete draft.responseMs;
      if (efforts.asked !== undefined) draft.effortAsked = efforts.asked;
      if (efforts.sent !== undefined) draft.effortSent = efforts.sent;
      else delete draft.effortSent;
      draft.lane = lane;
      draft.provider = provider;
      draft.modelServed = model;
      losses.request(requestLosses);
      attempts.push({ provider, model, from: passedMs(), ...(unanswered && { unanswered }) });
    },
    responded: (upstreamId) => {
      const last = attempts.at(-1);
      if (last) draft.responseMs = passedMs() - last.from;
      if (upstreamId !== undefined) draft.upstreamId = upstreamId;
    },
    attempted: (error, cost) => {
      const last = attempts.at(-1);
      if (!last || last.ended) return;
      if (cost) billed.push(cost);
      const nano = cost?.nano ?? undefined;
      last.ended = { ...endedAt(passedMs(), last, error), ...(nano !== undefined && { billedNano: nano }) };
    },
    billed: () => billed,
    unanswered: () => {
      const last = attempts.at(-1);
      const why = last?.ended?.error;
      return last && (!last.ended || (why && LEAVES.has(why))) ? last.unanswered?.() : undefined;
    },
    wasRefused: () => {
      const { status = 0, error } = attempts.at(-1)?.ended ?? {};
      return status >= 400 || error === "upstream-unreachable";
    },
    close: (outcome, status, error) => {
      if (closed) return;
      closed = true;
      const fault = outcome === "abandoned" ? LEFT : error;
      const overheadMs = watch.overheadMs(draft.queueMs ?? 0);
      sink.write({
        ...draft,
        ...namesOf(draft),
        outcome,
        status,
        ...(fault && { error: fault.kind }),
        ...(fault && outcome === "failed" && { why: whyOf(fault) }),
        attempts: attempts.map((asked) => asked.ended ?? endedAt(passedMs(), asked, fault)),
        totalMs: passedMs(),
        ...(overheadMs !== undefined && { overheadMs }),
        ...losses.counts(),
        losses: losses.listed(),
      });
    },
  };
}

const LEFT = new GatewayError("aborted", "the caller went away");

interface Asked extends Pick<Attempt, "provider" | "model">, Pick<Sent, "unanswered"> {
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
function namesOf({
  caller,
  modelAsked,
  provider,
  modelServed,
  upstreamId,
  effortAsked,
  effortSent,
}: Draft): Partial<CallRecord> {
  return {
    caller: shortened(caller),
    ...(upstreamId !== undefined && { upstreamId: shortened(upstreamId) }),
    ...(effortAsked !== undefined && { effortAsked: shortened(effortAsked) }),
    ...(effortSent !== undefined && { effortSent: shortened(effortSent) }),
    ...(modelAsked !== undefined && { modelAsked: shortened(modelAsked) }),
    ...(provider !== undefined && { provider: shortened(provider) }),
    ...(modelServed !== undefined && { modelServed: shortened(modelServed) }),
  };
}
