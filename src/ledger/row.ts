/** A record as the row that is remembered of it, and as its text has it. */
import { billedCalls, paidTotals } from "../ir/usage.ts";
import type { CallRow } from "../store/call-row.ts";
import type { CallRecord } from "./ledger.ts";

/** What is null in a row is left out here: a third of its bytes, which are written, read and parsed for each call. */
export type ShortRow = {
  -readonly [K in keyof CallRow]: null extends CallRow[K] ? NonNullable<CallRow[K]> | undefined : CallRow[K];
};

export function shortRowOf(record: CallRecord): ShortRow {
  const { usage } = record;
  const paid = paidTotals(usage);
  return {
    id: record.id,
    started_at: record.startedAt,
    ended_at: record.startedAt + Math.round(record.totalMs),
    kind: record.kind,
    key_id: record.keyId,
    key: record.caller,
    address: record.address,
    tags: record.tags,
    client: record.client,
    client_version: record.clientVersion,
    session: record.session,
    session_from: record.sessionFrom,
    agent: record.agent,
    parent_agent: record.parentAgent,
    turn: record.turn,
    turn_kind: record.turnKind,
    repo: record.repo,
    branch: record.branch,
    commit_hash: record.commit,
    pr: record.pr,
    surface: record.surface,
    dialect: record.dialect,
    lane: record.lane,
    stream: record.stream,
    model_asked: record.modelAsked,
    model_entry: record.modelEntry,
    model_served: record.modelServed,
    provider: record.provider,
    effort_asked: record.effortAsked,
    effort_sent: record.effortSent,
    outcome: record.outcome,
    status: record.status,
    error: record.error,
    why: record.why,
    stop_reason: record.stopReason,
    upstream_id: record.upstreamId,
    attempts: record.attempts.map(({ billedNano, ...attempt }) =>
      billedNano === undefined ? attempt : { ...attempt, billed_nano: billedNano },
    ),
    losses: record.losses,
    loss_count: record.lossCount + record.answerLossCount,
    tools: record.tools,
    response_ms: record.responseMs,
    queue_ms: record.queueMs,
    first_token_ms: record.firstTokenMs,
    total_ms: record.totalMs,
    overhead_ms: record.overheadMs,
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
    service_tier: usage.serviceTier,
    cost_nano: record.cost.nano ?? undefined,
    price_version: record.cost.priceVersion ?? undefined,
    priced: record.cost.priced,
    estimated: usage.source === "estimated",
    held_nano: record.heldNano,
    settled: record.settled,
  };
}
