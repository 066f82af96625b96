/** A streamed answer up to its commit point: from there on no other target may answer. */
import { DIALECTS } from "../dialects/index.ts";
import type { ProviderConfig } from "../config/config.ts";
import type { Dialect, DialectId } from "../dialects/dialect.ts";
import { type GatewayError, ownError } from "../ir/error.ts";
import { LIMITS } from "../wire/limits.ts";
import { EVENT_END, printFrame } from "../wire/sse.ts";
import type { OpenStream } from "./deliver.ts";
import type { Answering } from "./open.ts";
import { wholeEvents } from "./open-whole.ts";
import { readsOf, type Read, type Reads } from "./reads.ts";
import { type Filter, nativeLane } from "./passthrough.ts";
import { cleanDialect, cleanEvents, cleanFailure, headersForClient } from "./redact.ts";
import type { StreamLane } from "./stream-lane.ts";
import { translatedLane } from "./translation.ts";
import { upstreamFault } from "./upstream-fault.ts";

/** Behind a mere start an error often follows at once, and then another target may still answer. */
const GRACE_MS = 100;
/** Native: behind the terminal event some vendors send usage or `[DONE]`, and some never close their connection. */
const BEHIND_END_MS = 1_000;

export async function openStream(answering: Answering, reply: DialectId): Promise<OpenStream> {
  if (!answering.isStream || answering.goOn) return streamOfWhole(answering, DIALECTS[reply]);
  const { target, watch } = answering;
  const lane = cleanFailure(laneOf(answering, DIALECTS[reply]), watch, target.provider);
  const reads = readsOf(answering.response.body);
  try {
    return { ...fixed(answering), lane, reads, ...(await commit(answering, lane, reads)) };
  } catch (error) {
    reads.cancel();
    throw upstreamFault(error, target.provider.name, headersForClient(answering.response.headers, target.provider));
  }
}

const fixed = ({ target, out, watch, response, place }: Answering) => ({
  headers: response.headers,
  provider: target.provider.name,
  watch,
  idleMs: target.provider.idleMs,
  behindEndMs: out.lane === "translated" ? 0 : BEHIND_END_MS,
  ...(place && { place }),
});

function laneOf({ target, out, watch, place }: Answering, to: Dialect): StreamLane {
  const from = cleanDialect(DIALECTS[target.dialect], target.provider);
  const clean = cleanEvents(from, target.provider);
  return out.lane === "native"
    ? nativeLane(
        from,
        out.ask,
        out.withholdsUsage ? withoutUsage(from, clean) : clean,
        watch.observe,
        place && out.kept === "whole" ? "emitted" : "passed over",
      )
    : translatedLane(from, to, out.ask, watch.observe);
}

const withoutUsage =
  ({ stream: { marks } }: Dialect, clean: Filter): Filter =>
  (events) =>
    marks.isUsageOnly(events)
      ? clean(
          events
            .split(EVENT_END)
            .filter((event) => !marks.isUsageOnly(event))
            .join(""),
        )
      : clean(events);

async function commit(
  { target, watch, openBy }: Answering,
  lane: StreamLane,
  reads: Reads,
): Promise<Pick<OpenStream, "ready" | "ended">> {
  const ready: (Uint8Array | string)[] = [];
  let readySize = 0;
  // One clock for the whole opening: comments and pings are no word.
  for (let until = openBy, started = false; ;) {
    const leftMs = until - performance.now();
    const read: Read = leftMs > 0 ? await reads.next(leftMs) : { kind: "quiet" };
    if (read.kind === "quiet" && started) return { ready, ended: false };
    if (read.kind === "quiet") throw wordless(target.provider);
    const piece = read.kind === "bytes" ? lane.push(read.bytes) : lane.end(read.kind);
    if (piece.length > 0) ready.push(piece);
    readySize += piece.length;
    if (watch.error && !watch.committed) throw watch.error;
    if (read.kind !== "bytes") return { ready, ended: true };
    if (watch.committed) return { ready, ended: false };
    if (readySize > LIMITS.openingBytesMax) throw endless(target.provider);
    if (watch.started && !started) {
      started = true;
      until = Math.min(until, performance.now() + GRACE_MS);
    }
  }
}

const wordless = ({ name, firstByteMs }: ProviderConfig): GatewayError =>
  ownError("upstream-timeout", `The provider ${name} said nothing for ${firstByteMs / 1000} seconds.`);

const endless = ({ name }: ProviderConfig): GatewayError =>
  ownError(
    "upstream-failed",
    `The provider ${name} sent more than ${LIMITS.openingBytesMax} bytes before the first word of its answer.`,
  );

/** Some hosts answer a streamed request with a whole answer; one of several rounds is whole before it is told. */
async function streamOfWhole(answering: Answering, to: Dialect): Promise<OpenStream> {
  const { events } = await wholeEvents(answering);
  const encoder = to.stream.encoder(answering.out.ask);
  let text = "";
  const print = (frame: Parameters<typeof printFrame>[0]): void => void (text += printFrame(frame));
  for (const event of events) encoder.push(event, print);
  encoder.end("eof", print);
  return {
    ...fixed(answering),
    ready: [text],
    ended: true,
    reads: readsOf(null),
    lane: { push: () => "", end: () => "", fail: () => "", losses: () => encoder.losses(), events: 0 },
  };
}
