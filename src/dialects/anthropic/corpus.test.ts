/** Real answers: decoded, checked, printed again, and read back. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { type Answer, collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import { isObject, type JsonObject, parseJson } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";
import { sseReader } from "../../wire/sse.ts";
import { anthropic } from "./index.ts";
import { ask, printed } from "./anthropic.fixture.ts";

const folder = join(process.env.CODESWITCH_CORPUS ?? "../shared/corpus", "anthropic");
const files = existsSync(folder) ? readdirSync(folder).sort() : [];

describe("recordings of Anthropic", () => {
  const streams = files.filter((file) => file.endsWith(".chunks.txt")).flatMap(answersIn);
  const wholes = files.filter((file) => file.endsWith(".json"));

  test.each(streams)("stream %s", (_name, frames) => {
    const events = decoded(frames);
    const told = framesOf(events);
    expect(comparable(collect(decoded(told)))).toEqual(comparable(collect(events)));
    for (let seed = 1; seed <= 3; seed++) expect(collect(decoded(cut(told, seed)))).toEqual(collect(decoded(told)));
  });

  test.each(wholes)("whole %s", (file) => {
    const body = parseJson(readFileSync(join(folder, file), "utf8")) as JsonObject;
    const events = checked(anthropic.response.decode(body, ask()));
    const { value, losses } = anthropic.response.encode(events, ask());
    expect(losses).toEqual([]);
    expect(contentOf(value)).toEqual(contentOf(body));
    expect({ stop: value.stop_reason, details: value.stop_details ?? null }).toEqual({
      stop: body.stop_reason,
      details: body.stop_details ?? null,
    });
    expect(value.container ?? null).toEqual(body.container ?? null);
    const streamed = decoded(framesOf(events));
    expect(comparable(collect(streamed))).toEqual(comparable(collect(events)));
  });

  test("how many ran", () => {
    console.log(
      `anthropic corpus: ${streams.length} streams and ${wholes.length} whole answers${files.length === 0 ? " (no corpus here)" : ""}`,
    );
    if (files.length > 0) expect(streams.length + wholes.length).toBeGreaterThan(0);
  });
});

/** A recording may hold several answers one after another. */
function answersIn(file: string): [string, Frame[]][] {
  const lines = readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const answers: Frame[][] = [];
  for (const data of lines) {
    if (data.includes('"type":"message_start"')) answers.push([]);
    answers.at(-1)?.push({ data });
  }
  return answers.map((frames, index) => [`${file} #${index + 1}`, frames]);
}

function decoded(frames: readonly Frame[]): StreamEvent[] {
  const machine = anthropic.stream.decoder(ask());
  const events: StreamEvent[] = [];
  for (const frame of frames) machine.push(frame, (event) => events.push(event));
  machine.end("eof", (event) => events.push(event));
  return checked(events);
}

function checked(events: readonly StreamEvent[]): StreamEvent[] {
  const rules = grammar();
  events.forEach(rules.check);
  rules.end();
  return [...events];
}

function framesOf(events: readonly StreamEvent[]): Frame[] {
  const machine = anthropic.stream.encoder(ask());
  const frames: Frame[] = [];
  for (const event of events) machine.push(event, (frame) => frames.push(frame));
  machine.end("eof", (frame) => frames.push(frame));
  expect(machine.losses()).toEqual([]);
  return frames;
}

/** The same frames through bytes, cut where it hurts. */
function cut(frames: readonly Frame[], seed: number): Frame[] {
  const bytes = new TextEncoder().encode(printed(frames));
  const reader = sseReader();
  const out: Frame[] = [];
  let state = seed;
  for (let at = 0; at < bytes.length;) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    const size = 1 + ((state >> 8) % 97);
    reader.push(bytes.subarray(at, at + size), (frame) => out.push(frame));
    at += size;
  }
  reader.end("eof", (frame) => out.push(frame));
  return out;
}

/** The id is ours and the model the caller's; the start's usage is the same as the finish's. */
function comparable(answer: Answer): unknown {
  const { id: _id, model: _model, ...rest } = answer;
  return {
    ...rest,
    blocks: rest.blocks.map((block) => ({ ...block, input: canonical(block.input) })),
  };
}
const canonical = (json: string): unknown => (json === "" ? "" : parseJson(json));

/** `citations: null` and the like say nothing. */
function contentOf(message: JsonObject): unknown {
  return (message.content as JsonObject[]).map((block) =>
    isObject(block)
      ? Object.fromEntries(Object.entries(block).filter(([key, value]) => key !== "citations" || value !== null))
      : block,
  );
}
