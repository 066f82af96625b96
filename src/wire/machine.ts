/** Feed it, it emits: no I/O, clock or promises, so that every stream can be replayed byte by byte in a test. */
export interface Machine<In, Out> {
  push(input: In, emit: (out: Out) => void): void;
  /** "eof": the sender ended the stream. "cut": the connection broke; what looks finished may still be an error. */
  end(cause: EndCause, emit: (out: Out) => void): void;
}
export type EndCause = "eof" | "cut";

/** One message of a stream, however it was framed (SSE, WebSocket, AWS event stream). Dispatch on the JSON's own `type`, not on `event`. */
export interface Frame {
  readonly event?: string;
  readonly data: string;
}
