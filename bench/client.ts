/**
 * The load, a process of its own: bare sockets with keep-alive, a fixed number of requests, a fixed number open at once.
 * `client.ts run LOAD COUNT OPEN CONTENDER`, the last as JSON, prints what it measured as JSON; `client.ts hold LOAD COUNT OPEN CONTENDER`
 * opens streams, prints a line, and keeps them until its input ends.
 */
import type { Socket } from "bun";
import { END_MARK } from "./answers.ts";
import { NEW_TURN } from "./bodies.ts";
import { answeredIn, type Contender, modelAt, pathAt } from "./contenders.ts";
import { loadOf, type Load } from "./loads.ts";
import { quantile } from "./numbers.ts";

export interface Measured {
  /** Fewer than asked for where the time was over. */
  readonly count: number;
  /** Answers that were no 200, or that did not end as they should. */
  readonly failed: number;
  /** What the first of them said. */
  readonly failure?: string;
  /** Until the first byte of the body, and until the last, in milliseconds. */
  readonly first: Latency;
  readonly whole: Latency;
  /** Reads of the socket per answer: how finely a stream arrived. */
  readonly reads: number;
  readonly perSecond: number;
}
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Amount {
  readonly count: number;
  /** How many are asked at once. */
  readonly open: number;
}

interface Answer {
  /** Whole as far as it has come, decoded only where it is looked at. */
  readonly pieces: Buffer[];
  readonly startedAt: number;
  firstAt: number;
  head: Head | undefined;
  bytes: number;
  done(failure?: string): void;
}
interface Connection {
  answer: Answer | undefined;
  /** What the socket did not take at once. */
  unsent: Buffer | undefined;
}
interface Head {
  readonly status: number;
  /** -1: chunked. */
  readonly length: number;
  readonly bodyFrom: number;
}

function requestOf(load: Load, to: Contender): Buffer {
  const body = Buffer.from(load.body(modelAt(load, to)));
  const head = [
    `POST ${pathAt(load, to)} HTTP/1.1`,
    `host: ${to.host}`,
    "user-agent: codeswitch-bench",
    "content-type: application/json",
    `authorization: Bearer ${to.key}`,
    "anthropic-version: 2023-06-01",
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

/** Each lane has a copy of its own, in which every call writes its number. */
function numbered(request: Buffer, next: () => number): () => Buffer {
  const places: number[] = [];
  for (let at = request.indexOf(NEW_TURN); at >= 0; at = request.indexOf(NEW_TURN, at + 1)) places.push(at);
  if (places.length === 0) return () => request;
  const own = Buffer.from(request);
  return () => {
    const digits = NEW_TURN.length - NEW_TURN.indexOf("0");
    const name = NEW_TURN.slice(0, -digits) + String(next()).padStart(digits, "0");
    for (const at of places) own.write(name, at, "latin1");
    return own;
  };
}

/** Whoever is slower is measured with fewer. */
const TIME_MS_MAX = 20_000;

async function run(load: Load, to: Contender, at: Amount): Promise<Measured> {
  const request = requestOf(load, to);
  const endMark = END_MARK[answeredIn(load, to)];
  const first: number[] = [];
  const whole: number[] = [];
  let left = at.count;
  let failed = 0;
  let failure: string | undefined;
  let reads = 0;
  // Another number than that of any earlier run.
  let turns = Math.floor(Math.random() * 90_000_000);
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    let socket = await connect(to);
    const nextRequest = numbered(request, () => turns++);
    // Bytes of the first answer are looked at; after that an end of the right form is enough.
    let look = true;
    while (left-- > 0 && performance.now() - startedAt < TIME_MS_MAX) {
      const { answer, problem } = await ask(socket, nextRequest());
      first.push(answer.firstAt - answer.startedAt);
      whole.push(performance.now() - answer.startedAt);
      reads += answer.pieces.length;
      const fault = problem ?? (look ? faultOf(answer, endMark, load) : undefined);
      look = false;
      if (fault === undefined) continue;
      failed++;
      failure ??= fault;
      socket.end();
      socket = await connect(to);
    }
    socket.end();
  };
  await Promise.all(Array.from({ length: at.open }, lane));
  const count = whole.length;
  return {
    count,
    failed,
    ...(failure !== undefined && { failure }),
    first: { p50: quantile(first, 0.5), p99: quantile(first, 0.99) },
    whole: { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) },
    reads: reads / count,
    perSecond: (count * 1000) / (performance.now() - startedAt),
  };
}

const textOf = (answer: Answer): string => Buffer.concat(answer.pieces).toString("utf8");

function faultOf(answer: Answer, endMark: string, { scenario }: Load): string | undefined {
  // The frames of the transfer may fall into the middle of a word.
  const text = textOf(answer).replace(CHUNK_EDGE, "");
  if (scenario === "whole")
    return text.includes("größe") ? undefined : `the answer lacks its text: ${text.slice(0, 400)}`;
  return text.includes(endMark) && text.includes("größe") ? undefined : `the stream has no end: ${text.slice(-400)}`;
}

/** Where one chunk ends and the next begins. Neither JSON nor events hold a CR. */
const CHUNK_EDGE = /\r\n[0-9a-f]+\r\n/gi;

async function hold(load: Load, to: Contender, at: Amount): Promise<void> {
  const request = requestOf(load, to);
  let left = at.count;
  const sockets: Socket<Connection>[] = [];
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const socket = await connect(to);
      sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        void ask(socket, request).then(({ problem }) => reject(new Error(problem ?? "the stream ended")));
        const poll = setInterval(() => {
          if (!socket.data.answer?.firstAt) return;
          clearInterval(poll);
          resolve();
        }, 2);
      });
    }
  };
  await Promise.all(Array.from({ length: at.open }, lane));
  console.log("open");
  for await (const _ of process.stdin) continue;
  process.exit(0);
}

function connect({ host, port }: Contender): Promise<Socket<Connection>> {
  return Bun.connect<Connection>({
    hostname: host,
    port,
    data: { answer: undefined, unsent: undefined },
    socket: {
      open: (socket) => void socket.setNoDelay(true),
      data: (socket, bytes) => socket.data.answer && take(socket.data.answer, bytes),
      drain: (socket) => flush(socket),
      close: (socket) => socket.data.answer?.done("the connection was closed"),
      error: (socket, error) => socket.data.answer?.done(error.message),
    },
  });
}

function ask(socket: Socket<Connection>, request: Buffer): Promise<{ answer: Answer; problem?: string }> {
  return new Promise((resolve) => {
    const answer: Answer = {
      pieces: [],
      startedAt: performance.now(),
      firstAt: 0,
      head: undefined,
      bytes: 0,
      done: (problem) => {
        socket.data.answer = undefined;
        resolve({ answer, ...(problem !== undefined && { problem }) });
      },
    };
    socket.data.answer = answer;
    socket.data.unsent = request;
    flush(socket);
  });
}

function flush(socket: Socket<Connection>): void {
  const { unsent } = socket.data;
  if (!unsent) return;
  const sent = Math.max(0, socket.write(unsent));
  socket.data.unsent = sent === unsent.length ? undefined : unsent.subarray(sent);
}

function take(answer: Answer, bytes: Buffer): void {
  // The socket reuses its buffer.
  answer.pieces.push(Buffer.from(bytes));
  answer.bytes += bytes.length;
  answer.head ??= headOf(answer.pieces);
  const { head } = answer;
  if (!head) return;
  if (answer.firstAt === 0 && answer.bytes > head.bodyFrom) answer.firstAt = performance.now();
  const ended = head.length >= 0 ? answer.bytes >= head.bodyFrom + head.length : endsChunked(answer.pieces);
  if (ended)
    answer.done(
      head.status === 200 ? undefined : `status ${head.status}: ${textOf(answer).replace(/\s+/g, " ").slice(0, 600)}`,
    );
}

function headOf(pieces: readonly Buffer[]): Head | undefined {
  const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const text = bytes.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return { status: Number(text.slice(9, 12)), length: length === undefined ? -1 : Number(length), bodyFrom: end + 4 };
}

/** The last chunk. Events hold no CR, so these bytes stand nowhere else at an end. */
const LAST_CHUNK = "\r\n0\r\n\r\n";

function endsChunked(pieces: readonly Buffer[]): boolean {
  const last = pieces.at(-1) as Buffer;
  const tail = last.length >= LAST_CHUNK.length ? last : Buffer.concat(pieces.slice(-8));
  return tail.toString("latin1", Math.max(0, tail.length - LAST_CHUNK.length)) === LAST_CHUNK;
}

const [action, load = "", count, open, contender = ""] = process.argv.slice(2);
if (import.meta.main) {
  const to = JSON.parse(contender) as Contender;
  const amount = { count: Number(count), open: Number(open) };
  if (action === "hold") await hold(loadOf(load), to, amount);
  else console.log(JSON.stringify(await run(loadOf(load), to, amount)));
}
