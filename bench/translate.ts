/**
 * `node bin/bun.js bench/translate.ts`: nothing but the CPU of a stream's way, bytes in to bytes out, against JSON.parse over the same
 * frames; and of the tap that watches a stream which passes as it is. The six crossings run in one process, as they do in the
 * gateway. Recordings of vendors run too where CODESWITCH_CORPUS holds them.
 */
import { existsSync } from "node:fs";
import { DIALECTS } from "../src/dialects/index.ts";
import type { ReplyContext } from "../src/dialects/dialect.ts";
import type { DialectId } from "../src/ir/dialect-id.ts";
import { toolMap } from "../src/ir/tools.ts";
import { EVERYTHING, nativeLane } from "../src/relay/passthrough.ts";
import type { StreamLane } from "../src/relay/stream-lane.ts";
import { translatedLane } from "../src/relay/translation.ts";
import { CORPUS_FOLDER, readCorpus, type Wire } from "../test/clients/recordings.ts";
import { streamOf } from "./answers.ts";
import { median } from "./numbers.ts";

/** One stream, cut as it came from a socket. */
interface Stream {
  readonly dialect: DialectId;
  /** What JSON.parse would read. */
  readonly frames: readonly string[];
  readonly chunks: readonly Uint8Array[];
}

const AIMS = { timesParse: 6, tapMicros: 0.3 } as const;
const ROUNDS = 9;
/** Streams of one round: long enough for a clock, short enough that rounds interleave. */
const STREAMS_PER_ROUND = 200;
const CHUNK_BYTES = 16 * 1024;

const IDS: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages"];
const CROSSINGS = IDS.flatMap((from) => IDS.filter((to) => to !== from).map((to) => ({ from, to })));

const UTF8 = new TextEncoder();
const encoded = (events: readonly string[]): readonly Uint8Array[] => events.map((event) => UTF8.encode(event));

function handmade(dialect: DialectId, cut: "frame" | "16k"): Stream {
  const events = streamOf(dialect);
  return { dialect, frames: jsonOf(events), chunks: cut === "frame" ? encoded(events) : pieces(events.join("")) };
}

function pieces(text: string): readonly Uint8Array[] {
  const bytes = UTF8.encode(text);
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) => bytes.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
}

/** The data of each event, except Chat's `[DONE]`. */
const jsonOf = (events: readonly string[]): readonly string[] =>
  events
    .map((event) => event.slice(event.indexOf("data: ") + "data: ".length).trimEnd())
    .filter((data) => data.startsWith("{"));

function ask(): ReplyContext {
  return {
    tools: toolMap([], []),
    wants: { usageChunk: true },
    replyId: "req_bench",
    createdAtSeconds: 1_767_225_600,
    nowSeconds: () => 1_767_225_600,
    modelName: "bench",
    style: { customCalls: "custom", reasoning: "field" },
    from: { issuer: "bench", family: "bench" },
  };
}

function runLane(lane: StreamLane, stream: Stream): number {
  let bytes = 0;
  const out = (piece: Uint8Array | string): void =>
    void (bytes += typeof piece === "string" ? UTF8.encode(piece).length : piece.length);
  for (const chunk of stream.chunks) out(lane.push(chunk));
  out(lane.end("eof"));
  return bytes;
}

const nothing = (): void => {};
const translate = (stream: Stream, to: DialectId) => (): unknown =>
  runLane(translatedLane(DIALECTS[stream.dialect], DIALECTS[to], ask(), nothing), stream);
const tap = (stream: Stream) => (): unknown =>
  runLane(nativeLane(DIALECTS[stream.dialect], ask(), EVERYTHING, nothing, "passed over"), stream);
const parse = (stream: Stream) => (): unknown => stream.frames.map((frame) => JSON.parse(frame) as unknown);

/** Microseconds of each piece of work: the median of rounds in which every piece has its turn. */
function microsOf(works: readonly (() => unknown)[], times: number): readonly number[] {
  const rounds: number[][] = works.map(() => []);
  for (let round = -2; round < ROUNDS; round++)
    works.forEach((work, index) => {
      const startedAt = performance.now();
      for (let time = 0; time < times; time++) work();
      // The first rounds are for the compilers.
      if (round >= 0) rounds[index]?.push(((performance.now() - startedAt) * 1000) / times);
    });
  return rounds.map(median);
}

const verdict = (value: number, aim: number): string => (value <= aim ? "ok" : "over");

function handmadeStreams(): void {
  for (const cut of ["frame", "16k"] as const) {
    const streams = new Map(IDS.map((id) => [id, handmade(id, cut)]));
    const of = (id: DialectId): Stream => streams.get(id) as Stream;
    const parses = IDS.map((id) => parse(of(id)));
    const crossings = CROSSINGS.map(({ from, to }) => translate(of(from), to));
    const taps = IDS.map((id) => tap(of(id)));
    const micros = microsOf([...parses, ...crossings, ...taps], STREAMS_PER_ROUND);
    console.log(
      `\none stream of ${streamOf("openai-chat").length} frames, ${cut === "frame" ? "one frame" : "16 KB"} a read`,
    );
    const parseOf = (id: DialectId): number => micros[IDS.indexOf(id)] as number;
    CROSSINGS.forEach(({ from, to }, index) => {
      const took = micros[IDS.length + index] as number;
      crossingLine(`${from} → ${to}`, took, parseOf(from));
    });
    IDS.forEach((id, index) => {
      const perFrame = (micros[IDS.length + CROSSINGS.length + index] as number) / of(id).frames.length;
      console.log(
        `  tap of ${id.padEnd(28)} ${perFrame.toFixed(2)} µs a frame (aim ≤ ${AIMS.tapMicros}: ${verdict(perFrame, AIMS.tapMicros)})`,
      );
    });
  }
}

function crossingLine(title: string, took: number, parsed: number): void {
  const times = took / parsed;
  console.log(
    `  ${title.padEnd(35)} ${took.toFixed(0).padStart(6)} µs, ${times.toFixed(1)} × JSON.parse (aim ≤ ${AIMS.timesParse}: ${verdict(times, AIMS.timesParse)})`,
  );
}

const DIALECT_OF: Readonly<Record<Wire, DialectId>> = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
};

function recordedStreams(): void {
  if (!existsSync(CORPUS_FOLDER)) return console.log("\nno recordings: CODESWITCH_CORPUS names no folder");
  const streams = readCorpus()
    .recordings.filter(({ streamed }) => streamed)
    .map(({ wire, events }): Stream => ({
      dialect: DIALECT_OF[wire],
      frames: events,
      chunks: encoded(events.map((event) => `data: ${event}\n\n`)),
    }));
  const all = (works: readonly (() => unknown)[]) => (): unknown => works.map((work) => work());
  const from = (id: DialectId): readonly Stream[] => streams.filter(({ dialect }) => dialect === id);
  const works = CROSSINGS.flatMap((crossing) => [
    all(from(crossing.from).map(parse)),
    all(from(crossing.from).map((stream) => translate(stream, crossing.to))),
  ]);
  const micros = microsOf(works, 1);
  console.log(`\n${streams.length} recorded streams, one frame a read, all of a dialect together`);
  CROSSINGS.forEach(({ from: id, to }, index) =>
    crossingLine(`${id} → ${to} (${from(id).length})`, micros[2 * index + 1] as number, micros[2 * index] as number),
  );
}

handmadeStreams();
recordedStreams();
