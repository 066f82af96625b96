/** What a running gateway says on stdout and stderr: in one order, and without ever waiting for whoever reads it. */
import { write } from "node:fs";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";

export interface Output {
  /** A line to stdout. */
  print(line: string): void;
  /** A line to stderr. */
  complain(line: string): void;
  /** Resolves when everything is written, or after so long. */
  flush(ms: number): Promise<void>;
}

/** Lines of this time go out together: a write each would cost a call five times what console.log does. */
const GATHER_MS = 50;
const CHUNK_BYTES = 64 * 1024;
/** Until a full pipe is tried again that somebody else has made non-blocking. */
const AGAIN_MS = 50;

interface Chunk {
  readonly fd: number;
  text: string;
  bytes: number;
  lines: number;
}

/**
 * console.log waits for the reader of a pipe, and on a terminal process.stdout does too; on a pipe it sets O_NONBLOCK,
 * which every process that has the pipe then finds set (Bun 1.4.5). So a thread of Bun's pool writes and may wait. Only
 * one: on two cores the pool has two, and with both of them waiting no name is resolved and no file is read.
 * `tellLost` words the line that stands where lines are missing.
 */
export function output(tellLost: (lines: number) => string, fds = { out: 1, err: 2 }): Output {
  const chunks: Chunk[] = [];
  /** With the chunk that is being written. */
  let waitingBytes = 0;
  let lostLines = 0;
  let isWriting = false;
  let gathering: Timer | undefined;
  const onDry: (() => void)[] = [];

  const say = (fd: number, line: string): void => {
    const bytes = Buffer.byteLength(line) + 1;
    // A short line that still fits would hide where the long ones are missing.
    if ((isWriting && lostLines > 0) || waitingBytes + bytes > LIMITS.logQueueBytesMax) return void lostLines++;
    if (lostLines > 0) addLost();
    add(fd, line, bytes, 1);
  };
  /** Counts for as many lines as it tells of: should it be lost itself, they stay counted. */
  const addLost = (): void => {
    const line = tellLost(lostLines);
    add(fds.out, line, Buffer.byteLength(line) + 1, lostLines);
    lostLines = 0;
  };
  const add = (fd: number, line: string, bytes: number, lines: number): void => {
    let last = chunks.at(-1);
    if (last?.fd !== fd || last.bytes >= CHUNK_BYTES) chunks.push((last = { fd, text: "", bytes: 0, lines: 0 }));
    last.text += `${line}\n`;
    last.bytes += bytes;
    last.lines += lines;
    waitingBytes += bytes;
    if (isWriting) return;
    if (waitingBytes >= CHUNK_BYTES) next();
    else gathering ??= setTimeout(next, GATHER_MS);
  };

  const next = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    const chunk = chunks.shift();
    isWriting = chunk !== undefined;
    if (chunk) return writeAll(chunk.fd, Buffer.from(chunk.text), (isWritten) => written(chunk, isWritten));
    for (const resolve of onDry.splice(0)) resolve();
  };
  const written = (chunk: Chunk, isWritten: boolean): void => {
    waitingBytes -= chunk.bytes;
    if (!isWritten) lostLines += chunk.lines;
    else if (lostLines > 0) addLost();
    next();
  };

  return {
    print: (line) => say(fds.out, line),
    complain: (line) => say(fds.err, line),
    flush: async (ms) => {
      const dry = new Promise<void>((resolve) => void onDry.push(resolve));
      if (!isWriting) next();
      await orLate(dry, ms);
    },
  };
}

/** A reader that is gone, or a full disk, is no fault of a call: what cannot be written is lost. */
function writeAll(fd: number, bytes: Uint8Array, done: (isWritten: boolean) => void): void {
  write(fd, bytes, 0, bytes.length, null, (error, count) => {
    if (error?.code === "EAGAIN") setTimeout(() => writeAll(fd, bytes, done), AGAIN_MS);
    else if (error) done(false);
    else if (count < bytes.length) writeAll(fd, bytes.subarray(count), done);
    else done(true);
  });
}
