import { expect, test } from "bun:test";
import { oneOf } from "./name-list.ts";

test("a name is one of a list when it stands there, or begins like one that ends in a star", () => {
  const isOne = oneOf(["via", "x-real-*"]);
  expect(["via", "x-real-ip", "x-real-"].every(isOne)).toBe(true);
  expect(["vi", "via-x", "x-real", "x-real-*".slice(1), ""].some(isOne)).toBe(false);
  expect(["", "anything"].every(oneOf(["*"]))).toBe(true);
  expect(oneOf([])("")).toBe(false);
});
