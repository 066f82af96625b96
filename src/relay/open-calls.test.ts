/** Who is in, who has left, and who is told of a stop. */
import { expect, test } from "bun:test";
import { GatewayError } from "../ir/error.ts";
import { openCalls } from "./open-calls.ts";

const STOP = new GatewayError("gateway-stopping", "stopping");

test("a caller who left before it came in is gone", () => {
  const { signal } = openCalls(1).enter(AbortSignal.abort());
  expect(signal.aborted).toBe(true);
});

test("a caller who leaves is gone, and so is a call that is cut", () => {
  const calls = openCalls(2);
  const caller = new AbortController();
  const left = calls.enter(caller.signal);
  const stays = calls.enter(new AbortController().signal);
  expect([left.signal.aborted, stays.signal.aborted]).toEqual([false, false]);
  caller.abort();
  expect([left.signal.aborted, stays.signal.aborted]).toEqual([true, false]);
  calls.cut(STOP);
  expect(stays.signal.aborted).toBe(true);
});

test("one too many is refused, until another has left", () => {
  const calls = openCalls(1);
  const first = calls.enter(new AbortController().signal);
  expect(() => calls.enter(new AbortController().signal)).toThrow("1 calls open");
  first.left();
  calls.enter(new AbortController().signal);
});
