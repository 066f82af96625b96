/** HTTP by hand: a Host of one's own, a body that drips, a path that no client library would send. */
import { connect } from "node:net";

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function rawRequest(url: string, request: RawRequest): Promise<RawReply> {
  return talk(url, (write) =>
    write(headOf(request, { "content-length": String(Buffer.byteLength(request.body)) }) + request.body),
  );
}

export const headOf = (request: RawRequest, more: Readonly<Record<string, string>>): string => {
  const headers = { host: "localhost", ...request.headers, ...more, connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${request.method} ${request.path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
};

/** Opens a connection, lets `speak` write, and reads until the other side closes. */
export function talk(url: string, speak: (write: (text: string) => void) => void): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => speak((part) => void (socket.writable && socket.write(part))));
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => void (text += part));
    socket.on("error", (error) => (text === "" ? reject(error) : resolve(parseReply(text))));
    socket.on("close", () => resolve(parseReply(text)));
  });
}

function parseReply(text: string): RawReply {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const body = text.slice(end + 4);
  return {
    status: Number(first.split(" ")[1] ?? 0),
    headers,
    body: headers["transfer-encoding"] === "chunked" ? unchunked(body) : body,
  };
}

function unchunked(text: string): string {
  let out = "";
  for (let at = 0; at < text.length;) {
    const line = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, line), 16);
    if (!(size > 0)) break;
    out += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
  return out;
}
