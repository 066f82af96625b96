/** Output into real pipes: order, the bound, what is told of what was lost, and an end that waits for nobody. */
import { afterEach, describe, expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { output, type Output } from "./output.ts";
import { stalledPipe, type StalledPipe } from "../../test/fixtures/pipe.ts";

const pipes: StalledPipe[] = [];
const outputs: Output[] = [];
afterEach(async () => {
  // What still waits fails for want of a reader: it must not be written to a descriptor that the next test is given.
  for (const pipe of pipes) pipe.closeReader();
  for (const said of outputs.splice(0)) await said.flush(LONG_MS);
  for (const pipe of pipes.splice(0)) pipe.close();
});
const newPipe = (writing?: "blocking" | "non-blocking"): StalledPipe => {
  const pipe = stalledPipe(writing);
  pipes.push(pipe);
  return pipe;
};

const LOST = /^(\d+) lost$/;
function into(out: StalledPipe, err = out): Output {
  const said = output((lines) => `${lines} lost`, { out: out.fd, err: err.fd });
  outputs.push(said);
  return said;
}

/** A line that tells its number. */
const LINE_BYTES = 1_000;
const line = (at: number): string => `${at} `.padEnd(LINE_BYTES - 1, "x");
const numbers = (text: string): number[] =>
  text
    .split("\n")
    .slice(0, -1)
    .filter((one) => !LOST.test(one))
    .map((one) => Number.parseInt(one));
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const lostIn = (text: string): number[] =>
  text.split("\n").flatMap((one) => LOST.exec(one)?.slice(1).map(Number) ?? []);
/** Any time that a test would wait in vain. */
const LONG_MS = 20_000;

// Windows has no such pipes.
describe.skipIf(process.platform === "win32")("output", () => {
  test("keeps its order over both streams", async () => {
    const pipe = newPipe();
    const said = into(pipe);
    for (const at of range(200)) (at % 3 === 0 ? said.complain : said.print)(line(at));
    const text = await pipe.until((soFar) => numbers(soFar).length === 200);
    expect(numbers(text)).toEqual(range(200));
    expect(lostIn(text)).toEqual([]);
  });

  test("keeps so many bytes for a reader that stalls and no more, and tells in their place how many lines it lost", async () => {
    const pipe = newPipe();
    const said = into(pipe);
    const count = Math.ceil((3 * LIMITS.logQueueBytesMax) / LINE_BYTES);
    for (const at of range(count)) said.print(line(at));
    const text = await pipe.until((soFar) => LOST.test(soFar.trimEnd().split("\n").at(-1) ?? ""));
    const written = numbers(text);
    expect(written).toEqual(range(Math.floor(LIMITS.logQueueBytesMax / LINE_BYTES)));
    expect(lostIn(text)).toEqual([count - written.length]);
    said.print(line(count));
    expect(numbers(await pipe.until((soFar) => numbers(soFar).length > written.length)).at(-1)).toBe(count);
  });

  test("loses no line to a pipe that somebody else made non-blocking", async () => {
    const pipe = newPipe("non-blocking");
    const said = into(pipe);
    for (const at of range(500)) said.print(line(at));
    await said.flush(100);
    const text = await pipe.until((soFar) => numbers(soFar).length === 500);
    expect(numbers(text)).toEqual(range(500));
  });

  test("is flushed as soon as all is written, or when the time is over", async () => {
    const pipe = newPipe();
    const said = into(pipe);
    said.print(line(0));
    await said.flush(LONG_MS);
    expect(numbers(await pipe.until(() => true))).toEqual([0]);
    await said.flush(LONG_MS);
    for (const at of range(200)) said.print(line(at));
    await said.flush(1);
    expect(numbers(await pipe.until(() => true)).length).toBeLessThan(201);
  });

  test("tells what it lost to a reader that is gone, once another is there", async () => {
    const [gone, there] = [newPipe(), newPipe()];
    gone.closeReader();
    const said = into(there, gone);
    said.complain(line(0));
    said.complain(line(1));
    await said.flush(LONG_MS);
    said.print(line(2));
    await said.flush(LONG_MS);
    const text = await there.until(() => true);
    expect([lostIn(text), numbers(text)]).toEqual([[2], [2]]);
  });

  test("keeps counting what it lost while nobody is there to be told", async () => {
    const gone = newPipe();
    gone.closeReader();
    const told: number[] = [];
    const said = output((lines) => (told.push(lines), `${lines} lost`), { out: gone.fd, err: gone.fd });
    for (const at of range(4)) {
      said.print(line(at));
      await said.flush(LONG_MS);
    }
    expect(told).toEqual([1, 2, 3]);
  });
});
