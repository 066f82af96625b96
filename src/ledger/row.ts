/** A record as the row that is remembered of it. */
import { billedCalls, paidTotals } from "../ir/usage.ts";
import type { CallRow } from "../store/call-row.ts";
import type { CallRecord } from "./ledger.ts";

export const rowOf = (record: CallRecord): CallRow => columnsOf(record, null);

/** In its text a row leaves out what is null: a third of its bytes, which are written, read and parsed for each call. */
export const shortRowOf = (record: CallRecord): Columns<undefined> => columnsOf(record, undefined);

/** `None`: what stands for null. */
type Columns<None> = {
  -readonly [K in keyof CallRow]: null extends CallRow[K] ? NonNullable<CallRow[K]> | None : CallRow[K];
};

function columnsOf<None extends null | undefined>(record: CallRecord, none: None): Columns<None> {
  const { usage } = record;
  const paid = paidTotals(usage);
  return {
    id: record.id,
    started_at: record.startedAt,
    ended_at: record.startedAt + Math.round(record.totalMs),
    kind: record.kind,
    key_id: record.keyId ?? none,
    key: record.caller,
    address: record.address ?? none,
    tags: record.tags,
    client: record.client,
    client_version: record.clientVersion ?? none,
    session: record.session ?? none,
    session_from: record.sessionFrom ?? none,
    agent: record.agent ?? none,
    parent_agent: record.parentAgent ?? none,
    turn: record.turn ?? none,
    turn_kind: record.turnKind ?? none,
    repo: record.repo ?? none,
    branch: record.branch ?? none,
    commit_hash: record.commit ?? none,
    pr: record.pr ?? none,
    surface: record.surface,
    dialect: record.dialect ?? none,
    lane: record.lane ?? none,
    stream: record.stream,
    model_asked: record.modelAsked ?? none,
    model_entry: record.modelEntry ?? none,
    model_served: record.modelServed ?? none,
    provider: record.provider ?? none,
    effort_asked: record.effortAsked ?? none,
    effort_sent: record.effortSent ?? none,
    outcome: record.outcome,
    status: record.status,
    error: record.error ?? none,
    why: record.why ?? none,
    stop_reason: record.stopReason ?? none,
    upstream_id: record.upstreamId ?? none,
    attempts: record.attempts.map(({ billedNano, ...attempt }) =>
      billedNano === undefined ? attempt : { ...attempt, billed_nano: billedNano },
    ),
    losses: record.losses,
    loss_count: record.lossCount + record.answerLossCount,
    tools: record.tools,
    response_ms: record.responseMs ?? none,
    queue_ms: record.queueMs ?? none,
    first_token_ms: record.firstTokenMs ?? none,
    total_ms: record.totalMs,
    overhead_ms: record.overheadMs ?? none,
    tokens_input: paid.input,
    tokens_cache_read: paid.cacheRead,
    tokens_cache_write_5m: paid.cacheWrite - paid.cacheWrite1h - paid.cacheWrite12h,
    tokens_cache_write_1h: paid.cacheWrite1h,
    tokens_cache_write_12h: paid.cacheWrite12h,
    tokens_output: paid.output,
    tokens_reasoning: paid.reasoning,
    hosted_calls: billedCalls(usage),
    usage_lines: usage.lines,
    usage_source: usage.source,
    service_tier: usage.serviceTier ?? none,
    cost_nano: record.cost.nano ?? none,
    price_version: record.cost.priceVersion ?? none,
    priced: record.cost.priced,
    estimated: usage.source === "estimated",
    held_nano: record.heldNano,
    settled: record.settled,
  };
}
