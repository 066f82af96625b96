import { expect, test } from "bun:test";
import { LIMITS } from "../../wire/limits.ts";
import type { RemoteCounters } from "./remote.ts";
import { untoldOf } from "./untold.ts";

const remoteThat = (
  settle: RemoteCounters["settle"],
  release: RemoteCounters["release"] = async () => {},
): RemoteCounters => {
  const never = (): never => {
    throw new Error("Nobody asks for it here.");
  };
  return {
    settle,
    release,
    admit: never,
    tell: never,
    renew: never,
    seed: never,
    levels: never,
    correct: never,
    beat: never,
    name: never,
    restore: never,
  };
};

test("so many ends wait, and what finds no room is counted", () => {
  const untold = untoldOf(() => false);
  for (let at = 0; at < LIMITS.endsUntoldMax + 3; at++) untold.end(`${at}`, []);
  expect(untold.size).toBe(LIMITS.endsUntoldMax);
  expect([untold.takeDropped(), untold.takeDropped()]).toEqual([3, 0]);
});

test("what fails is told again, and what succeeds is not", async () => {
  const untold = untoldOf(() => false);
  for (const id of ["a", "b", "c"]) untold.end(id, []);
  const told: string[] = [];
  const remote = remoteThat(async (id) => {
    if (id === "b" && !told.includes("a again")) throw new Error("away");
    told.push(id);
  });
  await Promise.allSettled(untold.take(10).map((tell) => tell(remote)));
  expect(told).toEqual(["a", "c"]);
  told.push("a again");
  await Promise.all(untold.take(10).map((tell) => tell(remote)));
  expect(told).toEqual(["a", "c", "a again", "b"]);
  expect(untold.size).toBe(0);
});

test("an admit that came too late is released, unless its call is open or its end is told", async () => {
  const untold = untoldOf((id) => id === "open");
  for (const id of ["open", "gone", "ended"]) untold.late(id);
  untold.end("ended", []);
  const told: string[] = [];
  const remote = remoteThat(
    async (id) => void told.push(`end of ${id}`),
    async (id) => void told.push(`release of ${id}`),
  );
  await Promise.all(untold.take(10).map((tell) => tell(remote)));
  expect(told).toEqual(["end of ended", "release of gone"]);
});
