/** Vendors that mean no good, over plain TCP. Each plays one trick on everybody who connects, until the gateway hangs up. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { stepsOf, type Wire, WHOLE } from "../e2e/wires.ts";

export interface Hostile {
  readonly url: string;
  /** Connections that the gateway has not let go. */
  held(): number;
  stop(): void;
}

/** What a caller may get of it, where a healthy target stands behind: that one's answer, or an error. */
export type Outcome = "healthy" | "error";

interface Trick {
  readonly outcome: Outcome;
  readonly play: (line: Line, wire: Wire) => Promise<void>;
}

/** A connection that a trick writes to. Every promise of it ends when the other side hangs up. */
interface Line {
  write(text: string): Promise<void>;
  /** For ever, as fast as it is read. */
  flood(text: string): Promise<void>;
  /** For ever, a piece at a time. */
  drip(text: string): Promise<void>;
  close(): void;
  reset(): void;
}

const STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const json = (status: number, more: string): string =>
  `HTTP/1.1 ${status} Status\r\ncontent-type: application/json\r\nconnection: close\r\n${more}\r\n`;
const firstWord = (wire: Wire): string => stepsOf(wire)[0]?.send ?? "";
const FILLER = "x".repeat(64 * 1024);

const before = (play: Trick["play"]): Trick => ({ outcome: "healthy", play });
const after = (play: (line: Line) => Promise<void>): Trick => ({
  outcome: "error",
  play: async (line, wire) => {
    await line.write(STREAM + firstWord(wire));
    await play(line);
  },
});
const silence = async (): Promise<void> => {};

export const TRICKS: Readonly<Record<string, Trick>> = {
  "says nothing": before(silence),
  "hangs up": before(async (line) => line.close()),
  resets: before(async (line) => line.reset()),
  "is no HTTP": before((line) => line.write("220 mail.example ESMTP\r\n")),
  "drips its head": before((line) => line.drip("HTTP/1.1 200 OK\r\nx-header: ")),
  "hints for ever": before((line) => line.drip("HTTP/1.1 103 Early Hints\r\n\r\n")),
  "sends endless headers": before(async (line) => {
    await line.write("HTTP/1.1 200 OK\r\n");
    await line.flood(`x-header: ${"y".repeat(1000)}\r\n`);
  }),
  "begins a stream and is silent": before((line) => line.write(STREAM)),
  "drips comments": before(async (line) => {
    await line.write(STREAM);
    await line.drip(": keep-alive\n\n");
  }),
  "floods comments": before(async (line) => {
    await line.write(STREAM);
    await line.flood(": keep-alive\n\n".repeat(4000));
  }),
  "sends an endless line": before(async (line) => {
    await line.write(`${STREAM}data: `);
    await line.flood(FILLER);
  }),
  "fails in a stream": before(async (line) => {
    await line.write(`${STREAM}event: error\ndata: {"type":"error","error":{"type":"api_error","message":"no"}}\n\n`);
    line.close();
  }),
  "does not end its error": before((line) => line.write(`${json(500, "content-length: 100\r\n")}{"er`)),
  "drips its error": before(async (line) => {
    await line.write(json(503, "content-length: 1000000\r\n"));
    await line.drip(" ");
  }),
  "sends an endless error": before(async (line) => {
    await line.write(json(502, ""));
    await line.flood(FILLER);
  }),
  "zips its error badly": before(async (line) => {
    await line.write(`${json(500, "content-encoding: gzip\r\ncontent-length: 5\r\n")}hello`);
    line.close();
  }),
  "does not end a refusal": {
    outcome: "error",
    play: (line) => line.write(`${json(400, "content-length: 100\r\n")}{"error":{"message":"no"}}`),
  },
  "answers what is no JSON": before(async (line) => {
    await line.write(`${json(200, "content-length: 9\r\n")}<html>no<`);
    line.close();
  }),
  "breaks its answer off": before(async (line, wire) => {
    const text = JSON.stringify(WHOLE[wire]);
    await line.write(json(200, `content-length: ${text.length}\r\n`) + text.slice(0, 40));
    line.close();
  }),
  "drips its answer": before(async (line) => {
    await line.write(json(200, "content-length: 1000000\r\n"));
    await line.drip(" ");
  }),
  "speaks and is silent": after(silence),
  "speaks and breaks off": after(async (line) => line.close()),
  "speaks, then an endless line": after(async (line) => {
    await line.write("data: ");
    await line.flood(FILLER);
  }),
  "speaks, then rubbish": after(async (line) => {
    await line.write("data: {]\n\n\u0000\u0001data\n\n");
    line.close();
  }),
};

const DRIP_MS = 50;

export async function hostileVendor(trick: Trick, wire: Wire): Promise<Hostile> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    // The request is taken whole, or its sender would wait.
    socket.once("data", () => void trick.play(lineOf(socket), wire));
    socket.resume();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => open.size,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function lineOf(socket: Socket): Line {
  const gone = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  const drained = (): Promise<void> => new Promise((resolve) => void socket.once("drain", resolve));
  const write = async (text: string): Promise<void> => {
    if (!socket.destroyed && !socket.write(text)) await Promise.race([drained(), gone]);
  };
  return {
    write,
    flood: async (text) => {
      while (!socket.destroyed) await write(text);
    },
    drip: async (text) => {
      for (; !socket.destroyed; await Bun.sleep(DRIP_MS)) await write(text);
    },
    close: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
  };
}
