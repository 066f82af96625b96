/** Every recording of a vendor that speaks Chat: decoded, held to the grammar, printed, and decoded again to the same answer. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Answer, collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { sseReader } from "../../wire/sse.ts";
import { type JsonObject, parseJson } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";
import { ask, checked, run } from "./asking.ts";
import { decodeWhole, encodeWhole } from "./response.ts";
import { decoder, encoder } from "./stream.ts";

const CORPUS = process.env.CODESWITCH_CORPUS ?? "../shared/corpus";
const FOLDERS = ["deepseek-chat", "groq", "mistral", "moonshotai", "openai-chat", "xai", "alibaba"];

interface Recording {
  readonly name: string;
  events(): readonly StreamEvent[];
}

const recordings = FOLDERS.flatMap((folder) => {
  const path = join(CORPUS, folder);
  return existsSync(path)
    ? readdirSync(path)
        .toSorted()
        .map((file) => recording(join(path, file), `${folder}/${file}`))
    : [];
});

function recording(path: string, name: string): Recording {
  const text = readFileSync(path, "utf8");
  if (!name.endsWith(".chunks.txt"))
    return { name, events: () => checked(decodeWhole(parseJson(text) as JsonObject, ask())) };
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return {
    name,
    events: () =>
      checked(
        run(
          decoder(ask()),
          lines.map((data) => ({ data })),
        ),
      ),
  };
}

/** What must survive: ids of blocks and the vendor's own words for usage need not. */
function essence(answer: Answer) {
  return {
    blocks: answer.blocks.map(({ block, text, input }) => ({
      kind: block.kind,
      ...("callId" in block ? { callId: block.callId, tool: block.tool } : {}),
      text,
      input,
    })),
    reason: answer.finish?.reason,
    usage: answer.usage?.lines,
    error: answer.error?.kind,
  };
}

for (const { name, events } of recordings) {
  test(`${name}: streamed out and read again, it is the same answer`, () => {
    const original = events();
    expect(original.at(-1)?.type).toBe("finish");
    const printed = run(encoder(ask()), original);
    expect(essence(collect(checked(run(decoder(ask()), printed))))).toEqual(essence(collect(original)));
  });

  test(`${name}: printed whole and read again, it is the same answer`, () => {
    const original = events();
    const { value } = encodeWhole(original, ask());
    expect(essence(collect(checked(decodeWhole(value, ask()))))).toEqual(essence(collect(original)));
  });

  test(`${name}: cut anywhere as bytes, it is the same answer`, () => {
    const original = events();
    const bytes = new TextEncoder().encode(
      run(encoder(ask()), original)
        .map(({ data }) => `data: ${data}\r\n\r\n`)
        .join(""),
    );
    for (let seed = 1; seed <= 3; seed++) {
      const reader = sseReader();
      const frames: Frame[] = [];
      for (let at = 0, state = seed; at < bytes.length;) {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        const size = 1 + ((state >> 8) % 200);
        reader.push(bytes.subarray(at, at + size), (frame) => frames.push(frame));
        at += size;
      }
      reader.end("eof", (frame) => frames.push(frame));
      expect(essence(collect(checked(run(decoder(ask()), frames))))).toEqual(essence(collect(original)));
    }
  });
}

test("the corpus", () => {
  console.log(
    `Chat corpus: ${recordings.length} recordings ran${recordings.length === 0 ? ` (none found in ${CORPUS})` : ""}`,
  );
  if (process.env.CODESWITCH_CORPUS !== undefined) expect(recordings.length).toBeGreaterThan(0);
});
