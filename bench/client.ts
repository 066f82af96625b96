/**
 * The load, a process of its own: bare sockets with keep-alive, a fixed number of requests, a fixed number open at once.
 * `client.ts run LOAD CONTENDER PORT COUNT OPEN` prints what it measured as JSON; `client.ts hold LOAD CONTENDER PORT COUNT OPEN`
 * opens streams, prints a line, and keeps them until its input ends.
 */
import type { Socket } from "bun";
import { END_MARK } from "./answers.ts";
import { answeredIn, BENCH_KEY, loadOf, modelOf, pathFor, type Contender, type Load } from "./loads.ts";
import { quantile } from "./numbers.ts";

export interface Measured {
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
}
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Amount {
  readonly port: number;
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
  const body = Buffer.from(load.body(modelOf(load)));
  const head = [
    `POST ${pathFor(load, to)} HTTP/1.1`,
    "host: 127.0.0.1",
    "user-agent: codeswitch-bench",
    "content-type: application/json",
    `authorization: Bearer ${BENCH_KEY}`,
    "anthropic-version: 2023-06-01",
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

async function run(load: Load, to: Contender, at: Amount): Promise<Measured> {
  const request = requestOf(load, to);
  const endMark = END_MARK[answeredIn(load, to)];
  const first: number[] = [];
  const whole: number[] = [];
  let left = at.count;
  let failed = 0;
  let failure: string | undefined;
  let reads = 0;
  const lane = async (): Promise<void> => {
    let socket = await connect(at.port);
    // Bytes of the first answer are looked at; after that an end of the right form is enough.
    let look = true;
    while (left-- > 0) {
      const { answer, problem } = await ask(socket, request);
      first.push(answer.firstAt - answer.startedAt);
      whole.push(performance.now() - answer.startedAt);
      reads += answer.pieces.length;
      const fault = problem ?? (look ? faultOf(answer, endMark, load) : undefined);
      look = false;
      if (fault === undefined) continue;
      failed++;
      failure ??= fault;
      socket.end();
      socket = await connect(at.port);
    }
    socket.end();
  };
  await Promise.all(Array.from({ length: at.open }, lane));
  return {
    count: at.count,
    failed,
    ...(failure !== undefined && { failure }),
    first: { p50: quantile(first, 0.5), p99: quantile(first, 0.99) },
    whole: { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) },
    reads: reads / at.count,
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
      const socket = await connect(at.port);
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

function connect(port: number): Promise<Socket<Connection>> {
  return Bun.connect<Connection>({
    hostname: "127.0.0.1",
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
  if (ended) answer.done(head.status === 200 ? undefined : `status ${head.status}: ${textOf(answer).slice(0, 600)}`);
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

const [action, load = "", to = "", port, count, open] = process.argv.slice(2);
if (import.meta.main) {
  const amount = { port: Number(port), count: Number(count), open: Number(open) };
  if (action === "hold") await hold(loadOf(load), to as Contender, amount);
  else console.log(JSON.stringify(await run(loadOf(load), to as Contender, amount)));
}
