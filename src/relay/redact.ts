/** What a caller gets of an upstream's failure: without the keys that the upstream was sent. The bodies of answers that do not fail are not searched. */
import type { ProviderConfig } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import { withoutCredentials } from "../providers/credentials.ts";
import type { StreamLane } from "./stream-lane.ts";
import type { Watch } from "./watch.ts";

/** For whatever was thrown at a target. What the upstream replied is clean already: see `refusalOf`. */
export function cleanError(error: unknown, provider: ProviderConfig): unknown {
  if (!(error instanceof GatewayError)) return error;
  const clean = (text: string): string => withoutCredentials(text, provider);
  const { param, code } = error.details;
  return new GatewayError(error.kind, clean(error.message), {
    ...error.details,
    ...(param !== undefined && { param: clean(param) }),
    ...(code !== undefined && { code: clean(code) }),
  });
}

/** A stream, from its error on: before it every byte stays as it is. */
export function cleanFailure(lane: StreamLane, watch: Pick<Watch, "error">, provider: ProviderConfig): StreamLane {
  const cleanText = (text: string): string => (watch.error ? withoutCredentials(text, provider) : text);
  const cleanBytes = (bytes: Uint8Array): Uint8Array => {
    // One character for each byte, so that whatever stands around a key stays.
    const text = watch.error ? Buffer.from(bytes).toString("latin1") : "";
    const clean = cleanText(text);
    return clean === text ? bytes : Buffer.from(clean, "latin1");
  };
  return {
    push: (bytes) => {
      const piece = lane.push(bytes);
      return typeof piece === "string" ? cleanText(piece) : cleanBytes(piece);
    },
    end: (cause) => cleanText(lane.end(cause)),
    fail: (error) => cleanText(lane.fail(error)),
    losses: lane.losses,
    get events() {
      return lane.events;
    },
  };
}
