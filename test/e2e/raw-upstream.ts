/** An upstream below HTTP: it writes what no server would, and sees its connections close. */

export interface Line {
  write(text: string): void;
  /** Writes again and again until the gateway hangs up, as fast as it is read. */
  flood(text: string): void;
  /** Writes a piece every so often until the gateway hangs up. */
  drip(text: string, everyMs: number): void;
}

export interface RawUpstream {
  readonly url: string;
  readonly asked: number;
  /** Resolves when every connection is closed, by the gateway: this side never does it. */
  released(): Promise<void>;
  stop(): Promise<void>;
}

interface State {
  head: string;
  flood: Buffer | undefined;
  /** What the socket has taken of the piece. */
  taken: number;
  drip: Timer | undefined;
}

export function rawUpstream(answer: (line: Line) => void): RawUpstream {
  let asked = 0;
  let open = 0;
  let waiting: (() => void)[] = [];
  const pour = (socket: Bun.Socket<State>): void => {
    const state = socket.data;
    while (state.flood) {
      const written = socket.write(state.flood, state.taken);
      if (written <= 0) return;
      state.taken = (state.taken + written) % state.flood.length;
    }
  };
  const lineOf = (socket: Bun.Socket<State>): Line => ({
    write: (text) => void socket.write(text),
    flood: (text) => {
      socket.data.flood = Buffer.from(text);
      pour(socket);
    },
    drip: (text, everyMs) => void (socket.data.drip = setInterval(() => socket.write(text), everyMs)),
  });
  const server = Bun.listen<State>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        open++;
        socket.data = { head: "", flood: undefined, taken: 0, drip: undefined };
      },
      data: (socket, bytes) => {
        if (socket.data.head.includes("\r\n\r\n")) return;
        socket.data.head += bytes.toString("latin1");
        if (!socket.data.head.includes("\r\n\r\n")) return;
        asked++;
        answer(lineOf(socket));
      },
      drain: pour,
      close: (socket) => {
        open--;
        clearInterval(socket.data.drip);
        if (open > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      },
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    get asked() {
      return asked;
    },
    released: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    stop: () => Promise.resolve(server.stop(true)),
  };
}

export const headOf = (status: string, headers: Readonly<Record<string, string>>): string =>
  [`HTTP/1.1 ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");

/** Head of a stream whose end is the end of the connection. */
export const STREAM = headOf("200 OK", { "content-type": "text/event-stream", connection: "close" });
