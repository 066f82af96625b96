/**
 * The upstream of every measurement, a process of its own: prebuilt bytes over a bare socket, so that it never is what
 * limits. `/<scenario>/v1/chat/completions` and `…/responses`. It reads a body's length, not the body. Its port may be named.
 */
import type { Socket } from "bun";
import type { DialectId } from "../src/ir/dialect-id.ts";
import { streamOf, wholeOf } from "./answers.ts";
import { MANNERS, type Scenario } from "./scenarios.ts";

/** One prebuilt answer: its writes, and the pause between them. */
interface Script {
  readonly writes: readonly Buffer[];
  readonly pauseMs: number;
}

interface Connection {
  /** A head that has not come whole. */
  head: Buffer;
  /** Bytes of the present body that are still to come. */
  missing: number;
  script: Script;
  /** The next write of the script. */
  at: number;
  /** What the socket did not take at once. */
  unsent: Buffer | undefined;
}

const EMPTY = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";
const scripts = new Map<string, Script>();
const NOTHING: Script = { writes: [Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")], pauseMs: 0 };

const server = Bun.listen<Connection>({
  hostname: "127.0.0.1",
  port: Number(process.argv[2] ?? 0),
  socket: {
    open: (socket) => {
      socket.data = { head: EMPTY, missing: 0, script: NOTHING, at: 0, unsent: undefined };
      socket.setNoDelay(true);
    },
    data: read,
    drain: (socket) => {
      const { unsent } = socket.data;
      socket.data.unsent = undefined;
      if (unsent) send(socket, unsent);
    },
    error: () => {},
  },
});
console.log(server.port);

function read(socket: Socket<Connection>, bytes: Buffer): void {
  const connection = socket.data;
  let rest = bytes;
  while (rest.length > 0) {
    if (connection.missing === 0) {
      const all = connection.head.length === 0 ? rest : Buffer.concat([connection.head, rest]);
      const end = all.indexOf(HEAD_END);
      // The socket reuses its buffer: what is kept must be a copy.
      connection.head = end < 0 ? Buffer.from(all) : EMPTY;
      if (end < 0) return;
      const head = all.toString("latin1", 0, end);
      connection.script = scriptOf(head);
      connection.missing = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      rest = all.subarray(end + HEAD_END.length);
    }
    const taken = Math.min(connection.missing, rest.length);
    connection.missing -= taken;
    rest = rest.subarray(taken);
    if (connection.missing > 0) return;
    connection.at = 0;
    next(socket);
  }
}

function next(socket: Socket<Connection>): void {
  const { script, at } = socket.data;
  const bytes = script.writes[at];
  if (!bytes) return;
  socket.data.at++;
  send(socket, bytes);
}

function send(socket: Socket<Connection>, bytes: Buffer): void {
  const sent = socket.write(bytes);
  if (sent < 0) return;
  if (sent < bytes.length) {
    socket.data.unsent = bytes.subarray(sent);
    return;
  }
  const { pauseMs } = socket.data.script;
  if (pauseMs === 0) setImmediate(next, socket);
  else setTimeout(next, pauseMs, socket);
}

/** Built at the first request for it. */
function scriptOf(head: string): Script {
  const path = head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/"));
  const known = scripts.get(path);
  if (known) return known;
  const [, scenario, dialect] = /^\/(\w+)\/v1\/(chat\/completions|responses)$/.exec(path) ?? [];
  if (scenario === undefined) return NOTHING;
  const script = build(scenario as Scenario, dialect === "responses" ? "openai-responses" : "openai-chat");
  scripts.set(path, script);
  return script;
}

function build(scenario: Scenario, dialect: DialectId): Script {
  if (scenario === "whole") {
    const body = Buffer.from(wholeOf(dialect));
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    return { writes: [Buffer.concat([Buffer.from(head), body])], pauseMs: 0 };
  }
  const { framesPerWrite, pauseMs } = MANNERS[scenario];
  const frames = streamOf(dialect);
  const pieces: string[] = [];
  for (let from = 0; from < frames.length; from += framesPerWrite)
    pieces.push(chunk(frames.slice(from, from + framesPerWrite).join("")));
  pieces[0] = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${pieces[0]}`;
  pieces[pieces.length - 1] += chunk("");
  return { writes: pieces.map((piece) => Buffer.from(piece)), pauseMs };
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
