/** Mutated streams of a vendor through the coders: a valid sequence with one end, always. */
import { DIALECTS } from "../../src/dialects/index.ts";
import type { ReplyContext } from "../../src/dialects/dialect.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { grammar } from "../../src/ir/grammar.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import { NO_TOOLS, toolMap } from "../../src/ir/tools.ts";
import { parseJson } from "../../src/wire/json.ts";
import { sseReader } from "../../src/wire/sse.ts";
import type { Failure } from "./failure.ts";
import { mutateText } from "./mutate.ts";
import { random, type Random } from "./random.ts";

/** Mutated upstream streams through every decoder and every encoder: a valid event sequence with a terminal event, always. */
export function fuzzStreams(
  streams: Readonly<Record<DialectId, readonly string[]>>,
  count: number,
  seed: number,
): readonly Failure[] {
  const failures: Failure[] = [];
  for (let at = 0; at < count; at++) {
    const dice = random(seed + at);
    const from = dice.pick(Object.keys(streams) as DialectId[]);
    const to = dice.pick(Object.keys(DIALECTS) as DialectId[]);
    let text = dice.pick(streams[from]);
    for (let times = 1 + dice.int(3); times > 0; times--) text = mutateText(text, dice);
    try {
      translate(from, to, text, dice);
    } catch (error) {
      failures.push({
        seed: seed + at,
        what: `${from} → ${to}: ${(error as Error).stack?.slice(0, 600)}`,
        input: text,
      });
    }
  }
  return failures;
}

function translate(from: DialectId, to: DialectId, text: string, dice: Random): void {
  const ask = askFor(dice);
  const reader = sseReader();
  const decoder = DIALECTS[from].stream.decoder(ask);
  const encoder = DIALECTS[to].stream.encoder(ask);
  const check = grammar();
  const encode = (event: StreamEvent): void => {
    check.check(event);
    encoder.push(event, (frame) => {
      if (frame.data !== "[DONE]") parseJson(frame.data);
    });
  };
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + dice.int(400);
    reader.push(bytes.subarray(at, end), (frame) => decoder.push(frame, encode));
    at = end;
  }
  const cause = dice.int(2) === 0 ? "eof" : "cut";
  reader.end(cause, (frame) => decoder.push(frame, encode));
  decoder.end(cause, encode);
  encoder.end(cause, () => {});
  check.end();
}

const askFor = (dice: Random): ReplyContext => ({
  tools:
    dice.int(2) === 0
      ? NO_TOOLS
      : toolMap([
          { kind: "function", name: "read" },
          { kind: "custom", name: "patch" },
        ]),
  wants: { usageChunk: dice.int(2) === 0, sealedReasoning: dice.int(2) === 0 },
  replyId: "reply_1",
  createdAtSeconds: 0,
  nowSeconds: () => 0,
  modelName: "m",
  style: {
    customCalls: dice.pick(["custom", "function-text", "json"]),
    reasoning: dice.pick(["field", "think", "none"]),
  },
  from: { issuer: "vendor", family: "family" },
});
