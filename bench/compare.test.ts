/** What fails a change, and what does not. */
import { describe, expect, test } from "bun:test";
import { compared, TRIES, whyNotComparable } from "./compare.ts";

const LAST = { whole: 10, stream: 4 };

/** Measures what the tries below say, one after the other, and keeps what it was asked for. */
function scripted(tries: readonly Readonly<Record<string, number>>[]) {
  const asked: string[][] = [];
  const attempt = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    asked.push([...ids]);
    return new Map(Object.entries(tries[asked.length - 1] ?? {}));
  };
  return { asked, attempt };
}
const worse = async (tries: readonly Readonly<Record<string, number>>[]): Promise<string[]> =>
  (await compared(["whole", "stream"], LAST, scripted(tries).attempt))
    .filter((lane) => lane.isWorse)
    .map(({ id }) => id);

describe("a lane is worse", () => {
  test("when three tries agree on half as much again", async () =>
    expect(await worse([{ whole: 15, stream: 4 }, { whole: 15 }, { whole: 15 }])).toEqual(["whole"]));

  test.each([[0], [1], [2]])("not when try %p of the three is a good one", async (good) => {
    const tries = [15, 15, 15].map((ratio, at) => ({ whole: at === good ? 10.5 : ratio, stream: 4 }));
    expect(await worse(tries)).toEqual([]);
  });

  test("not for one bad try", async () => expect(await worse([{ whole: 15, stream: 4 }, { whole: 10 }])).toEqual([]));

  test("not up to forty percent", async () => {
    const tries = Array.from({ length: TRIES }, () => ({ whole: 14, stream: 2 }));
    expect(await worse(tries)).toEqual([]);
  });

  test("each by itself: bad tries of two lanes do not add up", async () =>
    expect(
      await worse([
        { whole: 15, stream: 4 },
        { whole: 10, stream: 8 },
        { whole: 15, stream: 8 },
      ]),
    ).toEqual([]));
});

test("only what is in doubt is measured again", async () => {
  const { asked, attempt } = scripted([{ whole: 15, stream: 8 }, { whole: 10, stream: 8 }, { stream: 8 }]);
  const lanes = await compared(["whole", "stream"], LAST, attempt);
  expect(asked).toEqual([["whole", "stream"], ["whole", "stream"], ["stream"]]);
  expect(lanes.map(({ id, tries, isWorse }) => [id, tries, isWorse])).toEqual([
    ["whole", [15, 10], false],
    ["stream", [8, 8, 8], true],
  ]);
});

test("a lane that was never measured is shown, and measured once", async () => {
  const { asked, attempt } = scripted([{ fresh: 99 }]);
  expect(await compared(["fresh"], LAST, attempt)).toEqual([{ id: "fresh", tries: [99], isWorse: false }]);
  expect(asked).toHaveLength(1);
});

test("a lane without a ratio is a fault of the bench, and no pass", () =>
  expect(compared(["whole"], LAST, scripted([{}]).attempt)).rejects.toThrow("not measured"));

describe("results can be compared", () => {
  const now = { machine: ["2 cores of X", "Linux 1"], yardstickMicros: 100 };
  const last = { ...now, ratios: LAST, figures: {} };

  test("on the same machine, whatever its system", () =>
    expect(whyNotComparable({ ...last, machine: ["2 cores of X", "Linux 2"] }, now)).toBeUndefined());

  test.each([
    ["without any", undefined, now, "no bench/results.json"],
    ["on another machine", last, { ...now, machine: ["4 cores of Y"] }, "another machine"],
    ["on one that is slower now", last, { ...now, yardstickMicros: 130 }, "not as fast as it was"],
    ["on one that is quicker now", last, { ...now, yardstickMicros: 70 }, "not as fast as it was"],
  ])("not %s", (_, last, now, why) => expect(whyNotComparable(last, now)).toContain(why));
});
