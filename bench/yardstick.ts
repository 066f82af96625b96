/** How fast this machine runs JavaScript now: machines of one name differ by half, and ratios to nginx with them. */
import { chatBody } from "./bodies.ts";
import { median } from "./numbers.ts";

const ROUNDS = 9;
const TIMES = 400;

/** CPU of parsing and writing a coding tool's body, in microseconds. */
export function yardstick(): number {
  const text = chatBody({ model: "bench", stream: false, bytes: 15_000 });
  const found: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let time = 0; time < TIMES; time++) JSON.stringify(JSON.parse(text));
    const { user, system } = process.cpuUsage(before);
    // The first rounds are for the compilers.
    if (round >= 0) found.push((user + system) / TIMES);
  }
  return median(found);
}
