import { afterAll, beforeAll, expect, test } from "bun:test";
import { fuzzBodies, fuzzStreams } from "./fuzz.ts";
import { world } from "./world.ts";

/** `npm run fuzz` runs a hundred thousand. */
const BODIES = Number(process.env.FUZZ_BODIES ?? 2_000);
const STREAMS = Number(process.env.FUZZ_STREAMS ?? 4_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

let open: Awaited<ReturnType<typeof world>>;
beforeAll(async () => {
  open = await world();
});
afterAll(() => open.stop());

test(
  `${BODIES} mutated bodies: no crash, no hang, no 5xx of ours; every hundredth is whole and answers 200`,
  async () => {
    const failures = await fuzzBodies(open.target, BODIES, SEED);
    expect(failures.slice(0, 5)).toEqual([]);
  },
  { timeout: 3_600_000 },
);

test(
  `${STREAMS} mutated streams: every decoder ends with one terminal event, every encoder prints JSON`,
  () => {
    expect(fuzzStreams(open.streams, STREAMS, SEED).slice(0, 5)).toEqual([]);
  },
  { timeout: 3_600_000 },
);
