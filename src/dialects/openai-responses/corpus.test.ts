/** Recorded answers of OpenAI, Azure, xAI and LM Studio: decoded, checked, printed, decoded again. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ask } from "../dialect.ts";
import { collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import { toolMap } from "../../ir/tools.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";
import { openaiResponses } from "./index.ts";
import { decodeTools } from "./tools-decode.ts";

const CORPUS = process.env.CODESWITCH_CORPUS ?? "../shared/corpus";
const FOLDERS = ["azure", "openai-responses", "xai-responses", "open-responses-responses"];

const files = FOLDERS.flatMap((folder) =>
  existsSync(join(CORPUS, folder)) ? readdirSync(join(CORPUS, folder)).map((name) => join(CORPUS, folder, name)) : [],
);

/** Some recordings hold several answers one after another. */
function streamsOf(path: string): readonly (readonly string[])[] {
  const streams: string[][] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "") continue;
    if (line.includes('"type":"response.created"') || streams.length === 0) streams.push([]);
    streams.at(-1)?.push(line);
  }
  return streams;
}

function askOf(response: unknown): Ask {
  const tools = isObject(response) && response.tools !== undefined ? decodeTools(response.tools, "tools") : [];
  return {
    tools: toolMap(tools),
    wants: {},
    replyId: "r1",
    createdAtSeconds: 0,
    modelName: "m",
    style: { customCalls: "custom", reasoning: "field" },
    from: { issuer: "openai", family: "gpt" },
  };
}

function decodeFrames(frames: readonly string[], ask: Ask): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const emit = (event: StreamEvent): void => void events.push(event);
  const machine = openaiResponses.stream.decoder(ask);
  for (const data of frames) machine.push({ data }, emit);
  machine.end("eof", emit);
  return events;
}

function encodeFrames(events: readonly StreamEvent[], ask: Ask): readonly Frame[] {
  const frames: Frame[] = [];
  const machine = openaiResponses.stream.encoder(ask);
  for (const event of events) machine.push(event, (frame) => void frames.push(frame));
  machine.end("eof", (frame) => void frames.push(frame));
  expect(machine.losses()).toEqual([]);
  return frames;
}

function checked(events: readonly StreamEvent[]): void {
  const rules = grammar();
  for (const event of events) rules.check(event);
  rules.end();
}

/** What must survive; ids and our own model name are new each time, and of a vendor's item only the last form counts. */
function folded(events: readonly StreamEvent[]): unknown {
  const { finish, error, usage, ...answer } = collect(events);
  const blocks = answer.blocks.map((whole) =>
    "raw" in whole.block ? { ...whole, block: { ...whole.block, raw: null } } : whole,
  );
  return { blocks, reason: finish?.reason, error: error && [error.kind, error.message], usage };
}

const counts = { streams: 0, answers: 0 };

describe("recorded answers", () => {
  test.skipIf(files.length === 0)("streams decode, print and decode again to the same answer", () => {
    for (const file of files.filter((name) => name.endsWith(".chunks.txt"))) {
      for (const frames of streamsOf(file)) {
        const ask = askOf((JSON.parse(frames[0] as string) as JsonObject).response);
        const events = decodeFrames(frames, ask);
        checked(events);
        const printed = encodeFrames(events, ask);
        const again = decodeFrames(
          printed.map(({ data }) => data),
          ask,
        );
        checked(again);
        expect({ file, ...(folded(again) as object) }).toEqual({ file, ...(folded(events) as object) });
        const whole = JSON.parse(printed.at(-1)?.data ?? "") as JsonObject;
        if (isObject(whole.response) && whole.type !== "response.failed")
          expect({ file, ...(folded(openaiResponses.response.decode(whole.response, ask)) as object) }).toEqual({
            file,
            ...(folded(events) as object),
          });
        counts.streams++;
      }
    }
  });

  test.skipIf(files.length === 0)("whole answers decode, print and decode again to the same answer", () => {
    for (const file of files.filter((name) => name.endsWith(".json"))) {
      const body = JSON.parse(readFileSync(file, "utf8")) as JsonObject;
      const ask = askOf(body);
      const events = openaiResponses.response.decode(body, ask);
      checked(events);
      const { value, losses } = openaiResponses.response.encode(events, ask);
      expect({ file, losses }).toEqual({ file, losses: [] });
      expect({ file, ...(folded(openaiResponses.response.decode(value, ask)) as object) }).toEqual({
        file,
        ...(folded(events) as object),
      });
      counts.answers++;
    }
  });

  test("says how many ran", () => {
    console.log(
      `openai-responses corpus: ${counts.streams} streams, ${counts.answers} whole answers${files.length === 0 ? ` (${CORPUS} is absent)` : ""}`,
    );
    if (process.env.CODESWITCH_CORPUS !== undefined) expect(counts.streams).toBeGreaterThan(0);
  });
});
