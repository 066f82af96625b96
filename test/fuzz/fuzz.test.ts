/** Each kind of ill will, a little of it in every `npm test`, and a lot by `npm run fuzz`. FUZZ_SEED repeats a run. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Failure } from "./failure.ts";
import { fuzzVendors } from "./hostile-vendors.ts";
import { fuzzLikeFrames } from "./like-frames.ts";
import { fuzzBodies } from "./mutated-bodies.ts";
import { fuzzStreams } from "./mutated-streams.ts";
import { fuzzRepetition } from "./repetition.ts";
import { fuzzNames } from "./strange-names.ts";
import { fuzzTwins } from "./twins.ts";
import { world } from "./world.ts";

const sizeOf = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const BODIES = sizeOf("FUZZ_BODIES", 2_000);
const STREAMS = sizeOf("FUZZ_STREAMS", 4_000);
const VENDORS = sizeOf("FUZZ_VENDORS", 24);
const LISTS = sizeOf("FUZZ_LISTS", 6);
const NAMES = sizeOf("FUZZ_NAMES", 500);
const TWINS = sizeOf("FUZZ_TWINS", 30);
const FRAMES = sizeOf("FUZZ_FRAMES", 6_000);
const SEED = sizeOf("FUZZ_SEED", 1);

const LONG = { timeout: 4 * 3_600_000 };
const none = (failures: readonly Failure[]): void => expect(failures.slice(0, 5)).toEqual([]);

let open: Awaited<ReturnType<typeof world>>;
beforeAll(async () => {
  open = await world();
});
afterAll(() => open.stop());

test(
  `${BODIES} mutated bodies: no crash, no hang, no 5xx of ours; every hundredth is whole and answers 200`,
  async () => none(await fuzzBodies(open.target, BODIES, SEED)),
  LONG,
);

test(
  `${STREAMS} mutated streams: every decoder ends with one terminal event, every encoder prints JSON`,
  () => none(fuzzStreams(open.streams, STREAMS, SEED)),
  LONG,
);

test(
  `${FRAMES} frames that are nearly alike: what is not parsed is told as if it were`,
  () => none(fuzzLikeFrames(open.streams, FRAMES, SEED)),
  LONG,
);

test(
  `${VENDORS} calls to hostile vendors: each ends in time with an error or by the next target, the vendor is let go, /health answers`,
  async () => none(await fuzzVendors(VENDORS, SEED)),
  LONG,
);

test(
  `${LISTS} lists of clients with twenty thousand entries: answered or refused, in time that grows as they do`,
  async () => none(await fuzzRepetition(LISTS, SEED)),
  LONG,
);

test(
  `${NAMES} strange names, paths and headers: no vendor's other paths, no 5xx of ours, no forged line in the log`,
  async () => none(await fuzzNames(NAMES, SEED)),
  LONG,
);

test(
  `${TWINS} pairs of conversations that begin alike: no thought of one goes out in the other`,
  async () => none(await fuzzTwins(TWINS, SEED)),
  LONG,
);
