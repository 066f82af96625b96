import { expect, test } from "bun:test";
import type { Cooled } from "../routing/cooldowns.ts";
import { cooledPlaces } from "./cooldowns.ts";

const cooled = (provider: string, until: number): Cooled => ({ provider, model: "m", cause: "told", until });

test("what one worker was refused the others hear, those too that start while it holds, and none that is gone", () => {
  let now = 0;
  const places = cooledPlaces(() => now);
  const heard: [string, string][] = [];
  const join = (name: string) => {
    const place = places.join();
    place.listens(({ provider }) => void heard.push([name, provider]));
    return place;
  };
  const [one, two] = [join("one"), join("two")];
  one.heard(cooled("a", 10));
  one.heard(cooled("b", 1_000));
  expect(heard.splice(0)).toEqual([
    ["two", "a"],
    ["two", "b"],
  ]);
  two.leave();
  now = 100;
  join("three");
  expect(heard.splice(0)).toEqual([["three", "b"]]);
  one.heard(cooled("c", 1_000));
  expect(heard).toEqual([["three", "c"]]);
});
