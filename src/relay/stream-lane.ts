/** The way of a stream: bytes in, text or bytes out. */
import type { StreamEvent } from "../ir/events.ts";
import type { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import type { EndCause } from "../wire/machine.ts";

/** One write per upstream read, never one per frame: a flushed write costs five times the translation of its frame. */
export interface StreamLane {
  push(bytes: Uint8Array): Uint8Array | string;
  end(cause: EndCause): string;
  /** Breaks off with the dialect's own error event. */
  fail(error: GatewayError): string;
  losses(): readonly Loss[];
  /** About how many tokens of text passed that nobody observed. */
  unseenTokens(): number;
  /** How many events came in. Comments are none, a ping is one. */
  readonly events: number;
}

export type Observe = (event: StreamEvent) => void;
