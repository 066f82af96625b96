/** A streamed answer up to its commit point: from there on no other target may answer. */
import type { ProviderConfig } from "../config/config.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { type GatewayError, ownError } from "../ir/error.ts";
import { LIMITS } from "../wire/limits.ts";
import { SSE } from "../wire/sse.ts";
import type { OpenStream } from "./deliver.ts";
import { readsOf, type Read, type Reads } from "./reads.ts";
import { cleanEvents, cleanFailure, headersForClient, withoutUsage } from "./redact.ts";
import { nativeLane } from "./passthrough.ts";
import type { StreamLane } from "./stream-lane.ts";
import { translatedLane } from "./translation.ts";
import { upstreamFault } from "./upstream-fault.ts";
import type { Upstream } from "./upstream.ts";

/** An error often follows a `start` event at once. Until this time is over, another target may still answer. */
const GRACE_MS = 100;
/** The same where there is another target: what a client would see of a start is worth less than the answer. Its heartbeats do not wait. */
const GRACE_AMONG_MS = 2_000;
/** A vendor that has said that it fails may say why. */
const REASON_MS = 1_000;
/** Native lane: some vendors send usage or `[DONE]` behind the terminal event, and some never close their connection. */
const BEHIND_END_MS = 1_000;

export async function commit(upstream: Upstream, from: Dialect, to: Dialect): Promise<OpenStream> {
  const { response, watch } = upstream;
  const { provider } = upstream.attempt.target;
  const lane = cleanFailure(laneOf(upstream, from, to), watch, provider);
  const reads = readsOf(response.body);
  try {
    return { ...heldOf(upstream), lane, reads, ...(await committed(upstream, lane, reads)) };
  } catch (error) {
    reads.cancel();
    throw upstreamFault(error, provider.name, headersForClient(response.headers, provider));
  }
}

/** What an open stream keeps of its upstream: the body of the call is not among it, for a thousand open streams would hold a thousand bodies. */
export const heldOf = ({ attempt, out, watch, response, place }: Upstream) => ({
  headers: response.headers,
  target: attempt.target,
  watch,
  requestBytes: attempt.call.bytes.byteLength,
  idleMs: attempt.target.provider.idleMs,
  behindEndMs: out.lane === "translated" ? 0 : BEHIND_END_MS,
  ...(place && { place }),
});

function laneOf({ attempt, out, watch, place, framing }: Upstream, from: Dialect, to: Dialect): StreamLane {
  // Clients read server-sent events: bytes in another framing cannot pass.
  if (out.lane === "translated" || framing !== SSE)
    return translatedLane(from, to, out.context, watch.observe, framing);
  const clean = cleanEvents(from, attempt.target.provider);
  const filter = out.withholdsUsage ? withoutUsage(from, clean) : clean;
  return nativeLane(
    from,
    out.context,
    filter,
    watch.observe,
    place && out.kept === "whole" ? "emitted" : "passed over",
  );
}

async function committed(
  { attempt, watch, firstWordBy }: Upstream,
  lane: StreamLane,
  reads: Reads,
): Promise<Pick<OpenStream, "ready" | "ended">> {
  const { target, call } = attempt;
  const { provider } = target;
  const graceMs = call.plan.targets.length > 1 ? GRACE_AMONG_MS : GRACE_MS;
  const ready: (Uint8Array | string)[] = [];
  let readySize = 0;
  // One deadline for the whole opening: comments and pings do not extend it.
  for (let until = firstWordBy, started = false, failing = false; ;) {
    const leftMs = until - performance.now();
    const read: Read = leftMs > 0 ? await reads.next(leftMs) : { kind: "quiet" };
    if (read.kind === "quiet" && failing) throw silent(provider);
    if (read.kind === "quiet" && started) return { ready, ended: false };
    if (read.kind === "quiet") throw wordless(provider);
    const piece = read.kind === "bytes" ? lane.push(read.bytes) : lane.end(read.kind);
    if (piece.length > 0) ready.push(piece);
    readySize += piece.length;
    if (watch.error && !watch.committed) throw watch.error;
    if (read.kind !== "bytes") return { ready, ended: true };
    if (watch.committed) return { ready, ended: false };
    if (readySize > LIMITS.openingBytesMax) throw endless(provider);
    if (watch.started && !started) {
      started = true;
      until = Math.min(until, performance.now() + graceMs);
    }
    if (watch.failing && !failing) {
      failing = true;
      until = performance.now() + REASON_MS;
    }
  }
}

const wordless = ({ name, firstByteMs }: ProviderConfig): GatewayError =>
  ownError("upstream-timeout", `The provider ${name} said nothing for ${firstByteMs / 1000} seconds.`);

const silent = ({ name }: ProviderConfig): GatewayError =>
  ownError("upstream-failed", `The provider ${name} failed without saying why.`);

const endless = ({ name }: ProviderConfig): GatewayError =>
  ownError(
    "upstream-failed",
    `The provider ${name} sent more than ${LIMITS.openingBytesMax} bytes before the first word of its answer.`,
  );
