/** An upstream that does what a test tells it, over real HTTP, and remembers what it was asked. */

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Fires when the gateway hangs up. */
  readonly signal: AbortSignal;
}

export interface Upstream {
  readonly url: string;
  readonly asked: Asked[];
  stop(): Promise<void>;
}

export type Answering = (asked: Asked, count: number) => Response | Promise<Response>;

export function upstream(answer: Answering): Upstream {
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const text = new TextDecoder().decode(bytes);
      const url = new URL(request.url);
      const seen: Asked = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        bytes,
        text,
        body: bodyOf(text),
        signal: request.signal,
      };
      asked.push(seen);
      return answer(seen, asked.length);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked, stop: () => server.stop(true) };
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface HeldStream {
  readonly response: Response;
  push(text: string): void;
  end(): void;
  /** Breaks the connection in the middle. */
  cut(): void;
  /** Resolves when the gateway hangs up. */
  readonly gone: Promise<void>;
}

/** A stream that moves only when it is told to. */
export function heldStream(signal: AbortSignal): HeldStream {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  let left = (): void => {};
  const gone = new Promise<void>((resolve) => void (left = resolve));
  signal.addEventListener("abort", () => left());
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (control = controller),
    cancel: () => left(),
  });
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    push: (text) => control?.enqueue(new TextEncoder().encode(text)),
    end: () => control?.close(),
    // An error that is no Error is not printed by Bun.
    cut: () => control?.error(undefined),
    gone,
  };
}

/** For what takes milliseconds where the machine is idle. Whoever waits for ever is found all the same. */
export const PATIENCE_MS = 15_000;

/** The value, or a failure that says what was waited for. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
