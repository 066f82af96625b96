/** A whole answer of an upstream, bounded, as events and as the caller's reply. */
import type { ProviderConfig } from "../config/config.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import { type GatewayError, ownError, type ErrorKind } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { isObject, parseJson, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Answering } from "./open.ts";
import { readWhole } from "./read-whole.ts";
import { cleanBytes, cleanDialect, cleanIfFailing, headersForClient } from "./redact.ts";
import { translatedLane } from "./translation.ts";
import { upstreamFault } from "./upstream-fault.ts";

export interface WholeAnswer {
  readonly contentType: string;
  readonly body: Uint8Array | string;
  readonly losses: readonly Loss[];
}

export async function openWhole(answering: Answering, reply: DialectId): Promise<WholeAnswer> {
  const { bytes, events } = await wholeEvents(answering);
  if (answering.out.lane === "native" && !answering.isStream)
    return {
      contentType: answering.response.headers.get("content-type") ?? "application/json",
      body: events.some(({ type }) => type === "block-start") ? bytes : cleanBytes(bytes, answering.target.provider),
      losses: [],
    };
  const written = DIALECTS[reply].response.encode(events, answering.out.ask);
  return { contentType: "application/json", body: JSON.stringify(written.value), losses: written.losses };
}

/** Throws the answer's error where it holds one, so that the next target may be tried. */
export async function wholeEvents(
  answering: Answering,
): Promise<{ bytes: Uint8Array; events: readonly StreamEvent[] }> {
  const { bytes, events: first } = await ownEvents(answering);
  const events = answering.goOn ? await answering.goOn(first) : first;
  events.forEach(answering.watch.observe);
  return { bytes, events };
}

/** Of this one answer, seen by nobody yet. */
export async function ownEvents(answering: Answering): Promise<{ bytes: Uint8Array; events: readonly StreamEvent[] }> {
  const { target, out } = answering;
  const bytes = await boundedBytes(answering);
  try {
    const events = answering.isStream
      ? streamedEvents(bytes, answering)
      : DIALECTS[target.dialect].response.decode(objectOf(bytes, target.provider), out.ask);
    for (const event of events) if (event.type === "error") throw event.error;
    return { bytes, events };
  } catch (error) {
    throw upstreamFault(error, target.provider.name, headersForClient(answering.response.headers, target.provider));
  }
}

/** Some hosts stream whatever one asks for. */
function streamedEvents(bytes: Uint8Array, { target, out }: Answering): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const dialect = cleanDialect(DIALECTS[target.dialect], target.provider);
  const lane = translatedLane(dialect, dialect, out.ask, (event) => void events.push(event));
  lane.push(bytes);
  lane.end("eof");
  return events;
}

function objectOf(bytes: Uint8Array, provider: ProviderConfig): JsonObject {
  let parsed: unknown;
  try {
    parsed = parseJson(cleanIfFailing(new TextDecoder().decode(bytes), provider));
  } catch {
    parsed = undefined;
  }
  if (isObject(parsed)) return parsed;
  const what = "answered with something that is not a JSON object; check its base_url";
  throw failure("upstream-failed", what, provider.name);
}

/** A whole answer is its own first word, but its head and blank lines may come early, and go on while the model thinks: so silence ends it only behind the time for a first word, and its end has a clock too. */
async function boundedBytes({ target, response, openBy }: Answering): Promise<Uint8Array> {
  const { name, firstByteMs, idleMs } = target.provider;
  const bytesMax = LIMITS.answerBytesMax;
  const { bytes, end } = await readWhole(response.body, {
    bytesMax,
    idleMs,
    idleFrom: openBy,
    until: openBy + idleMs,
  });
  if (end === "eof") return bytes;
  const faults: Readonly<Record<typeof end, readonly [ErrorKind, string]>> = {
    cut: ["upstream-cut", "broke off its answer"],
    quiet: [
      "upstream-timeout",
      `did not end its answer: first_byte_ms (${firstByteMs / 1000} seconds) is over, and nothing more came for idle_ms (${idleMs / 1000} seconds)`,
    ],
    late: ["upstream-timeout", `did not end its answer within ${(firstByteMs + idleMs) / 1000} seconds`],
    "too-large": ["upstream-failed", `sent more than ${bytesMax} bytes`],
  };
  throw failure(...faults[end], name);
}

const failure = (kind: ErrorKind, what: string, provider: string): GatewayError =>
  ownError(kind, `The provider ${provider} ${what}.`, { provider });
