/** Every golden, replayed whole, byte by byte and at random cuts. `UPDATE=1 bun test golden` rewrites the expectations; the diff is the review. */
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join } from "node:path";
import { GatewayError } from "../../src/ir/error.ts";
import type { Loss } from "../../src/ir/loss.ts";
import type { Usage } from "../../src/ir/usage.ts";
import { parseExactly, ShapeError } from "../../src/wire/json.ts";
import { type Case, INPUTS, parseCase, pretty, printCase, streamBytes } from "./case.ts";
import { checkClientStream } from "./client-grammar.ts";
import { SPECS_MISSING, WHY_NOT } from "../judge/published.ts";
import { JUDGE_MISSING } from "../judge/schema.ts";
import { answerStream, answerWhole, cross, type Crossing, namesEvents } from "./replay.ts";
import { descriptionFaults, judgeUpstreamRequest, typeFaults } from "./judge.ts";

const UPDATE = process.env.UPDATE === "1";
const FILES = [...new Glob("*/*.case").scanSync(import.meta.dir)].sort();
const RANDOM_CUTS = 8;

test("goldens are not rewritten in CI", () => {
  expect(UPDATE && Boolean(process.env.CI), "unset UPDATE: in CI the goldens judge, they are not judged").toBe(false);
});

describe("golden", () => {
  for (const file of FILES)
    test(file.replace(/\.case$/, ""), async () => {
      const golden = await goldenOf(file);
      const sections = replay(file, golden);
      if (UPDATE && !process.env.CI) await Bun.write(join(import.meta.dir, file), printCase(golden.story, sections));
      else expect(printCase(golden.story, sections)).toBe(printCase(golden.story, golden.sections));
    });
});

// One run of the compiler judges what all of them send.
test.skipIf(JUDGE_MISSING !== undefined)(
  "every upstream request of a golden fits the vendors' own types",
  async () => {
    const crossings = new Map<string, Crossing>();
    for (const file of FILES) {
      const crossing = crossed(file, await goldenOf(file));
      if (!(crossing instanceof Error)) crossings.set(file, crossing);
    }
    // The rest are refused before anybody is asked.
    expect(crossings.size).toBeGreaterThan(FILES.length / 2);
    expect(await typeFaults(crossings)).toEqual([]);
  },
  60_000,
);

test.skipIf(SPECS_MISSING !== undefined)(
  `what a golden's client reads, and what it sends to OpenAI, is as the published descriptions have it${WHY_NOT}`,
  async () => {
    const found: string[] = [];
    for (const file of FILES) {
      const golden = await goldenOf(file);
      const crossing = crossed(file, golden);
      if (!(crossing instanceof Error))
        found.push(...descriptionFaults(crossing, golden).map((fault) => `${file}: ${fault}`));
    }
    expect(found).toEqual([]);
  },
);

const goldenOf = async (file: string): Promise<Case> => parseCase(await Bun.file(join(import.meta.dir, file)).text());

/** The request as the target gets it, or why nobody gets it. */
function crossed(file: string, golden: Case): Crossing | GatewayError | ShapeError {
  try {
    return cross(dirname(file), golden);
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof ShapeError)) throw error;
    return error;
  }
}

/** The sections as the gateway makes them, beside those that were given. */
function replay(file: string, golden: Case): ReadonlyMap<string, string> {
  const sections = new Map([...golden.sections].filter(([title]) => INPUTS.has(title)));
  const crossing = crossed(file, golden);
  if (crossing instanceof Error) return sections.set("client reply", refusal(crossing));
  judgeUpstreamRequest(crossing);
  sections.set("upstream request", pretty(crossing.body));
  const losses: Loss[] = [...crossing.requestLosses];
  const stream = golden.sections.get("upstream stream");
  const reply = golden.sections.get("upstream reply");
  if (stream !== undefined) {
    const answer = everyCut(
      crossing,
      streamBytes(stream, namesEvents(crossing.upstream.id)),
      golden.options.cut ? "cut" : "eof",
    );
    checkClientStream(crossing.client.id, answer.frames);
    sections.set("client stream", answer.frames.map((frame) => frame.data).join("\n"));
    sections.set("usage", printUsage(answer.usage));
    losses.push(...answer.losses);
  }
  if (reply !== undefined) {
    const answer = answerWhole(crossing, reply, golden);
    const status = answer.status === 200 ? "" : `${answer.status}\n`;
    sections.set("client reply", status + pretty(parseExactly(answer.body)));
    sections.set("usage", printUsage(answer.usage));
    losses.push(...answer.losses);
  }
  return sections.set("losses", printLosses(losses));
}

/** The same answer in one piece, byte by byte, and cut at places that a seed chooses. */
function everyCut(crossing: Crossing, bytes: Uint8Array, cause: "eof" | "cut"): ReturnType<typeof answerStream> {
  const whole = answerStream(crossing, [bytes], cause);
  const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(answerStream(crossing, bytewise, cause), "byte by byte").toEqual(whole);
  const random = seeded(bytes.length);
  for (let run = 0; run < RANDOM_CUTS; run++) {
    const pieces = cutAt(
      bytes,
      Array.from({ length: 1 + run * 3 }, () => Math.floor(random() * bytes.length)),
    );
    expect(answerStream(crossing, pieces, cause), `cut at ${pieces.map((piece) => piece.length).join(", ")}`).toEqual(
      whole,
    );
  }
  return whole;
}

function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places, bytes.length].sort((left, right) => left - right);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

/** mulberry32: the same cuts in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function refusal(error: GatewayError | ShapeError): string {
  return error instanceof GatewayError ? `${error.status} ${error.kind}: ${error.message}` : `400 ${error.message}`;
}

/** One line of counters that are not zero. */
function printUsage(usage: Usage): string {
  const lines = usage.lines.map((line) =>
    JSON.stringify(Object.fromEntries(Object.entries(line).filter(([, value]) => value !== 0))),
  );
  const hosted = Object.keys(usage.hostedCalls).length > 0 ? [`hosted ${JSON.stringify(usage.hostedCalls)}`] : [];
  return [...lines, ...hosted].join("\n") || "none";
}

const printLosses = (losses: readonly Loss[]): string =>
  losses.map((loss) => `${loss.weight} ${loss.how} ${loss.feature} at ${loss.path}: ${loss.note}`).join("\n") || "none";
