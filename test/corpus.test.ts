/** Every recorded answer crosses its own dialect unchanged: decoded, held to the grammar, printed, and decoded again, streamed, whole and cut anywhere. */
import { describe, expect, test } from "bun:test";
import { DIALECTS } from "../src/dialects/index.ts";
import type { ReplyContext } from "../src/dialects/dialect.ts";
import type { DialectId } from "../src/ir/dialect-id.ts";
import { collect, type WholeBlock } from "../src/ir/collect.ts";
import type { StreamEvent } from "../src/ir/events.ts";
import { grammar } from "../src/ir/grammar.ts";
import { toolMap } from "../src/ir/tools.ts";
import { type JsonObject, parseJson } from "../src/wire/json.ts";
import { printFrame, sseReader } from "../src/wire/sse.ts";
import type { Frame } from "../src/wire/machine.ts";
import { customToolsOf } from "./clients/ask.ts";
import { difference } from "./fuzz/like-frames.ts";
import { random } from "./fuzz/random.ts";
import { answerFaults } from "./judge/answers.ts";
import { SPECS_MISSING, WHY_NOT } from "./judge/published.ts";
import { readCorpus, type Recording, type Wire } from "./clients/recordings.ts";

const DIALECT: Readonly<Record<Wire, DialectId>> = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
};

const corpus = readCorpus();
// Of two starts in one answer nobody can say what the answer was.
const recordings = corpus.recordings.filter((recording) => !recording.restarts);

describe("a recorded answer, in its own dialect", () => {
  for (const recording of recordings) {
    const dialect = DIALECTS[DIALECT[recording.wire]];
    const ask = askFor(recording);

    test(`${recording.name}: streamed out, cut anywhere and read again`, () => {
      const events = eventsOf(recording, ask);
      const frames = printed(dialect, events, ask);
      expect(essence(decoded(dialect, frames, ask))).toEqual(essence(events));
      for (let seed = 1; seed <= 3; seed++) expect(cut(frames, seed)).toEqual(frames);
    });

    test(`${recording.name}: printed whole and read again`, () => {
      const events = eventsOf(recording, ask);
      if (collect(events).error) return expect(() => dialect.response.encode(events, ask)).toThrow();
      const { value } = dialect.response.encode(events, ask);
      expect(essence(checked(dialect.response.decode(value, ask)))).toEqual(essence(events));
    });
  }

  test("is the same where what only carries its text on is not parsed", () => {
    const streamed = recordings.filter((recording) => recording.streamed);
    const found = streamed.flatMap(({ wire, name, events }, seed) => {
      const text = events.map((data) => printFrame({ data })).join("");
      return [1, 2, 3]
        .flatMap((more) => difference(DIALECT[wire], text, random(3 * seed + more)) ?? [])
        .map((what) => `${name}: ${what}`);
    });
    expect(found).toEqual([]);
  }, 60_000);

  test.skipIf(SPECS_MISSING !== undefined)(
    `told to Chat and Responses clients it is as the published descriptions have it${WHY_NOT}`,
    () => {
      const found = recordings.flatMap((recording) => {
        const ask = askFor(recording);
        const events = eventsOf(recording, ask);
        return (["openai-chat", "openai-responses"] as const)
          .filter((client) => client !== DIALECT[recording.wire])
          .flatMap((client) => answerFaults(client, bodiesOf(client, events, ask)))
          .map((fault) => `${recording.name}: ${fault}`);
      });
      expect(found).toEqual([]);
    },
  );

  test("how many ran", () => {
    console.log(
      `corpus: ${recordings.length} answers ran, ${corpus.skipped.length} files were of no dialect that we decode`,
    );
    if (process.env.CODESWITCH_CORPUS) expect(recordings.length).toBeGreaterThan(0);
  });
});

type Coders = (typeof DIALECTS)[DialectId];

function askFor(recording: Recording): ReplyContext {
  const customs = [...customToolsOf(recording)].map((name) => ({ kind: "custom" as const, name }));
  return {
    tools: toolMap(customs),
    wants: { usageChunk: true, sealedReasoning: true },
    replyId: "reply_1",
    createdAtSeconds: 0,
    nowSeconds: () => 0,
    modelName: "m",
    style: { customCalls: "custom", reasoning: "field" },
    from: { issuer: "vendor", family: "family" },
  };
}

function eventsOf(recording: Recording, ask: ReplyContext): readonly StreamEvent[] {
  const dialect = DIALECTS[DIALECT[recording.wire]];
  return recording.streamed
    ? decoded(
        dialect,
        recording.events.map((data) => ({ data })),
        ask,
      )
    : checked(dialect.response.decode(parseJson(recording.events[0] as string) as JsonObject, ask));
}

function decoded(dialect: Coders, frames: readonly Frame[], ask: ReplyContext): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const decoder = dialect.stream.decoder(ask);
  for (const frame of frames) decoder.push(frame, (event) => events.push(event));
  decoder.end("eof", (event) => events.push(event));
  return checked(events);
}

function checked(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const rules = grammar();
  events.forEach(rules.check);
  rules.end();
  return events;
}

function printed(dialect: Coders, events: readonly StreamEvent[], ask: ReplyContext): readonly Frame[] {
  const frames: Frame[] = [];
  const encoder = dialect.stream.encoder(ask);
  for (const event of events) encoder.push(event, (frame) => frames.push(frame));
  encoder.end("eof", (frame) => frames.push(frame));
  return frames;
}

/** What a client reads, streamed and whole. */
function bodiesOf(client: DialectId, events: readonly StreamEvent[], ask: ReplyContext): readonly JsonObject[] {
  const frames = printed(DIALECTS[client], events, ask).filter(({ data }) => data !== "[DONE]");
  const streamed = frames.map(({ data }) => parseJson(data) as JsonObject);
  return collect(events).error ? streamed : [...streamed, DIALECTS[client].response.encode(events, ask).value];
}

/** The same frames as bytes, in pieces of odd sizes. */
function cut(frames: readonly Frame[], seed: number): readonly Frame[] {
  const bytes = new TextEncoder().encode(frames.map(printFrame).join("").replaceAll("\n", "\r\n"));
  const reader = sseReader();
  const out: Frame[] = [];
  for (let at = 0, state = seed; at < bytes.length;) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    const size = 1 + ((state >> 8) % 199);
    reader.push(bytes.subarray(at, at + size), (frame) => out.push(frame));
    at += size;
  }
  reader.end("eof", (frame) => out.push(frame));
  return out;
}

/** What must survive. Ids of the answer are ours, and of a vendor's own item only the last form counts. */
function essence(events: readonly StreamEvent[]) {
  const { blocks, finish, error, usage } = collect(events);
  return {
    blocks: blocks.map(essenceOfBlock),
    reason: finish?.reason,
    lines: usage?.lines,
    error: error && [error.kind, error.message],
  };
}

function essenceOfBlock({ block, text, sections, input, seal, annotations, final }: WholeBlock) {
  const call = block.kind === "call" ? { callId: block.callId, tool: block.tool } : {};
  return {
    kind: block.kind,
    ...call,
    text,
    sections,
    input: sameJson(input),
    seal,
    annotations: annotations.length,
    final,
  };
}

/** A whole answer of Messages holds the input as an object, so only its value can be the same. */
function sameJson(input: string): unknown {
  try {
    return parseJson(input);
  } catch {
    return input;
  }
}
