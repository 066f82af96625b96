/** An open stream, brought to the client: heartbeats while it is silent, an end that says whether the answer is whole, one record. */
import { type GatewayError, ownError } from "../ir/error.ts";
import type { Trial } from "../routing/cooldowns.ts";
import type { Target } from "../routing/target.ts";
import { orLate } from "../time/limit.ts";
import type { Place } from "../vault/place.ts";
import { SSE_COMMENT } from "../wire/sse.ts";
import type { Read, Reads } from "./reads.ts";
import { toGatewayError } from "./refuse.ts";
import type { Connection } from "./call.ts";
import type { TokenSample } from "./close.ts";
import { upstreamFault } from "./upstream-fault.ts";
import type { StreamLane } from "./stream-lane.ts";
import type { Watch } from "./watch.ts";

export interface OpenStream {
  readonly target: Target;
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
  /** Where the vault keeps the answer; absent: it keeps none. */
  readonly place?: Place;
  readonly requestBytes: number;
  /** Headers of the upstream. */
  readonly headers: Headers;
  readonly sample?: TokenSample;
  /** What its end says of the deployment. */
  readonly trial?: Trial;
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
      if (over) return leave(found);
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

  const isOver = (): boolean => over;

  /** Called when the client has taken what it was given. One function that waits: each one more costs as much as the tap of a frame. */
  const pull = async (controller: Controller): Promise<void> => {
    let piece = queue.shift();
    if (piece === undefined) options.connection.waitsForUs();
    const since = performance.now();
    while (piece === undefined && !isOver()) {
      if (!pump) {
        const late = await orLate(Promise.race([opened, cut.promise]), beatMs);
        piece = late === "late" ? SSE_COMMENT : queue.shift();
        continue;
      }
      const read = pump.read();
      const arrived = read && (await read);
      if (isOver()) break;
      const step = pump.take(arrived, cutBy);
      if (step.ended) close("done", step.ended.error);
      if (step.piece.length > 0) ({ piece } = step);
      // An upstream that sends comments is not silent, but its client hears nothing of them.
      else if (!isOver() && performance.now() - since >= beatMs) piece = SSE_COMMENT;
    }
    options.connection.waitsForClient();
    if (piece === undefined) return controller.close();
    controller.enqueue(typeof piece === "string" ? UTF8.encode(piece) : piece);
  };

  return new ReadableStream<Uint8Array | string>(
    { pull, cancel: () => (cutBy ? close("done", cutBy) : close("abandoned")) },
    { highWaterMark: 0 },
  );
}

/** Its client went before it was there. */
function leave({ reads, trial }: OpenStream): void {
  reads.cancel();
  trial?.ended(undefined);
}

type Controller = ReadableStreamDefaultController<Uint8Array | string>;
const UTF8 = new TextEncoder();

interface Step {
  /** Empty where nothing came that the client gets. */
  readonly piece: Uint8Array | string;
  readonly ended?: { readonly error?: GatewayError };
}
interface Pump {
  /** One read of the upstream, or as long as a beat without one. Undefined: nothing more is waited for. */
  read(): Promise<Read> | undefined;
  /** What the read gives. `cutBy`: why the gateway ends the answer, if it does. */
  take(read: Read | undefined, cutBy: GatewayError | undefined): Step;
}

/** What the upstream sends, piece by piece, until it ends, breaks or has sent no event for too long. A complete answer needs none of that. */
function pumpOf(open: OpenStream, beatMs: number): Pump {
  const { lane, reads, idleMs, watch, behindEndMs } = open;
  let quietMs = 0;
  let behindMs = 0;
  let readFrom = 0;
  let wasTerminal = false;
  const leftMs = (): number => (watch.terminal ? behindEndMs - behindMs : idleMs - quietMs);
  const breakOff = (error: GatewayError): Step => ({ piece: lane.fail(error), ended: { error } });
  return {
    read: () => {
      wasTerminal = watch.terminal;
      if (leftMs() <= 0) return undefined;
      readFrom = performance.now();
      return reads.next(Math.min(beatMs, leftMs()));
    },
    take: (read, cutBy) => {
      if (!read) return wasTerminal ? COMPLETE : breakOff(idleError(open));
      // Only while we wait for it: a client that does not read is no fault of the vendor's.
      const waitedMs = performance.now() - readFrom;
      if (wasTerminal) behindMs += waitedMs;
      else quietMs += waitedMs;
      if (cutBy) return wasTerminal ? COMPLETE : breakOff(cutBy);
      if (read.kind === "quiet") return NOTHING;
      try {
        const { events } = lane;
        const piece = read.kind === "bytes" ? lane.push(read.bytes) : lane.end(read.kind);
        if (lane.events > events) quietMs = 0;
        const isEnd = read.kind !== "bytes" || (watch.terminal && leftMs() <= 0);
        return isEnd ? { piece, ended: {} } : { piece };
      } catch (error) {
        return breakOff(toGatewayError(upstreamFault(error, open.target.provider.name)));
      }
    },
  };
}

const NOTHING: Step = { piece: "" };
const COMPLETE: Step = { piece: "", ended: {} };

const idleError = (stream: OpenStream): GatewayError =>
  ownError(
    "upstream-timeout",
    `The provider ${stream.target.provider.name} sent no event for ${stream.idleMs / 1000} seconds.`,
    { provider: stream.target.provider.name },
  );
