/** What a caller gets of an upstream's failure: without the keys that the upstream was sent. What the model says is its own, and stays. */
import type { ProviderConfig } from "../config/config.ts";
import type { ReplyContext, Decoder, Dialect } from "../dialects/dialect.ts";
import { GatewayError } from "../ir/error.ts";
import { headersWithoutCredentials, mayHoldCredentials, withoutCredentials } from "../providers/credentials.ts";
import { clientHeaders } from "../providers/headers.ts";
import type { Frame } from "../wire/machine.ts";
import { EVENT_END } from "../wire/sse.ts";
import type { Filter } from "./passthrough.ts";
import type { StreamLane } from "./stream-lane.ts";
import type { Watch } from "./watch.ts";

/** An error of an attempt, without credentials. What the upstream replied is clean already: see `refusalOf`. */
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

/** What of an upstream's headers goes back to the caller. */
export const headersForClient = (upstream: Headers, provider: ProviderConfig): Readonly<Record<string, string>> =>
  headersWithoutCredentials(clientHeaders(upstream), provider);

/** A dialect whose decoders get errors without credentials. Decoders shorten what looks like a key, and half a key is no longer found by a search for the whole. */
export function cleanDialect(dialect: Dialect, provider: ProviderConfig): Dialect {
  const decoder = (context: ReplyContext): Decoder => {
    const inner = dialect.stream.decoder(context);
    const clean = (frame: Frame): Frame => {
      const isError = frame.event === "error" || mayFail(frame.data);
      return isError ? { ...frame, data: withoutCredentials(frame.data, provider) } : frame;
    };
    return { ...inner, push: (frame, emit) => inner.push(clean(frame), emit) };
  };
  return { ...dialect, stream: { ...dialect.stream, decoder } };
}

/** A whole answer, for its decoder. */
export const cleanIfFailing = (text: string, provider: ProviderConfig): string =>
  mayFail(text) ? withoutCredentials(text, provider) : text;

/** Good answers of some vendors hold an error of null. Inside a string the quotes would be escaped. */
const mayFail = (json: string): boolean => json.includes('"error"') && /"error"(?!\s*:\s*null)/.test(json);

/** Removes credentials from events that pass as bytes, where they are not part of the answer. The answer's own bytes stay as they are. */
export function cleanEvents({ stream: { marks } }: Dialect, provider: ProviderConfig): Filter {
  const clean = (text: string): string => withoutCredentials(text, provider);
  const cleanEvent = (event: string): string =>
    marks.answer.test(event) ? event.replace(COMMENTS, clean) : clean(event);
  return (events) => (mayHoldCredentials(events, provider) ? events.split(EVENT_END).map(cleanEvent).join("") : events);
}

const COMMENTS = /^:.*$/gm;

/** For a client that did not ask for the usage that the gateway asked for. */
export const withoutUsage =
  ({ stream: { marks } }: Dialect, filter: Filter): Filter =>
  (events) => {
    const all = events.split(EVENT_END);
    const kept = all.filter((event) => !marks.isUsageOnly?.(event));
    return filter(kept.length === all.length ? events : kept.join(""));
  };

/** A stream: all from its error on. */
export function cleanFailure(lane: StreamLane, watch: Pick<Watch, "error">, provider: ProviderConfig): StreamLane {
  const clean = (text: string): string => withoutCredentials(text, provider);
  const cleanPiece = (piece: Uint8Array | string): Uint8Array | string =>
    typeof piece === "string" ? clean(piece) : throughText(piece, clean);
  return {
    push: (bytes) => {
      const piece = lane.push(bytes);
      return watch.error ? cleanPiece(piece) : piece;
    },
    end: (cause) => {
      const rest = lane.end(cause);
      return watch.error ? clean(rest) : rest;
    },
    fail: (error) => {
      const rest = lane.fail(error);
      return watch.error ? clean(rest) : rest;
    },
    losses: lane.losses,
    unseenTokens: lane.unseenTokens,
    get events() {
      return lane.events;
    },
  };
}

/** For a whole 200 that holds no answer. */
export const cleanBytes = (bytes: Uint8Array, provider: ProviderConfig): Uint8Array =>
  throughText(bytes, (text) => withoutCredentials(text, provider));

/** One character for each byte, so that the bytes around a key stay as they are. */
const throughText = (bytes: Uint8Array, clean: (text: string) => string): Uint8Array =>
  Buffer.from(clean(Buffer.from(bytes).toString("latin1")), "latin1");
