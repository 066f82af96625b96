/** Mutated bodies against a running gateway: nothing may crash, hang or be answered with a 5xx of ours. */
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { bodies, type Body } from "./bodies.ts";
import { type Failure, hasErrorShape } from "./failure.ts";
import { mutateJson, mutateText } from "./mutate.ts";
import { random, type Random } from "./random.ts";

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
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
