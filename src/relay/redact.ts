/** What a caller gets of an upstream's failure: without the keys that the upstream was sent. What the model says is its own, and stays. */
import type { ProviderConfig } from "../config/config.ts";
import type { Ask, Dialect } from "../dialects/dialect.ts";
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import { headersWithoutCredentials, mayHoldCredentials, withoutCredentials } from "../providers/credentials.ts";
import { clientHeaders } from "../providers/headers.ts";
import type { Frame } from "../wire/machine.ts";
import { EVENT_END, type StreamLane } from "./stream-lane.ts";
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

/** What of an upstream's headers goes back to the caller. */
export const headersForClient = (upstream: Headers, provider: ProviderConfig): Readonly<Record<string, string>> =>
  headersWithoutCredentials(clientHeaders(upstream), provider);

/** A dialect whose decoders are told no credential in an error: they shorten what looks like a key, and of half a key nobody finds the rest. */
export function cleanDialect(dialect: Dialect, provider: ProviderConfig): Dialect {
  const decoder = (ask: Ask): ReturnType<Dialect["stream"]["decoder"]> => {
    const inner = dialect.stream.decoder(ask);
    const clean = (frame: Frame): Frame => {
      const isError = frame.event === "error" || mayFail(frame.data);
      return isError ? { ...frame, data: withoutCredentials(frame.data, provider) } : frame;
    };
    return { push: (frame, emit) => inner.push(clean(frame), emit), end: inner.end };
  };
  return { ...dialect, stream: { ...dialect.stream, decoder } };
}

/** A whole answer, for its decoder. */
export const cleanIfFailing = (text: string, provider: ProviderConfig): string =>
  mayFail(text) ? withoutCredentials(text, provider) : text;

/** Good answers of some vendors hold an error of null. Inside a string the quotes would be escaped. */
const mayFail = (json: string): boolean => json.includes('"error"') && /"error"(?!\s*:\s*null)/.test(json);

/** A stream: all from its error on, and before it whatever is no word of the answer. The answer's own bytes stay as they are. */
export function cleanFailure(lane: StreamLane, watch: Pick<Watch, "error">, provider: ProviderConfig): StreamLane {
  const clean = (text: string): string => withoutCredentials(text, provider);
  const cleanText = (text: string): string => (watch.error ? clean(text) : text);
  const cleanEvents = (text: string): string =>
    watch.error
      ? clean(text)
      : text
          .split(EVENT_END)
          .map((event) => cleanEvent(event, clean))
          .join("");
  const cleanPiece = (bytes: Uint8Array): Uint8Array =>
    watch.error || mayHoldCredentials(bytes, provider) ? throughText(bytes, cleanEvents) : bytes;
  return {
    push: (bytes) => {
      const piece = lane.push(bytes);
      return typeof piece === "string" ? cleanText(piece) : cleanPiece(piece);
    },
    end: (cause) => cleanEvents(lane.end(cause)),
    fail: (error) => cleanText(lane.fail(error)),
    losses: lane.losses,
    get events() {
      return lane.events;
    },
  };
}

/** For a whole 200 that holds no answer. */
export const cleanBytes = (bytes: Uint8Array, provider: ProviderConfig): Uint8Array =>
  throughText(bytes, (text) => withoutCredentials(text, provider));

/** One character for each byte, so that whatever stands around a key stays. */
const throughText = (bytes: Uint8Array, clean: (text: string) => string): Uint8Array =>
  Buffer.from(clean(Buffer.from(bytes).toString("latin1")), "latin1");

const cleanEvent = (event: string, clean: (text: string) => string): string =>
  ANSWERS.some((names) => names.test(event)) ? event.replace(COMMENTS, clean) : clean(event);

const ANSWERS = Object.values(DIALECTS).map(({ stream }) => stream.answers);
const COMMENTS = /^:.*$/gm;
