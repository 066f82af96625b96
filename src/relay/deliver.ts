/** An open stream, brought to the client: heartbeats while it is silent, an end that tells the truth, one record. */
import { type GatewayError, ownError } from "../ir/error.ts";
import { orLate } from "../time/limit.ts";
import type { Place } from "../vault/vault.ts";
import { SSE_COMMENT } from "../wire/sse.ts";
import type { Reads } from "./reads.ts";
import { toGatewayError } from "./refuse.ts";
import type { Connection } from "./call.ts";
import type { TokenSample } from "./close.ts";
import { upstreamFault } from "./upstream-fault.ts";
import type { StreamLane } from "./stream-lane.ts";
import type { Watch } from "./watch.ts";

export interface OpenStream {
  readonly provider: string;
  readonly lane: StreamLane;
  readonly reads: Reads;
  readonly watch: Watch;
  /** What was translated before the commit point. */
  readonly ready: readonly (Uint8Array | string)[];
  /** The upstream has already ended. */
  readonly ended: boolean;
  readonly idleMs: number;
  /** How long the vendor is waited for behind the terminal event: what comes until then passes. */
  readonly behindEndMs: number;
  /** Where the vault is told of the answer; absent: nowhere. */
  readonly place?: Place;
  /** Headers of the upstream. */
  readonly headers: Headers;
  readonly sample?: TokenSample;
}

export interface DeliverOptions {
  readonly heartbeatMs: number;
  readonly connection: Connection;
  /** The gateway stops: the answer is to be ended with this error. */
  onCut(cut: (error: GatewayError) => void): void;
  /** Prints an error that came before any stream opened, for a client that already has a 200. */
  printError(error: GatewayError): string;
  /** Once: "ended" and "failed" as the watch saw it, "abandoned" when the client left. */
  closed(how: "done" | "abandoned", stream: OpenStream | undefined, error?: GatewayError): void;
}

const FOREVER_MS = 2 ** 31 - 1;

export function deliver(opening: Promise<OpenStream>, options: DeliverOptions): ReadableStream<Uint8Array | string> {
  let stream: OpenStream | undefined;
  let queue: (Uint8Array | string)[] = [];
  let pump: Pump | undefined;
  let over = false;
  let cutBy: GatewayError | undefined;
  const beatMs = options.heartbeatMs > 0 ? options.heartbeatMs : FOREVER_MS;

  const close = (how: "done" | "abandoned", error?: GatewayError): void => {
    if (over) return;
    over = true;
    stream?.reads.cancel();
    options.closed(how, stream, error);
  };
  const opened = opening.then(
    (found) => {
      if (over) return found.reads.cancel();
      stream = found;
      pump = pumpOf(found, beatMs);
      queue = found.ready.filter((piece) => piece.length > 0);
      if (found.ended || (found.behindEndMs === 0 && found.watch.terminal)) close("done");
    },
    (error: unknown) => fail(toGatewayError(error)),
  );
  /** Nothing was opened: the client has a 200 all the same. */
  const fail = (error: GatewayError): void => {
    if (over) return;
    queue = [options.printError(error)];
    close("done", error);
  };
  const cut = Promise.withResolvers<void>();
  options.onCut((error) => {
    if (over) return;
    cutBy = error;
    if (stream) stream.reads.cancel();
    else fail(error);
    cut.resolve();
  });

  /** The next piece for the client; undefined at the end. */
  const next = async (): Promise<Uint8Array | string | undefined> => {
    const since = performance.now();
    for (;;) {
      const ready = queue.shift();
      if (ready !== undefined) return ready;
      if (over) return undefined;
      if (!pump) {
        if ((await orLate(Promise.race([opened, cut.promise]), beatMs)) === "late") return SSE_COMMENT;
        continue;
      }
      const { piece, ended } = await pump.step(
        () => over,
        () => cutBy,
      );
      if (ended) close("done", ended.error);
      if (piece.length > 0) return piece;
      // An upstream that sends comments is not silent, but its client hears nothing of them.
      if (!over && performance.now() - since >= beatMs) return SSE_COMMENT;
    }
  };

  return new ReadableStream<Uint8Array | string>(
    {
      // Called when the client has taken what it was given.
      pull: async (controller) => {
        options.connection.waitsForUs();
        const piece = await next();
        options.connection.waitsForClient();
        if (piece === undefined) return controller.close();
        const bytes = typeof piece === "string" ? UTF8.encode(piece) : piece;
        controller.enqueue(bytes);
      },
      cancel: () => (cutBy ? close("done", cutBy) : close("abandoned")),
    },
    { highWaterMark: 0 },
  );
}

const UTF8 = new TextEncoder();

interface Step {
  /** Empty where nothing came that the client gets. */
  readonly piece: Uint8Array | string;
  readonly ended?: { readonly error?: GatewayError };
}
interface Pump {
  /** One read of the upstream, or as long as a beat without one. */
  step(isOver: () => boolean, cutBy: () => GatewayError | undefined): Promise<Step>;
}

/** What the upstream sends, piece by piece, until it ends, breaks or has sent no event for too long. A complete answer needs none of that. */
function pumpOf(open: OpenStream, beatMs: number): Pump {
  const { lane, reads, idleMs, watch, behindEndMs } = open;
  let quietMs = 0;
  let behindMs = 0;
  const isOverdue = (): boolean => watch.terminal && behindMs >= behindEndMs;
  const breakOff = (error: GatewayError): Step => ({ piece: lane.fail(error), ended: { error } });
  return {
    step: async (isOver, cutBy) => {
      if (isOverdue()) return COMPLETE;
      const { terminal } = watch;
      if (!terminal && quietMs >= idleMs) return breakOff(idleError(open));
      const from = performance.now();
      const read = await reads.next(Math.min(beatMs, terminal ? behindEndMs - behindMs : idleMs - quietMs));
      // Only while we wait for it: a client that does not read is no fault of the vendor's.
      const waitedMs = performance.now() - from;
      if (terminal) behindMs += waitedMs;
      else quietMs += waitedMs;
      if (isOver()) return NOTHING;
      const cut = cutBy();
      if (cut) return terminal ? COMPLETE : breakOff(cut);
      if (read.kind === "quiet") return NOTHING;
      try {
        const { events } = lane;
        const piece = read.kind === "bytes" ? lane.push(read.bytes) : lane.end(read.kind);
        if (lane.events > events) quietMs = 0;
        const isEnd = read.kind !== "bytes" || isOverdue();
        return { piece, ...(isEnd && { ended: {} }) };
      } catch (error) {
        return breakOff(toGatewayError(upstreamFault(error, open.provider)));
      }
    },
  };
}

const NOTHING: Step = { piece: "" };
const COMPLETE: Step = { piece: "", ended: {} };

const idleError = (stream: OpenStream): GatewayError =>
  ownError("upstream-timeout", `The provider ${stream.provider} sent no event for ${stream.idleMs / 1000} seconds.`, {
    provider: stream.provider,
  });
