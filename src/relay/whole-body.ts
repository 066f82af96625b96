/** The whole body of an upstream's answer, bounded, as bytes and as events. */
import type { ProviderConfig } from "../config/config.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { type ErrorKind, type GatewayError, ownError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import { isObject, parseJson, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { readWhole } from "./read-whole.ts";
import { cleanIfFailing, headersForClient } from "./redact.ts";
import { translatedLane } from "./translation.ts";
import { upstreamFault } from "./upstream-fault.ts";
import type { Upstream } from "./upstream.ts";

export interface WholeBody {
  readonly bytes: Uint8Array;
  readonly events: readonly StreamEvent[];
}

/** Throws the answer's error where it holds one, so that the next target may be tried. Its events are not observed yet. */
export async function wholeBody(upstream: Upstream, dialect: Dialect): Promise<WholeBody> {
  const { out, response, isStream } = upstream;
  const { provider } = upstream.attempt.target;
  const bytes = await boundedBytes(upstream);
  upstream.attempt.call.record.answered();
  try {
    const events = isStream
      ? streamedEvents(bytes, dialect, upstream)
      : dialect.response.decode(objectOf(bytes, provider), out.context);
    for (const event of events) if (event.type === "error") throw event.error;
    return { bytes, events };
  } catch (error) {
    throw upstreamFault(error, provider.name, headersForClient(response.headers, provider));
  }
}

/** Some hosts stream although the request asks for a whole answer. */
function streamedEvents(bytes: Uint8Array, dialect: Dialect, { out, framing }: Upstream): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const lane = translatedLane(dialect, dialect, out.context, (event) => void events.push(event), framing);
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

/** A vendor may send the head of a whole answer, and blank lines, while its model thinks. So silence ends the read only after the time for a first word, and the whole body has a deadline. */
async function boundedBytes({ attempt, response, firstWordBy }: Upstream): Promise<Uint8Array> {
  const { name, firstByteMs, idleMs } = attempt.target.provider;
  const bytesMax = LIMITS.answerBytesMax;
  const { bytes, end } = await readWhole(response.body, {
    bytesMax,
    idleMs,
    idleFrom: firstWordBy,
    until: firstWordBy + idleMs,
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
