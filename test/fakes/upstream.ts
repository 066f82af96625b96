/** An upstream that says exactly what a test wrote, holds the stream where the test wants it held, and notices when the client goes. */

export interface StubReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A whole body, or what each write carries: frames, or any cut of bytes. */
  readonly body: string | readonly (string | Uint8Array)[];
  /** Absent: nothing is held. */
  readonly gate?: Gate;
  /** After the last write: eof ends the body, cut breaks the connection, wait says nothing more. */
  readonly then?: "eof" | "cut" | "wait";
}

export interface StubRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  readonly signal: AbortSignal;
}

export interface StubUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly StubRequest[];
  readonly aborts: number;
  /** True once a client has gone before its answer ended; false when none has within the time. */
  waitForAbort(withinMs: number): Promise<boolean>;
  stop(): void;
}

/** Holds a stream in front of each write until it is let through. */
export interface Gate {
  /** Resolves when the stub stands in front of write k (counted from 0) and waits. */
  reached(k: number): Promise<void>;
  /** Lets `count` more writes through; default one. */
  release(count?: number): void;
  /** Lets everything through. */
  open(): void;
  /** For the stub: resolves when write k may go. */
  pass(k: number): Promise<void>;
}

export function createGate(heldFrom = 0): Gate {
  let allowed = heldFrom;
  let at = -1;
  let watchers: (() => void)[] = [];
  const until = (isTrue: () => boolean): Promise<void> =>
    isTrue() ? Promise.resolve() : new Promise((resolve) => watchers.push(() => void until(isTrue).then(resolve)));
  const changed = (): void => {
    const all = watchers;
    watchers = [];
    for (const tell of all) tell();
  };
  const allow = (upTo: number): void => {
    allowed = upTo;
    changed();
  };
  return {
    reached: (k) => until(() => at >= k),
    release: (count = 1) => allow(allowed + count),
    open: () => allow(Infinity),
    pass: (k) => {
      at = Math.max(at, k);
      changed();
      return until(() => k < allowed);
    },
  };
}

export function stubUpstream(options: {
  readonly reply: (request: StubRequest) => StubReply | Promise<StubReply>;
}): StubUpstream {
  const requests: StubRequest[] = [];
  const watchers = new Set<() => void>();
  let aborts = 0;

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    maxRequestBodySize: 256 * 1024 * 1024,
    fetch: async (incoming) => {
      const request = await read(incoming);
      requests.push(request);
      let isEnded = false;
      incoming.signal.addEventListener(
        "abort",
        () => {
          if (isEnded) return;
          aborts += 1;
          for (const tell of watchers) tell();
        },
        { once: true },
      );
      return respond(await options.reply(request), () => (isEnded = true));
    },
    error: (problem) => new Response(problem.message, { status: 500 }),
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    requests,
    get aborts() {
      return aborts;
    },
    waitForAbort: (withinMs) =>
      new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          watchers.delete(settle);
          resolve(aborts > 0);
        };
        const timer = setTimeout(settle, withinMs);
        watchers.add(settle);
        if (aborts > 0) settle();
      }),
    stop: () => void server.stop(true),
  };
}

async function read(incoming: Request): Promise<StubRequest> {
  const { pathname, search } = new URL(incoming.url);
  const text = await incoming.text();
  return {
    method: incoming.method,
    path: pathname + search,
    headers: Object.fromEntries(incoming.headers),
    text,
    json: parsed(text),
    signal: incoming.signal,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function respond(reply: StubReply, ended: () => void): Response {
  const { status = 200, body, gate, then = "eof" } = reply;
  const isWhole = typeof body === "string";
  const headers = { "content-type": isWhole ? "application/json" : "text/event-stream", ...reply.headers };
  if (isWhole && gate === undefined && then === "eof") {
    ended();
    return new Response(body, { status, headers });
  }
  const writes = typeof body === "string" ? [body] : body;
  let next = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const write = writes[next];
    if (write === undefined) return finish(controller, then, ended);
    await gate?.pass(next);
    next += 1;
    controller.enqueue(typeof write === "string" ? utf8.encode(write) : write);
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { status, headers });
}

async function finish(
  controller: ReadableStreamDefaultController<Uint8Array>,
  then: "eof" | "cut" | "wait",
  ended: () => void,
): Promise<void> {
  if (then === "wait") return new Promise(() => {});
  // What was written has to leave before the socket breaks.
  if (then === "cut") await Bun.sleep(20);
  ended();
  if (then === "eof") controller.close();
  // An error that is no Error is not printed by Bun.
  else controller.error(undefined);
}

const utf8 = new TextEncoder();
