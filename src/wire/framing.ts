/** How messages are cut out of the bytes of a stream. A framing knows no protocol: what a frame says is a dialect's. */
import type { Frame, Machine } from "./machine.ts";

export interface Framing {
  /** By the headers of an answer: it is a stream in this framing, and not one whole body. */
  isStream(headers: Headers): boolean;
  /** Takes bytes cut anywhere. */
  reader(): Machine<Uint8Array, Frame>;
}

/** One that clients read too. A vendor may send binary frames; a client is always answered in text. */
export interface TextFraming extends Framing {
  print(frame: Frame): string;
}
