/** Names of tools: found again with and without their namespaces, and never two under one. */
import { describe, expect, test } from "bun:test";
import type { Tool, ToolRef } from "./request.ts";
import { toolMap } from "./tools.ts";

const tool = (name: string): Tool => ({ kind: "function", name });
const box = (name: string, ...tools: readonly Tool[]): Tool => ({ kind: "namespace", name, tools });

describe("a call", () => {
  const map = toolMap([tool("read"), box("clock", tool("now"), tool("set")), box("lamp", tool("set"))]);
  test("with its namespace finds its tool", () => {
    expect(map.find("set", "clock")).toEqual({ via: "function", name: "set", namespace: "clock" });
    expect(map.find("set", "lamp")).toEqual({ via: "function", name: "set", namespace: "lamp" });
  });
  test("without it finds the tool that stands in one namespace only", () => {
    expect(map.find("now")).toEqual({ via: "function", name: "now", namespace: "clock" });
    expect(map.find("set")).toBeUndefined();
  });
  test("with a namespace that was never declared finds the tool outside of all, and no other", () => {
    expect(map.find("read", "read")).toEqual({ via: "function", name: "read" });
    expect(map.find("now", "lamp")).toBeUndefined();
  });
  test("of what nobody declared finds nothing", () => {
    expect([map.find("write"), map.byWireName("write")]).toEqual([undefined, undefined]);
    expect([map.any, toolMap([]).any]).toEqual([true, false]);
  });
});

test("every tool has a flat name of its own, which leads back to it", () => {
  const long = "x".repeat(70);
  const tools = [
    tool("clock__now"),
    box("clock", tool("now")),
    tool("a.b"),
    tool("a_b"),
    tool(long),
    tool(`${long}y`),
    tool(""),
  ];
  const map = toolMap(tools);
  const refs: readonly ToolRef[] = [
    { via: "function", name: "clock__now" },
    { via: "function", name: "now", namespace: "clock" },
    ...["a.b", "a_b", long, `${long}y`, ""].map((name): ToolRef => ({ via: "function", name })),
  ];
  const names = refs.map(map.wireName);
  expect(new Set(names).size).toBe(refs.length);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  expect(names.map(map.byWireName)).toEqual([...refs]);
});

test("names that begin alike and stand twice stay apart and within 64 characters, however many", () => {
  const [namespace, count] = ["a".repeat(30), 12_000];
  const ends = Array.from({ length: count }, (_, at) => `${"b".repeat(27)}${String(at).padStart(5, "0")}`);
  const tools = ends.flatMap((end) => [tool(`${namespace}__${end}`), box(namespace, tool(end))]);
  const map = toolMap(tools);
  const names = ends.flatMap((end): string[] => [
    map.wireName({ via: "function", name: `${namespace}__${end}` }),
    map.wireName({ via: "function", name: end, namespace }),
  ]);
  expect(new Set(names).size).toBe(2 * count);
  expect(names.filter((name) => name.length > 64)).toEqual([]);
});
