/** An open stream, brought to the client: heartbeats while it is silent, an end that tells the truth, one record. */
import { GatewayError } from "../ir/error.ts";
import type { Asked } from "../vault/vault.ts";
import type { ModelRequest } from "../ir/request.ts";
import type { MeteredModel } from "../providers/token-meter.ts";
import { SSE_COMMENT } from "../wire/sse.ts";
import type { Reads } from "./reads.ts";
import { toGatewayError } from "./refuse.ts";
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
  /** Events of the native lane pass to their end; a translated answer ends with its terminal event. */
  readonly endsAtTerminal: boolean;
  /** Where the vault is told of the answer; absent: nowhere. */
  readonly scope?: Asked;
  /** Headers of the upstream. */
  readonly headers: Headers;
  readonly sample?: TokenSample;
}

/** A call whose bill shall teach the local count of tokens. */
export interface TokenSample {
  readonly of: MeteredModel;
  readonly bytes: number;
  request(): ModelRequest;
}

export interface DeliverOptions {
  readonly heartbeatMs: number;
  /** Prints an error that came before any stream opened, for a client that already has a 200. */
  printError(error: GatewayError): string;
  /** Once: "ended" and "failed" as the watch saw it, "abandoned" when the client left. */
  closed(how: "done" | "abandoned", stream: OpenStream | undefined, error?: GatewayError): void;
}

const FOREVER_MS = 2 ** 31 - 1;

export function deliver(opening: Promise<OpenStream>, options: DeliverOptions): ReadableStream<Uint8Array | string> {
  let stream: OpenStream | undefined;
  let queue: (Uint8Array | string)[] = [];
  let quietMs = 0;
  let over = false;
  const beatMs = options.heartbeatMs > 0 ? options.heartbeatMs : FOREVER_MS;

  const close = (how: "done" | "abandoned", error?: GatewayError): void => {
    if (over) return;
    over = true;
    stream?.reads.cancel();
    options.closed(how, stream, error);
  };
  const opened = opening.then(
    (found) => {
      stream = found;
      queue = found.ready.filter((piece) => piece.length > 0);
      if (over) found.reads.cancel();
      if (found.ended || (found.endsAtTerminal && found.watch.terminal)) close("done");
    },
    (error: unknown) => {
      const known = toGatewayError(error);
      queue = [options.printError(known)];
      close("done", known);
    },
  );

  /** The next piece for the client; undefined at the end. */
  const next = async (): Promise<Uint8Array | string | undefined> => {
    for (;;) {
      const ready = queue.shift();
      if (ready !== undefined) return ready;
      if (over) return undefined;
      if (!stream) {
        if (await quietFor(opened, beatMs)) return SSE_COMMENT;
        continue;
      }
      const piece = await step(stream);
      if (piece.length > 0) return piece;
    }
  };

  const step = async (open: OpenStream): Promise<Uint8Array | string> => {
    const waitMs = Math.min(beatMs, open.idleMs - quietMs);
    const read = await open.reads.next(waitMs);
    if (over) return "";
    if (read.kind === "quiet") {
      quietMs += waitMs;
      if (quietMs >= open.idleMs) return breakOff(open, idleError(open));
      return SSE_COMMENT;
    }
    quietMs = 0;
    try {
      const piece = read.kind === "bytes" ? open.lane.push(read.bytes) : open.lane.end(read.kind);
      if (read.kind !== "bytes" || (open.endsAtTerminal && open.watch.terminal)) close("done");
      return piece;
    } catch (error) {
      return breakOff(open, toGatewayError(error));
    }
  };

  const breakOff = (open: OpenStream, error: GatewayError): string => {
    const text = open.lane.fail(error);
    close("done", error);
    return text;
  };

  return new ReadableStream<Uint8Array | string>(
    {
      pull: async (controller) => {
        const piece = await next();
        if (piece === undefined) return controller.close();
        const bytes = typeof piece === "string" ? UTF8.encode(piece) : piece;
        controller.enqueue(bytes);
      },
      cancel: () => close("abandoned"),
    },
    { highWaterMark: 0 },
  );
}

const UTF8 = new TextEncoder();

const idleError = (stream: OpenStream): GatewayError =>
  new GatewayError(
    "upstream-timeout",
    `The provider ${stream.provider} sent nothing for ${stream.idleMs / 1000} seconds.`,
    {
      provider: stream.provider,
    },
  );

/** True when the promise was still open after so long. */
async function quietFor(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: Timer | undefined;
  const quiet = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  const result = await Promise.race([promise.then(() => false), quiet]);
  clearTimeout(timer);
  return result;
}
