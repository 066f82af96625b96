/** A whole answer of an upstream, bounded, as events and as the caller's reply. */
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import { GatewayError, type ErrorKind } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { isObject, parseJson, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Answering } from "./open.ts";
import { readsOf } from "./reads.ts";
import { translatedLane } from "./stream-lane.ts";

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
      body: bytes,
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
  const events = answering.isStream
    ? streamedEvents(bytes, answering)
    : DIALECTS[target.dialect].response.decode(objectOf(bytes, target.provider.name), out.ask);
  for (const event of events) if (event.type === "error") throw event.error.with({ provider: target.provider.name });
  return { bytes, events };
}

/** Some hosts stream whatever one asks for. */
function streamedEvents(bytes: Uint8Array, { target, out }: Answering): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const dialect = DIALECTS[target.dialect];
  const lane = translatedLane(dialect, dialect, out.ask, (event) => void events.push(event));
  lane.push(bytes);
  lane.end("eof");
  return events;
}

function objectOf(bytes: Uint8Array, provider: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = parseJson(new TextDecoder().decode(bytes));
  } catch {
    parsed = undefined;
  }
  if (isObject(parsed)) return parsed;
  throw failure("upstream-failed", provider, "answered with something that is not a JSON object; check its base_url");
}

async function boundedBytes({ target, response }: Answering): Promise<Uint8Array> {
  const { name, idleMs } = target.provider;
  const reads = readsOf(response.body);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const give = (kind: ErrorKind, what: string): never => {
    reads.cancel();
    throw failure(kind, name, what);
  };
  for (;;) {
    const read = await reads.next(idleMs);
    if (read.kind === "eof") return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    if (read.kind === "cut") return give("upstream-cut", "broke off its answer");
    if (read.kind === "quiet") return give("upstream-timeout", `sent nothing for ${idleMs / 1000} seconds`);
    size += read.bytes.byteLength;
    if (size > LIMITS.answerBytesMax) return give("upstream-failed", `sent more than ${LIMITS.answerBytesMax} bytes`);
    chunks.push(read.bytes);
  }
}

const failure = (kind: ErrorKind, provider: string, what: string): GatewayError =>
  new GatewayError(kind, `The provider ${provider} ${what}.`, { provider });
