/** Mutated bodies against a running gateway, mutated streams against the coders. Nothing may crash, hang or answer with a 5xx of ours. */
import { DIALECTS } from "../../src/dialects/index.ts";
import type { Ask, DialectId } from "../../src/dialects/dialect.ts";
import { grammar } from "../../src/ir/grammar.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import { NO_TOOLS, toolMap } from "../../src/ir/tools.ts";
import { parseJson } from "../../src/wire/json.ts";
import { sseReader } from "../../src/wire/sse.ts";
import { bodies, type Body } from "./bodies.ts";
import { mutateJson, mutateText } from "./mutate.ts";
import { random, type Random } from "./random.ts";

export interface Failure {
  readonly seed: number;
  readonly what: string;
  readonly input: string;
}

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  anthropic: "/v1/messages",
};

/** Models of the simulator behind each upstream dialect, so that every crossing is hit. */
export interface FuzzTarget {
  readonly url: string;
  readonly models: readonly string[];
}

/** `count` bodies; every hundredth is an unmutated control that must answer 200. */
export async function fuzzBodies(target: FuzzTarget, count: number, seed: number): Promise<readonly Failure[]> {
  const sources = bodies();
  const failures: Failure[] = [];
  const atOnce = 16;
  for (let at = 0; at < count; at += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - at) }, async (_, offset) => {
        const failure = await oneBody(target, sources, seed + at + offset, (at + offset) % 100 === 0);
        if (failure) failures.push(failure);
      }),
    );
  return failures;
}

async function oneBody(
  target: FuzzTarget,
  sources: readonly Body[],
  seed: number,
  control: boolean,
): Promise<Failure | undefined> {
  const dice = random(seed);
  const source = dice.pick(control ? sources.slice(0, 3) : sources);
  const named = { ...source.body, model: dice.pick(target.models), stream: dice.int(2) === 0 };
  const text = control ? JSON.stringify(named) : mutatedText(named, dice);
  const path = dice.int(4) === 0 && !control ? PATHS["openai-chat"] : PATHS[source.dialect];
  const response = await fetch(target.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
    signal: AbortSignal.timeout(20_000),
  }).catch((error: Error) => error);
  if (response instanceof Error) return { seed, what: `no answer: ${response.message}`, input: text };
  const answer = await response.text();
  if (control && response.status !== 200)
    return { seed, what: `a control got ${response.status}: ${answer.slice(0, 300)}`, input: text };
  if (response.status >= 500) return { seed, what: `${response.status}: ${answer.slice(0, 300)}`, input: text };
  if (response.status >= 400 && !hasErrorShape(answer))
    return { seed, what: `a ${response.status} without an error object`, input: text };
  return undefined;
}

const mutatedText = (body: Body["body"], dice: Random): string =>
  dice.int(5) === 0 ? mutateText(JSON.stringify(body), dice) : JSON.stringify(mutateJson(body, dice));

function hasErrorShape(text: string): boolean {
  try {
    const parsed = parseJson(text) as { error?: { message?: unknown } };
    return typeof parsed.error?.message === "string" && parsed.error.message !== "";
  } catch {
    return false;
  }
}

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

const askFor = (dice: Random): Ask => ({
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
  modelName: "m",
  style: {
    customCalls: dice.pick(["custom", "function-text", "json"]),
    reasoning: dice.pick(["field", "think", "none"]),
  },
  from: { issuer: "vendor", family: "family" },
});
