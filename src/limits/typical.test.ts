import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { typicalOutput } from "./typical.ts";

test("of a caller that is not known yet an answer of 4,096 tokens is expected", () => {
  const typical = typicalOutput();
  expect(typical.output("new")).toBe(4_096);
  for (let at = 0; at < 7; at++) typical.saw("new", 10);
  expect(typical.output("new")).toBe(4_096);
});

test("then what nineteen of twenty of its last answers stay under, whatever others get", () => {
  const typical = typicalOutput();
  for (let at = 1; at <= 20; at++) typical.saw("one", at * 100);
  typical.saw("other", 100_000);
  expect(typical.output("one")).toBe(1_900);
  expect(typical.output("other")).toBe(4_096);
});

test("an old habit is forgotten after 64 answers", () => {
  const typical = typicalOutput();
  for (let at = 0; at < 64; at++) typical.saw("one", 50_000);
  for (let at = 0; at < 64; at++) typical.saw("one", 20);
  expect(typical.output("one")).toBe(20);
});

test("callers are bounded: the one that was not seen for longest goes", () => {
  const typical = typicalOutput();
  for (let at = 0; at < 10; at++) typical.saw("first", 7);
  expect(typical.output("first")).toBe(7);
  for (let at = 0; at < LIMITS.typicalCallersMax; at++) typical.saw(`caller ${at}`, 1);
  expect(typical.output("first")).toBe(4_096);
});
