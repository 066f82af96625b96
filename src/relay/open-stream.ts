/** A streamed answer up to its commit point: from there on no other target may answer. */
import { DIALECTS } from "../dialects/index.ts";
import type { Dialect, DialectId } from "../dialects/dialect.ts";
import { GatewayError } from "../ir/error.ts";
import { printFrame } from "../wire/sse.ts";
import type { OpenStream } from "./deliver.ts";
import type { Answering } from "./open.ts";
import { wholeEvents } from "./open-whole.ts";
import { readsOf, type Reads } from "./reads.ts";
import { nativeLane, NOTHING_WITHHELD, translatedLane, type StreamLane } from "./stream-lane.ts";

/** Behind a mere start an error often follows at once, and then another target may still answer. */
const GRACE_MS = 100;

export async function openStream(answering: Answering, reply: DialectId): Promise<OpenStream> {
  if (!answering.isStream || answering.goOn) return streamOfWhole(answering, DIALECTS[reply]);
  const lane = laneOf(answering, DIALECTS[reply]);
  const reads = readsOf(answering.response.body);
  return { ...fixed(answering), lane, reads, ...(await commit(answering, lane, reads)) };
}

const fixed = ({ target, out, watch, response, scope }: Answering) => ({
  headers: response.headers,
  provider: target.provider.name,
  watch,
  idleMs: target.provider.idleMs,
  endsAtTerminal: out.lane === "translated",
  ...(scope && { scope }),
});

function laneOf({ target, out, watch, scope }: Answering, to: Dialect): StreamLane {
  const from = DIALECTS[target.dialect];
  return out.lane === "native"
    ? nativeLane(
        from,
        out.ask,
        out.withholdsUsage ? isUsageChunk : NOTHING_WITHHELD,
        watch.observe,
        scope && out.kept === "whole" ? "words" : "outcome",
      )
    : translatedLane(from, to, out.ask, watch.observe);
}

/** Chat's chunk with usage and without choices. Its marks cannot stand inside a string: there, quotes are escaped. */
const isUsageChunk = (event: string): boolean => /"choices":\s*\[\s*\]/.test(event) && /"usage":\s*\{/.test(event);

async function commit(
  { target, watch }: Answering,
  lane: StreamLane,
  reads: Reads,
): Promise<Pick<OpenStream, "ready" | "ended">> {
  const ready: (Uint8Array | string)[] = [];
  for (;;) {
    const read = await reads.next(watch.started ? GRACE_MS : target.provider.firstByteMs);
    if (read.kind === "quiet" && watch.started) return { ready, ended: false };
    if (read.kind === "quiet") {
      reads.cancel();
      throw silent(target.provider.name, target.provider.firstByteMs);
    }
    ready.push(read.kind === "bytes" ? lane.push(read.bytes) : lane.end(read.kind));
    if (watch.error && !watch.committed) {
      reads.cancel();
      throw watch.error.with({ provider: target.provider.name });
    }
    if (read.kind !== "bytes") return { ready, ended: true };
    if (watch.committed) return { ready, ended: false };
  }
}

export const silent = (provider: string, ms: number): GatewayError =>
  new GatewayError("upstream-timeout", `The provider ${provider} sent nothing for ${ms / 1000} seconds.`, { provider });

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
    lane: { push: () => "", end: () => "", fail: () => "", losses: () => encoder.losses() },
  };
}
